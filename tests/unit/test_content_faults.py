"""Each file of tests/content/bad gives exactly its own diagnostic, at its own line.

A bad file stands in place of the base file that its first comment names, or is added to them. Where the fault shows
in another file, the second comment names the file that it stands in for. A file of comments alone takes one away.
"""

import re
from collections.abc import Mapping
from datetime import date
from inspect import getsource
from pathlib import Path

import pytest

from bot import plays, reading, rehearsal
from bot.app import content_texts
from bot.care import drafts_file
from bot.errors import ContentFault
from bot.flows import grade, hearing_lint, lint, load, speech_en, words_lint
from bot.skills import SKILLS

HERE = Path(__file__).parent.parent / "content"
BAD = {path.stem: path.read_text("utf-8") for path in sorted((HERE / "bad").glob("*.yaml"))}
BASE = {path.relative_to(HERE / "base").as_posix(): path.read_text("utf-8") for path in (HERE / "base").rglob("*.yaml")}
LINES = {reading.LINES: content_texts()[reading.LINES]}
SIGNATURES = {name: skill.signature for name, skill in SKILLS.items()}
EXPECTED = re.compile(r"# (?P<at>\S+:\d+: (?P<code>[DFHPW]\d{3}))\n(?:# (?P<stands_for>\S+\.yaml)\n)?")


def check(texts: Mapping[str, str]) -> list[str]:
    """What `debrief check` would print for these files."""
    documents = load.documents(texts)
    if faults := documents.faults or lint.faults(documents, SIGNATURES) or grade.faults(documents):
        return [str(fault) for fault in faults]
    try:
        content = reading.read({**texts, **LINES}, SIGNATURES, date(2026, 11, 22))
    except ContentFault as fault:
        return list(fault.faults)
    scripts = {path: text for path, text in texts.items() if path.startswith("plays/")}
    return rehearsal.rehearse_all(content, scripts).faults


def overlay(text: str, path: str) -> dict[str, str]:
    said_something = any(line and not line.startswith("#") for line in text.splitlines())
    return BASE | {path: text} if said_something else {name: base for name, base in BASE.items() if name != path}


def test_the_base_is_sound() -> None:
    assert check(BASE) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gives_its_diagnostic_and_no_other(name: str) -> None:
    header = EXPECTED.match(BAD[name])
    assert header is not None, "the first line says what is expected, such as `# flows/extra.yaml:7: F101`"
    path = header["stands_for"] or header["at"].partition(":")[0]
    faults = check(overlay(BAD[name], path))
    assert [fault[: len(header["at"])] for fault in faults] == [header["at"]], faults
    assert name.startswith(header["code"])


def test_every_diagnostic_has_a_bad_file() -> None:
    modules = (load, hearing_lint, lint, words_lint, speech_en, grade, plays, rehearsal, drafts_file)
    codes = {code for module in modules for code in re.findall(r'"([DFHPW]\d{3})"', getsource(module))}
    assert codes == {name.partition("_")[0] for name in BAD}


def test_the_common_words_are_held_to_the_same_rules() -> None:
    shouting = BASE["words.yaml"].replace("kept: Kept.", "kept: Kept!")
    assert check(BASE | {"words.yaml": shouting}) == ["words.yaml:3: W108 an exclamation mark: '!'"]
