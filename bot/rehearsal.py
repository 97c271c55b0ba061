"""Plays: scripts of conversations, acted out against the real engine. A step or a choice that no play walks is a fault.

A play file is a list of plays. A play has a `script` of lines, each with one of: they_say, they_command, they_pick,
they_fill, they_repeat (the last press again), wait (`2 h`, `until 10:00`), and any of: bot (the step that shows),
offers, says, glance, silent, planned, remembers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.content import Content
from bot.engine import advance
from bot.model import (
    CancelCheckIns,
    CheckIn,
    ChoicePicked,
    CommandInvoked,
    Conversation,
    Effect,
    Event,
    FormSubmitted,
    MessageReceived,
    Person,
    PlanCheckIn,
    Screen,
    TimerFired,
    Turn,
)
from bot.skills.when import understand
from bot.strict_yaml import Fault, Reading, read

SOMEBODY = Person("play", "", "somebody")
STARTS = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
ACTIONS = ("they_say", "they_command", "they_pick", "they_fill", "they_repeat", "wait")
EXPECTATIONS = ("bot", "offers", "says", "glance", "silent", "planned", "remembers")
PLAY_KEYS = frozenset({"play", "script", "zone", "locale"})


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
    _count: int = 0
    _pressed: ChoicePicked | None = None

    def hints(self) -> dict[str, Any]:
        self._count += 1
        hints = {"locale": self.locale, "zone": self.platform_zone}
        return {"delivery_id": str(self._count), "person": SOMEBODY, "at": self.now} | hints

    def happen(self, event: Event) -> None:
        turn = advance(self.content, self.conversation, event)
        self._note_press(event, turn)
        self.conversation, self.spoke = turn.conversation, turn.screen is not None
        self.screen = turn.screen or self.screen
        self.walked.update(turn.walked)
        for effect in turn.effects:
            self._apply(effect)

    def say(self, text: str) -> None:
        self.happen(MessageReceived(text=text, **self.hints()))

    def command(self, text: str) -> None:
        self.happen(CommandInvoked(text=text, **self.hints()))

    def pick(self, choice: str) -> None:
        screen = self._showing()
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
        until = understand(words.removeprefix("until ").strip(), self.now, self.zone)
        if until is None:
            raise Unexpected(f"wait: {words!r} is no time")
        while due := min((c for c in self.waiting.values() if c.due_at <= until.at), key=_due, default=None):
            self.now = due.due_at
            del self.waiting[due.flow]
            self.happen(TimerFired(check_in=due, **self.hints()))
        self.now = until.at

    def _showing(self) -> Screen:
        if self.screen is None:
            raise Unexpected("nothing shows yet")
        return self.screen

    def _note_press(self, event: Event, turn: Turn) -> None:
        """Remember which choices led on, so that an unwalked one is seen."""
        if isinstance(event, ChoicePicked | FormSubmitted) and turn.walked:
            self.walked.add(f"{event.step}:{event.choice}")

    def _apply(self, effect: Effect) -> None:
        if isinstance(effect, PlanCheckIn):
            debrief = self.conversation.debrief
            self.waiting[effect.flow] = CheckIn(self._count, SOMEBODY, effect.flow, debrief, effect.due_at, 0)
        elif isinstance(effect, CancelCheckIns):
            self.waiting = {k: v for k, v in self.waiting.items() if effect.flow and k != effect.flow}


def _due(check_in: CheckIn) -> tuple[datetime, int]:
    return check_in.due_at, check_in.id


def rehearse_all(content: Content, texts: Mapping[str, str]) -> Report:
    """Act every play (file name -> text). Faults are `file:line: CODE message`."""
    report = Report()
    for path, text in texts.items():
        reading = read(text, path)
        report.faults += [str(fault) for fault in reading.faults]
        for number in range(len(reading.value or ())):
            report.plays += 1
            report.faults += [str(fault) for fault in rehearse(content, reading, number, path, report.walked)]
    report.faults += [str(fault) for fault in _unwalked(content, report.walked)]
    return report


def rehearse(content: Content, reading: Reading, number: int, path: str, walked: set[str]) -> Iterator[Fault]:
    """Act play `number` of a file; stops at its first fault. What it walked is added to `walked`."""
    play = reading.value[number]
    if not isinstance(play, dict) or set(play) - PLAY_KEYS or not {"play", "script"} <= set(play):
        yield Fault(path, reading.marks.line(number), "P001", f"a play has {sorted(PLAY_KEYS)} and nothing else")
        return
    zone = play.get("zone", "")
    stage = Stage(content, ZoneInfo(zone or "Europe/London"), zone, play.get("locale", ""))
    for index, line in enumerate(play["script"]):
        try:
            _act(stage, line)
        except Unexpected as surprise:
            at = reading.marks.line(number, "script", index)
            yield Fault(path, at, "P002", f"{play['play']}: {surprise}")
            break
    walked |= stage.walked


def _act(stage: Stage, line: Mapping[str, Any]) -> None:
    if unknown := set(line) - {*ACTIONS, *EXPECTATIONS}:
        raise Unexpected(f"no line of a play is called {sorted(unknown)}")
    actions: dict[str, Callable[[Any], None]] = {
        "they_say": stage.say,
        "they_command": stage.command,
        "they_pick": stage.pick,
        "they_fill": stage.fill,
        "they_repeat": lambda _: stage.repeat(),
        "wait": stage.wait,
    }
    for name, act in actions.items():
        if name in line:
            act(line[name])
    for name in EXPECTATIONS:
        if name in line:
            _expect(stage, name, line[name])


def _expect(stage: Stage, name: str, wanted: Any) -> None:
    screen = stage.screen
    options = [option.id for option in screen.menu.options] if screen and screen.menu else []
    seen: dict[str, Any] = {
        "bot": screen.step if screen else "",
        "offers": [choice.id for choice in screen.choices] + options if screen else [],
        "glance": screen.glance if screen else "",
        "silent": "no" if stage.spoke else "yes",
        "planned": [c.due_at.astimezone(stage.zone).strftime("%Y-%m-%d %H:%M") for c in stage.waiting.values()],
    }
    if name == "says":
        lines = [wanted] if isinstance(wanted, str) else wanted
        missing = [part for part in lines if screen is None or part not in screen.text]
        if missing:
            raise Unexpected(f"{missing} is not in {screen.text if screen else ''!r}")
    elif name == "remembers":
        for slot, value in wanted.items():
            if stage.conversation.slots.get(slot, "") != value:
                raise Unexpected(f"{slot} is {stage.conversation.slots.get(slot, '')!r}, not {value!r}")
    elif name == "bot" and "." not in wanted:
        if not seen["bot"].endswith(f".{wanted}"):
            raise Unexpected(f"bot is {seen['bot']!r}, not {wanted!r}")
    elif seen[name] != wanted:
        raise Unexpected(f"{name} is {seen[name]!r}, not {wanted!r}")


def _unwalked(content: Content, walked: set[str]) -> Iterator[Fault]:
    for name, step in content.steps.items():
        path = f"flows/{name.partition('.')[0]}.yaml"
        if name not in walked:
            yield Fault(path, 1, "P003", f"no play walks {name}")
            continue
        for choice in step.choices:
            if f"{name}:{choice}" not in walked:
                yield Fault(path, 1, "P004", f"no play picks {name}:{choice}")
