"""YAML read strictly: every scalar is a string, nothing is clever, each fault has its file and line.

No anchors, aliases or tags, no key twice, one document. All faults are gathered; none is raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

NOT_YAML = "E001"
DUPLICATE_KEY = "E002"
TOO_CLEVER = "E003"
NOT_ONE_DOCUMENT = "E004"

Path = tuple[str | int, ...]

# The C parser gives the same events, twenty times sooner; start-up reads a few thousand lines.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a file. `line` counts from 1."""

    path: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Marks:
    """Where each key and each list item stands in the file."""

    lines: Mapping[Path, int]

    def line(self, *keys: str | int) -> int:
        """The line (from 1) of a nested key or item; of its nearest known parent if it is not there."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` is made of dict, list and str; None when the text is no YAML or empty (then with faults)."""

    value: Any
    marks: Marks
    faults: tuple[Fault, ...]


def read(text: str, path: str) -> Reading:
    """Read one document. `path` is only what the faults are to be called by."""
    builder = _Builder(path)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        builder.fault(mark.line + 1 if mark else 1, NOT_YAML, f"not YAML: {problem}")
        builder.root = None
    except ValueError as error:
        builder.fault(1, NOT_YAML, f"not YAML: {error}")
        builder.root = None
    if builder.documents == 0 and not builder.faults:
        builder.fault(1, NOT_ONE_DOCUMENT, "the file is empty")
    return Reading(builder.root, Marks(builder.lines), tuple(builder.faults))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass(slots=True)
class _Frame:
    """A list or mapping being filled. `key` is the one that waits for its value."""

    value: Any
    path: Path
    key: str | None = None


class _Builder:
    """Puts parser events together, without recursion: depth in the file is not depth on the stack."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.root: Any = None
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self.documents = 0
        self._frames: list[_Frame] = []

    def fault(self, line: int, code: str, message: str) -> None:
        self.faults.append(Fault(self.path, line, code, message))

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                self.fault(_line(event), NOT_ONE_DOCUMENT, "more than one document in the file")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._frames.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, _line(event))

    def _node(self, event: yaml.NodeEvent, line: int) -> None:
        self._refuse_cleverness(event, line)
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = {}
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
        else:
            value = getattr(event, "value", "")
        path = self._place(value, line)
        if isinstance(event, yaml.CollectionStartEvent):
            self._frames.append(_Frame(value, path))

    def _refuse_cleverness(self, event: yaml.NodeEvent, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.fault(line, TOO_CLEVER, f"an alias (*{event.anchor}): write the value out")
        elif event.anchor:
            self.fault(line, TOO_CLEVER, f"an anchor (&{event.anchor}): write the value out where it is needed")
        if tag := getattr(event, "tag", None):
            self.fault(line, TOO_CLEVER, f"a tag ({tag}): every value is plain text, a list or a mapping")

    def _place(self, value: Any, line: int) -> Path:
        """Put a node where it belongs and return its path; a key returns its mapping's."""
        if not self._frames:
            if self.documents == 1:
                self.root = value
                self.lines.setdefault((), line)
            return ()
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
            path: Path = (*frame.path, len(frame.value) - 1)
            self.lines.setdefault(path, line)
            return path
        if frame.key is None:
            return self._key(frame, value, line)
        path = (*frame.path, frame.key)
        frame.value.setdefault(frame.key, value)
        frame.key = None
        return path

    def _key(self, frame: _Frame, value: Any, line: int) -> Path:
        if not isinstance(value, str):
            self.fault(line, NOT_YAML, "a key must be plain text")
            value = ""
        elif value in frame.value:
            self.fault(
                line,
                DUPLICATE_KEY,
                f"the key {value!r} stands twice; first on line {self._first(frame, value)}",
            )
        frame.key = value
        self.lines.setdefault((*frame.path, value), line)
        return frame.path

    def _first(self, frame: _Frame, key: str) -> int:
        return self.lines[*frame.path, key]
