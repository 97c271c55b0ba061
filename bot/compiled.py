"""What an earlier start read, kept beside its files as Python keeps a module's code.

Law: what is kept is used only for the very texts, code, Python and libraries that it was made from. If it is damaged,
if somebody else could have written it, or if it cannot be kept at all, the texts are read as if it were not there.
"""

import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import distribution
from importlib.util import cache_from_source
from pathlib import Path
from typing import TypeVar

V = TypeVar("V")

CODE = Path(__file__).parent
_DIGEST_BYTES = sha256().digest_size


def place(folder: Path, name: str) -> Path:
    """Where what was read in this folder is kept: where Python would keep the code of a module of this name in it."""
    return Path(cache_from_source(str(folder / f"{name}.py"))).with_suffix(".pickle")


def tools(*libraries: str) -> tuple[str, ...]:
    """What reads besides our own code: Python and the libraries, with their versions."""
    return (sys.version, *(f"{name} {_version(name)}" for name in libraries))


def _version(library: str) -> str:
    """As the library's metadata begin. Without its description, which is long and would be read as a mail is."""
    head = (distribution(library).read_text("METADATA") or "").partition("\n\n")[0]
    return next(line.split()[1] for line in head.splitlines() if line.startswith("Version:"))


def key(texts: Mapping[str, str], code: Path, tools: Sequence[str]) -> bytes:
    """A digest of all that decides what reading the texts comes to, but for the day. `code`: the folder of our code."""
    digest = sha256()

    def add(name: str, part: bytes) -> None:
        digest.update(f"{name}\n{len(part)}\n".encode())
        digest.update(part)

    for tool in tools:
        add(tool, b"")
    for path in sorted(code.rglob("*.py")):
        add(str(path.relative_to(code)), path.read_bytes())
    for name, text in sorted(texts.items()):
        add(name, text.encode())
    return digest.digest()


def kept(path: Path, key: bytes, kind: type[V]) -> V | None:
    """None unless it is whole, of this kind, has this key, and only this user or root can have written it."""
    try:
        with path.open("rb") as file:
            if not all(_safe(status) for status in (path.parent.stat(), os.fstat(file.fileno()))):
                return None
            head, body = file.read(2 * _DIGEST_BYTES), file.read()
    except OSError:
        return None
    if head != key + sha256(body).digest():
        return None
    # Reading a pickle can run code: this one was made by our own code, and nobody else could touch it.
    value = pickle.loads(body)  # noqa: S301
    return value if isinstance(value, kind) else None


def keep(path: Path, key: bytes, value: object) -> None:
    """Keep it for the starts after this one."""
    # Without room or leave to write, the next start reads the texts as this one did.
    with suppress(OSError):
        _keep(path, key, value)


def _safe(status: os.stat_result) -> bool:
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _keep(path: Path, key: bytes, value: object) -> None:
    """In one step, so that a process that starts at the same time sees all of it or none."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key + sha256(body).digest() + body)
            os.fchmod(file.fileno(), 0o644)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
