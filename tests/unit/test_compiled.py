"""What is kept of an earlier start: used only where reading the files would come to the same, and never in the way."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot import app, compiled
from bot.care.lines import Lines
from bot.care.triage import triage
from bot.content import Content
from bot.errors import ContentFault
from bot.storage import named
from bot.storage.script import QUERIES
from tests.unit import triage_sets

CODE = compiled.CODE
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@pytest.fixture(scope="module")
def content() -> Content:
    return app.load_content()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of content/ with nothing kept in it."""
    copied = tmp_path / "content"
    shutil.copytree(app.CONTENT, copied, ignore=shutil.ignore_patterns("__pycache__"))
    return copied


def key(folder: Path) -> bytes:
    return app.content_key(app.content_texts(folder))


def loaded(path: Path, key: bytes, read: Callable[[], Content]) -> Content:
    """As a start does it."""
    content = compiled.kept(path, key, Content)
    if content is None:
        content = read()
        compiled.keep(path, key, content)
    return content


def unread() -> Content:
    raise AssertionError("the files were read")


def kept(folder: Path, content: Content) -> Path:
    path = compiled.place(folder, "content")
    loaded(path, KEY, lambda: content)
    assert loaded(path, KEY, unread) is not content
    return path


def read_anew(path: Path, content: Content, key: bytes = KEY) -> bool:
    """Whether the next start reads the files; the one after it does not, unless nothing can be kept."""
    return loaded(path, key, lambda: content) is content


def test_a_later_start_reads_no_file_and_says_and_hears_the_same(folder: Path, content: Content) -> None:
    first = app.compiled_content(folder)
    later = loaded(compiled.place(folder, "content"), key(folder), unread)
    for field in ("flows", "steps", "starts", "lists", "openers", "words", "hearings"):
        assert getattr(later, field) == getattr(first, field) == getattr(content, field)
    texts = [text for name in ("dev", "round") for _, text in triage_sets.labelled(name)]
    assert [later.lexicon.signs(text) for text in texts] == [content.lexicon.signs(text) for text in texts]
    assert [triage(later.lexicon, text) for text in texts] == [triage(content.lexicon, text) for text in texts]
    assert later.drafts.said == content.drafts.said
    assert later.drafts.phrases.find("you never") == content.drafts.phrases.find("you never") != []
    assert later.lines.countries() == content.lines.countries()
    kinds = [(code, kind) for code, _ in content.lines.countries() for kind in ("crisis", "domestic", "emergency")]
    assert [later.lines.show(*of) for of in kinds] == [content.lines.show(*of) for of in kinds]


@pytest.mark.parametrize("name", sorted(app.content_texts()))
def test_a_change_of_any_file_of_content_is_read_at_the_next_start(name: str) -> None:
    texts = app.content_texts()
    keys = {
        compiled.key(texts, CODE, ()),
        compiled.key({**texts, name: texts[name] + "\n"}, CODE, ()),
        compiled.key({other: text for other, text in texts.items() if other != name}, CODE, ()),
        compiled.key({f"{other}x" if other == name else other: text for other, text in texts.items()}, CODE, ()),
    }
    assert len(keys) == 4


def test_a_change_of_any_line_of_our_code_is_seen(tmp_path: Path) -> None:
    code = tmp_path / "bot"
    shutil.copytree(CODE, code, ignore=shutil.ignore_patterns("__pycache__"))
    sources = sorted(code.rglob("*.py"))
    reads = ("reading", "care/lexicon_file", "care/patterns", "care/matcher", "flows/load", "flows/lint", "strict_yaml")
    assert {code / f"{name}.py" for name in reads} < set(sources)
    assert compiled.key({}, code, ()) == compiled.key({}, CODE, ())
    for source in sources:
        before = source.read_bytes()
        source.write_bytes(before + b"\n")
        assert compiled.key({}, code, ()) != compiled.key({}, CODE, ()), source
        source.write_bytes(before)


def test_another_python_or_another_library_reads_anew() -> None:
    libraries = ("pyyaml", "pydantic", "babel", "msgspec")
    tools = compiled.tools(*libraries)
    assert tools == (sys.version, *(f"{name} {version(name)}" for name in libraries))
    assert app.content_key({"a": "b"}) == compiled.key({"a": "b"}, CODE, tools)
    others = [(*tools[:at], f"{tools[at]}.1", *tools[at + 1 :]) for at in range(len(tools))]
    assert len({compiled.key({}, CODE, made_with) for made_with in (tools, *others)}) == 1 + len(tools)


