"""Plays, acted out against the real engine in every language. A step or a choice that no play walks is a fault.

P002: it went another way. P003, P004: not walked, not picked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.content import Content
from bot.engine import advance
from bot.model import (
    ENGLISH,
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
    Turn,
)
from bot.plays import STARTS, LineDoc, Play, read_plays
from bot.skills.when import understand
from bot.strict_yaml import Fault

SOMEBODY = Person("play", "", "somebody")


# What a play says of words, left out where it is acted in another language.
UNSAID = {"says": (), "hides": (), "glance": None}


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
    person: Person = SOMEBODY
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
        return {"delivery_id": str(self._count), "person": self.person, "at": self.now} | hints

    def happen(self, event: Event) -> Turn:
        turn = advance(self.content, self.conversation, event, past=tuple(reversed(self.past)))
        self.conversation, self.spoke = turn.conversation, turn.screen is not None
        self.screen = turn.screen or self.screen
        self.walked.update(turn.walked)
        if isinstance(event, ChoicePicked | FormSubmitted) and turn.walked:
            self.walked.add(f"{event.step}:{event.choice}")
        for effect in turn.effects:
            self._apply(effect)
        return turn

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
            self.waiting[effect.flow] = CheckIn(self._count, self.person, effect.flow, debrief, effect.due_at, 0)
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
    for language in (ENGLISH, *content.translations):
        walked = set[str]()
        for path, text in texts.items():
            plays, faults = read_plays(text, path)
            found = [] if language != ENGLISH else faults
            for play in plays:
                report.plays += language == ENGLISH
                found += rehearse(content, play, walked, language)
            report.faults += map(str, found)
        report.faults += map(str, unwalked(content, walked, language))
    return report


def rehearse(content: Content, play: Play, walked: set[str], language: str = ENGLISH) -> list[Fault]:
    """Act one play, up to its first fault. What it walked is added to `walked`.

    In another language than its own, what shows is held to the play's steps and not to its words.
    """
    doc = play.doc
    territory = doc.locale.partition("-")[2]
    locale = doc.locale if language == ENGLISH == doc.language else "-".join(filter(None, (language, territory)))
    zone, person = ZoneInfo(doc.zone or "Europe/London"), replace(SOMEBODY, platform=doc.platform)
    stage = Stage(content, zone, doc.zone, locale, person, doc.starts.astimezone(UTC))
    faults: list[Fault] = []
    if doc.language not in (ENGLISH, language):
        return faults
    for line, at in zip(doc.script, play.lines, strict=True):
        try:
            _act(stage, line)
            _expect(stage, line if language == doc.language else line.model_copy(update=UNSAID))
        except Unexpected as surprise:
            faults.append(Fault(play.path, at, "P002", f"{doc.play}: {surprise}{_spoken(language)}"))
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


def unwalked(content: Content, walked: set[str], language: str = ENGLISH) -> Iterator[Fault]:
    for name, step in content.steps.items():
        path = f"flows/{name.partition('.')[0]}.yaml"
        if name not in walked:
            yield Fault(path, 1, "P003", f"no play walks {name}{_spoken(language)}")
            continue
        for choice in step.choices:
            if f"{name}:{choice}" not in walked:
                yield Fault(path, 1, "P004", f"no play picks {name}:{choice}{_spoken(language)}")


def _spoken(language: str) -> str:
    return "" if language == ENGLISH else f" (spoken in {language})"
