"""File texts to documents. Strict: the first reading gathers every fault of form, with its file and line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.flows.document import (
    FlowDoc,
    IdeasDoc,
    ListsDoc,
    OpenerDoc,
    OpenersDoc,
    PlatformWordsDoc,
    Strict,
    WordsDoc,
)
from bot.flows.hearing import HearingDoc
from bot.model import ENGLISH
from bot.strict_yaml import Fault, Marks, read

MALFORMED = "F001"
MISSING_FILE = "F002"
WRONG_NAME = "F003"
UNHEARD = "H001"
NO_ENGLISH = "H002"

SINGLE_FILES: Mapping[str, TypeAdapter[Any]] = {
    "words.yaml": TypeAdapter(WordsDoc),
    "platforms.yaml": TypeAdapter(PlatformWordsDoc),
    "lists.yaml": TypeAdapter(ListsDoc),
    "openers.yaml": TypeAdapter(OpenersDoc),
    "ideas.yaml": TypeAdapter(IdeasDoc),
}
FLOW, HEARD = TypeAdapter(FlowDoc), TypeAdapter(HearingDoc)
FLOWS, HEARING = "flows/", "hearing/"

Doc = TypeVar("Doc", bound=Strict)


@dataclass(slots=True)
class Documents:
    """Everything that was read. The documents are whole only when `faults` is empty."""

    parsed: dict[str, Strict] = field(default_factory=dict)
    flows: dict[str, FlowDoc] = field(default_factory=dict)
    hearings: dict[str, HearingDoc] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def words(self) -> WordsDoc:
        return self._one("words.yaml", WordsDoc)

    @property
    def platform_words(self) -> Mapping[str, str]:
        return self._one("platforms.yaml", PlatformWordsDoc).words

    @property
    def lists(self) -> Mapping[str, Mapping[str, str]]:
        return self._one("lists.yaml", ListsDoc).lists

    @property
    def openers(self) -> tuple[OpenerDoc, ...]:
        return self._one("openers.yaml", OpenersDoc).openers

    @property
    def ideas(self) -> IdeasDoc:
        return self._one("ideas.yaml", IdeasDoc)

    def _one(self, path: str, kind: type[Doc]) -> Doc:
        document = self.parsed[path]
        assert isinstance(document, kind)  # noqa: S101  parsed by SINGLE_FILES' own type
        return document


def documents(texts: Mapping[str, str]) -> Documents:
    """Read every flow, language and single file among `texts` (path below content/ -> text)."""
    found = Documents()
    for path, kind in SINGLE_FILES.items():
        if path not in texts:
            found.faults.append(Fault(path, 1, MISSING_FILE, "the file is missing"))
        elif (document := _parse(texts[path], path, kind, found)) is not None:
            found.parsed[path] = document
    for path in sorted(texts):
        if not path.startswith(FLOWS):
            continue
        flow = _parse(texts[path], path, FLOW, found)
        if flow is None:
            continue
        if path != flow_path(flow.flow):
            found.faults.append(Fault(path, 1, WRONG_NAME, f"the flow {flow.flow!r} belongs in {flow_path(flow.flow)}"))
        found.flows[flow.flow] = flow
    _hearings(texts, found)
    return found


def _hearings(texts: Mapping[str, str], found: Documents) -> None:
    for path in sorted(texts):
        if path.startswith(HEARING) and (hearing := _parse(texts[path], path, HEARD, found, UNHEARD)):
            found.hearings[path.removeprefix(HEARING).removesuffix(".yaml")] = hearing
    if hearing_path(ENGLISH) not in texts:
        found.faults.append(Fault(hearing_path(ENGLISH), 1, NO_ENGLISH, "the file is missing"))


def flow_path(name: str) -> str:
    return f"{FLOWS}{name}.yaml"


def hearing_path(language: str) -> str:
    return f"{HEARING}{language}.yaml"


def _parse(text: str, path: str, kind: TypeAdapter[Doc], found: Documents, malformed: str = MALFORMED) -> Doc | None:
    reading = read(text, path)
    found.marks[path] = reading.marks
    found.faults.extend(reading.faults)
    if reading.faults:
        return None
    try:
        return kind.validate_python(reading.value)
    except ValidationError as error:
        for fault in error.errors():
            line = reading.marks.line(*fault["loc"])
            where = ".".join(str(part) for part in fault["loc"])
            found.faults.append(Fault(path, line, malformed, f"{where}: {fault['msg']}"))
        return None