def test_what_was_made_from_something_else_is_replaced(folder: Path, content: Content) -> None:
    path = kept(folder, content)
    assert read_anew(path, content, OTHER_KEY)
    assert not read_anew(path, content, OTHER_KEY)
    assert read_anew(path, content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:31],
        lambda whole: whole[:64],
        lambda whole: whole[:-1],
        lambda whole: whole + b".",
        lambda whole: whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
        lambda whole: whole[:32] + bytes(32) + whole[64:],
    ],
)
def test_a_damaged_file_is_ignored_and_made_anew(
    folder: Path, content: Content, damage: Callable[[bytes], bytes]
) -> None:
    path = kept(folder, content)
    path.write_bytes(damage(path.read_bytes()))
    assert read_anew(path, content)
    assert not read_anew(path, content)


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
def test_a_file_that_others_may_write_is_not_trusted(folder: Path, content: Content, mode: int) -> None:
    path = kept(folder, content)
    path.chmod(mode)
    assert read_anew(path, content)
    assert not read_anew(path, content)


def test_a_folder_that_others_may_write_is_not_trusted(folder: Path, content: Content) -> None:
    path = kept(folder, content)
    path.parent.chmod(0o777)
    assert read_anew(path, content)
    assert read_anew(path, content)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_trusted(folder: Path, content: Content) -> None:
    path = kept(folder, content)
    os.chown(path, 12345, -1)
    assert read_anew(path, content)


def test_only_this_user_can_write_what_is_kept(folder: Path, content: Content) -> None:
    before = os.umask(0)
    try:
        path = kept(folder, content)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777] == [0o644, 0o755]


def test_what_is_kept_of_another_kind_is_not_taken(folder: Path) -> None:
    path = compiled.place(folder, "content")
    compiled.keep(path, KEY, {"a": 1})
    assert compiled.kept(path, KEY, Content) is None
    assert compiled.kept(path, KEY, dict) == {"a": 1}


def test_a_later_start_does_not_load_what_read_the_statements(tmp_path: Path) -> None:
    """Also where whatever is made is open to the group, as for most people on Linux."""
    shutil.copytree(CODE, tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__", "kept"))
    start = "import sys; from bot.storage import sqlite; print(len(sqlite.named()), 'aiosql' in sys.modules)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    said = [
        subprocess.check_output([sys.executable, "-c", start], cwd=tmp_path, env=environment, umask=0o002, text=True)
        for _ in range(2)
    ]
    every = len(named.named())
    assert said == [f"{every} True\n", f"{every} False\n"]
    assert named.named() == named.read(QUERIES.read_text("utf-8").replace("[skip locked]", ""))


def test_where_nothing_can_be_written_every_start_reads_the_files(folder: Path, content: Content) -> None:
    path = compiled.place(folder, "content")
    path.parent.write_text("a file stands where the folder would be")
    assert read_anew(path, content)
    assert read_anew(path, content)


def test_what_cannot_be_put_in_place_leaves_nothing_behind(folder: Path, content: Content) -> None:
    path = compiled.place(folder, "content")
    path.mkdir(parents=True)
    assert read_anew(path, content)
    assert list(path.parent.iterdir()) == [path]


def test_starts_at_the_same_time_all_come_up_and_leave_one_whole_file(folder: Path) -> None:
    start = (
        "import sys, pathlib; from bot import app; print(len(app.compiled_content(pathlib.Path(sys.argv[1])).steps))"
    )
    environment = {**os.environ, "PYTHONPATH": str(CODE.parent)}
    starts = [
        subprocess.Popen([sys.executable, "-c", start, str(folder)], stdout=subprocess.PIPE, env=environment)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=50)[0] for process in starts]
    assert len(set(said)) == 1
    assert [process.returncode for process in starts] == [0] * 4
    path = compiled.place(folder, "content")
    assert list(path.parent.iterdir()) == [path]
    loaded(path, key(folder), unread)


def test_a_fault_in_a_file_stops_a_start_though_an_earlier_one_was_kept(folder: Path) -> None:
    app.compiled_content(folder)
    words = folder / "words.yaml"
    words.write_text(words.read_text("utf-8") + "more: words\n", "utf-8")
    with pytest.raises(ContentFault, match=r"words\.yaml"):
        app.compiled_content(folder)


def test_crisis_lines_that_became_too_old_stop_a_start_though_they_were_kept(folder: Path, content: Content) -> None:
    old = (datetime.now(UTC).date() - timedelta(days=367)).isoformat()
    lines = folder / "care" / "lines.yaml"
    lines.write_text(re.sub("(?m)^compared: .*$", f'compared: "{old}"', lines.read_text("utf-8")), "utf-8")
    aged = replace(content, lines=Lines([], {}, date.fromisoformat(old)))
    loaded(compiled.place(folder, "content"), key(folder), lambda: aged)
    with pytest.raises(ContentFault, match="C005"):
        app.compiled_content(folder)
