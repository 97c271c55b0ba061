"""Plays: scripts of conversations, acted out against the real engine. A step or a choice that no play walks is a fault.

A play file is a list of plays. A play has a `script` of lines, each with at most one of: they_say, they_command,
they_pick, they_fill, they_repeat (the last press again), wait (`2 h`, `until 10:00`); `times` makes what they say
or fill in so many times as long. And any of: bot (the step that shows), offers, says, hides, glance, silent, planned,
remembers.
It begins when `starts` says (UTC), else on a Friday night in November. `zone` and `locale` are what the platform knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationError, model_validator

from bot.content import Content
from bot.engine import advance
from bot.flows.document import Strict
from bot.model import (
    CancelCheckIns,
    CheckIn,
    ChoicePicked,
    CommandInvoked,
    Conversation,
    Debrief,
    Effect,
    Event,
    Forget,
    FormSubmitted,
    MessageReceived,
    Person,
    PlanCheckIn,
    Record,
    Screen,
    TimerFired,
)
from bot.skills.promises import zone_named
from bot.skills.when import understand
from bot.strict_yaml import Fault, read

SOMEBODY = Person("play", "", "somebody")
STARTS = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)


def _zone(name: str) -> str:
    if name and zone_named(name) is None:
        raise ValueError(f"no zone is called {name!r}")
    return name


def _lines(said: Any) -> Any:
    return [said] if isinstance(said, str) else said


Lines = Annotated[tuple[str, ...], BeforeValidator(_lines)]


class LineDoc(Strict):
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


class PlayDoc(Strict):
    play: str
    script: tuple[LineDoc, ...]
    zone: Annotated[str, AfterValidator(_zone)] = ""
    locale: str = ""
    starts: AwareDatetime = STARTS


ACTIONS = ("they_say", "they_command", "they_pick", "they_fill", "they_repeat", "wait")


class Unexpected(Exception):
    """The conversation went another way than the play says."""


@dataclass(slots=True)
class Report:
    plays: int = 0
    faults: list[str] = field(default_factory=list)
    walked: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Stage:
    """One conversation while a play acts it: the person, their clock, and what waits for them."""

    content: Content
    zone: ZoneInfo
    platform_zone: str = ""
    locale: str = ""
    now: datetime = STARTS
    conversation: Conversation = field(default_factory=Conversation)
    screen: Screen | None = None
    spoke: bool = False
    waiting: dict[str, CheckIn] = field(default_factory=dict)
    walked: set[str] = field(default_factory=set)
    past: list[Debrief] = field(default_factory=list)
    _count: int = 0
    _pressed: ChoicePicked | None = None

    def hints(self) -> dict[str, Any]:
        self._count += 1
        hints = {"locale": self.locale, "zone": self.platform_zone}
        return {"delivery_id": str(self._count), "person": SOMEBODY, "at": self.now} | hints

    def happen(self, event: Event) -> None:
        turn = advance(self.content, self.conversation, event, past=tuple(reversed(self.past)))
        self.conversation, self.spoke = turn.conversation, turn.screen is not None
        self.screen = turn.screen or self.screen
        self.walked.update(turn.walked)
        if isinstance(event, ChoicePicked | FormSubmitted) and turn.walked:
            self.walked.add(f"{event.step}:{event.choice}")
        for effect in turn.effects:
            self._apply(effect)

    def say(self, text: str) -> None:
        self.happen(MessageReceived(text=text, **self.hints()))

    def command(self, text: str) -> None:
        self.happen(CommandInvoked(text=text, **self.hints()))

    def pick(self, choice: str) -> None:
        screen = self.screen
        if screen is None:
            raise Unexpected("nothing shows yet")
        opened = next((c for c in screen.choices if c.id == choice and c.form is not None), None)
        self._pressed = ChoicePicked(step=screen.step, visit=screen.visit, choice=choice, **self.hints())
        if opened is None:
            self.happen(self._pressed)

    def fill(self, values: Mapping[str, str]) -> None:
        if self._pressed is None:
            raise Unexpected("a form is filled that no choice opened")
        at = self._pressed
        self.happen(FormSubmitted(step=at.step, visit=at.visit, choice=at.choice, values=values, **self.hints()))

    def repeat(self) -> None:
        if self._pressed is None:
            raise Unexpected("nothing was pressed yet")
        self.happen(replace(self._pressed, **self.hints()))

    def wait(self, words: str) -> None:
        """Let time pass; check-ins that fall due on the way knock at their time."""
        until = understand(words.removeprefix("until ").strip(), self.now, self.zone, self.content.hearings)
        if until is None:
            raise Unexpected(f"wait: {words!r} is no time")
        self.wait_until(until.at)

    def wait_until(self, at: datetime) -> None:
        while due := min((c for c in self.waiting.values() if c.due_at <= at), key=_due, default=None):
            self.now = due.due_at
            del self.waiting[due.flow]
            self.happen(TimerFired(check_in=due, **self.hints()))
        self.now = at

    def _apply(self, effect: Effect) -> None:
        if isinstance(effect, PlanCheckIn):
            debrief = self.conversation.debrief
            self.waiting[effect.flow] = CheckIn(self._count, SOMEBODY, effect.flow, debrief, effect.due_at, 0)
        elif isinstance(effect, CancelCheckIns):
            self.waiting = {k: v for k, v in self.waiting.items() if effect.flow and k != effect.flow}
        elif isinstance(effect, Record):
            self.past.append(Debrief(effect.debrief, self.now, effect.slots))
        elif isinstance(effect, Forget):
            self.waiting, self.past = {}, []


def _due(check_in: CheckIn) -> tuple[datetime, int]:
    return check_in.due_at, check_in.id


def rehearse_all(content: Content, texts: Mapping[str, str]) -> Report:
    """Act every play (file name -> text). Faults are `file:line: CODE message`."""
    report = Report()
    for path, text in texts.items():
        plays, faults = read_plays(text, path)
        for play in plays:
            report.plays += 1
            faults += rehearse(content, play, report.walked)
        report.faults += map(str, faults)
    report.faults += map(str, unwalked(content, report.walked))
    return report


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


def rehearse(content: Content, play: Play, walked: set[str]) -> list[Fault]:
    """Act one play, up to its first fault. What it walked is added to `walked`."""
    doc = play.doc
    stage = Stage(content, ZoneInfo(doc.zone or "Europe/London"), doc.zone, doc.locale, doc.starts.astimezone(UTC))
    faults = []
    for line, at in zip(doc.script, play.lines, strict=True):
        try:
            _act(stage, line)
            _expect(stage, line)
        except Unexpected as surprise:
            faults.append(Fault(play.path, at, "P002", f"{doc.play}: {surprise}"))
            break
    walked |= stage.walked
    return faults


def _act(stage: Stage, line: LineDoc) -> None:
    if line.they_say is not None:
        stage.say(line.they_say * line.times)
    elif line.they_command is not None:
        stage.command(line.they_command)
    elif line.they_pick is not None:
        stage.pick(line.they_pick)
    elif line.they_fill is not None:
        stage.fill({key: text * line.times for key, text in line.they_fill.items()})
    elif line.they_repeat is not None:
        stage.repeat()
    elif line.wait is not None:
        stage.wait(line.wait)


def _expect(stage: Stage, line: LineDoc) -> None:
    screen = stage.screen
    step, text = (screen.step, screen.text) if screen else ("", "")
    options = [option.id for option in screen.menu.options] if screen and screen.menu else []
    seen: dict[str, Any] = {
        "offers": (*(choice.id for choice in screen.choices), *options) if screen else (),
        "glance": screen.glance if screen else "",
        "silent": "no" if stage.spoke else "yes",
        "planned": tuple(
            c.due_at.astimezone(stage.zone).strftime("%Y-%m-%d %H:%M") for c in sorted(stage.waiting.values(), key=_due)
        ),
    }
    if line.bot is not None and line.bot not in (step, step.rpartition(".")[2]):
        raise Unexpected(f"bot is {step!r}, not {line.bot!r}")
    for name, value in seen.items():
        wanted = getattr(line, name)
        if wanted is not None and value != wanted:
            raise Unexpected(f"{name} is {value!r}, not {wanted!r}")
    if missing := [part for part in line.says if part not in text]:
        raise Unexpected(f"{missing} is not in {text!r}")
    if shown := [part for part in line.hides if part in text]:
        raise Unexpected(f"{shown} is in {text!r}")
    for slot, value in line.remembers.items():
        if stage.conversation.slots.get(slot, "") != value:
            raise Unexpected(f"{slot} is {stage.conversation.slots.get(slot, '')!r}, not {value!r}")


def unwalked(content: Content, walked: set[str]) -> Iterator[Fault]:
    for name, step in content.steps.items():
        path = f"flows/{name.partition('.')[0]}.yaml"
        if name not in walked:
            yield Fault(path, 1, "P003", f"no play walks {name}")
            continue
        for choice in step.choices:
            if f"{name}:{choice}" not in walked:
                yield Fault(path, 1, "P004", f"no play picks {name}:{choice}")
