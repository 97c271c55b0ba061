"""Plays as files: scripts of conversations. P001: a play that cannot be read.

A play file is a list of plays. A play has a `script` of lines, each with at most one of: they_say, they_command,
they_pick, they_fill, they_repeat (the last press again), wait (`2 h`, `until 10:00`); `times` makes what they say
or fill in so many times as long. And any of: bot (the step that shows), offers, says, hides, glance, silent, planned,
remembers. It begins when `starts` says (UTC), else on a Friday night in November. `zone` and `locale` are what the
platform knows; `language` is the one that its words are in; `platform` is where it is spoken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from bot.model import ENGLISH
from bot.skills.promises import zone_named
from bot.strict_yaml import Fault, read

STARTS = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)


def _zone(name: str) -> str:
    if name and zone_named(name) is None:
        raise ValueError(f"no zone is called {name!r}")
    return name


def _lines(said: Any) -> Any:
    return [said] if isinstance(said, str) else said


Lines = Annotated[tuple[str, ...], BeforeValidator(_lines)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class LineDoc(_Strict):
    """One line of a script: what they do, and then what shows."""

    they_say: str | None = None
    they_command: str | None = None
    they_pick: str | None = None
    they_fill: Mapping[str, str] | None = None
    they_repeat: Literal["yes"] | None = None
    wait: str | None = None
    times: int = Field(default=1, ge=1)
    bot: str | None = None
    offers: tuple[str, ...] | None = None
    says: Lines = ()
    hides: Lines = ()
    glance: str | None = None
    silent: Literal["yes", "no"] | None = None
    planned: tuple[str, ...] | None = None
    remembers: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if sum(getattr(self, action) is not None for action in ACTIONS) > 1:
            raise ValueError(f"a line has at most one of {', '.join(ACTIONS)}")
        return self


class PlayDoc(_Strict):
    play: str
    script: tuple[LineDoc, ...]
    zone: Annotated[str, AfterValidator(_zone)] = ""
    locale: str = ""
    language: str = ENGLISH
    platform: str = "play"
    starts: AwareDatetime = STARTS


ACTIONS = ("they_say", "they_command", "they_pick", "they_fill", "they_repeat", "wait")


@dataclass(frozen=True, slots=True)
class Play:
    """A play and where it stands: `lines` are those of its script."""

    doc: PlayDoc
    path: str
    lines: tuple[int, ...]


def read_plays(text: str, path: str) -> tuple[list[Play], list[Fault]]:
    """The plays of one file, and the faults of those that cannot be read."""
    reading = read(text, path)
    faults, plays = list(reading.faults), list[Play]()
    if not faults and not isinstance(reading.value, list):
        faults.append(Fault(path, 1, "P001", "a play file is a list of plays"))
    for number, value in enumerate(reading.value if not faults else ()):
        try:
            doc = PlayDoc.model_validate(value)
        except ValidationError as error:
            at = ((reading.marks.line(number, *fault["loc"]), fault) for fault in error.errors())
            faults += [Fault(path, line, "P001", f"{'.'.join(map(str, f['loc']))}: {f['msg']}") for line, f in at]
        else:
            lines = tuple(reading.marks.line(number, "script", index) for index in range(len(doc.script)))
            plays.append(Play(doc, path, lines))
    return plays, faults
