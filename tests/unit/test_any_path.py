"""Whatever somebody presses, types or waits for, in any order: the promises that hold on every screen."""

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bot.engine import advance
from bot.model import (
    LASTING_SLOTS,
    NOTE_LONGEST_CHARS,
    RESUME,
    SAFETY,
    SCREEN_LONGEST_CHARS,
    ChoicePicked,
    Conversation,
    Event,
    Forget,
    FormSubmitted,
    MessageReceived,
    Record,
    Screen,
    Turn,
)
from bot.rehearsal import Stage
from bot.skills.promises import promised
from bot.walk import BEGAN
from tests.kit import content

CONTENT = content()
PHRASES = [
    *CONTENT.starts,
    *sorted({choice.label for step in CONTENT.steps.values() for choice in step.choices.values()}),
    *("tomorrow 9am", "in 5 minutes", "2027-03-28 01:30", "22:15", "London", "yesterday", "in 40 days", "@1795512600"),
    *("he has got a knife and he is drunk", "I keep thinking about suicide", "he goes through my phone every night"),
    *("", "  ", "🙃", "hurt", "7", "{ } %s <@1> *b*", "x" * 4_000, "word " * 2_500),
]
TYPED = st.one_of(st.sampled_from(PHRASES), st.text(max_size=30))
SCREENS = sorted(name for name, step in CONTENT.steps.items() if step.say and name != "settings.forgotten")
ZONES = ["", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Mars/Olympus_Mons", "Europe"]
WAITS = [timedelta(seconds=3), timedelta(minutes=5), timedelta(hours=3), timedelta(hours=13), timedelta(days=4)]
UNFILLED = re.compile(r"\{[a-z_]+\}")


class Watched(Stage):
    """A stage that holds every turn against the promises."""

    def happen(self, event: Event) -> None:
        turn = advance(self.content, self.conversation, event)
        _conversation_holds(self.conversation, turn)
        if turn.screen is not None:
            _screen_holds(self.conversation, turn, turn.screen)
        super().happen(event)
        self._promise_is_told_truly()

    def _promise_is_told_truly(self) -> None:
        """What is said of check-ins and reminders is what will be sent: one of each flow at the most, at that time."""
        told = {flow: promise.at for flow, promise in promised(self.conversation.slots).items()}
        ahead = {flow: check_in.due_at for flow, check_in in self.waiting.items()}
        assert {flow: at for flow, at in ahead.items() if at > self.now} == {
            flow: at for flow, at in told.items() if at > self.now
        }


def _conversation_holds(before: Conversation, turn: Turn) -> None:
    after = turn.conversation
    if Forget() in turn.effects:
        assert (after, turn.effects) == (Conversation(), (Forget(),))
        return
    assert after.revision == before.revision + 1
    assert after.visit >= before.visit
    assert all(after.slots.values())
    note, kept = before.slots.get("note", ""), after.slots.get("note", "")
    assert len(kept) <= NOTE_LONGEST_CHARS
    put_away = [effect for effect in turn.effects if isinstance(effect, Record)]
    if put_away:
        assert [(record.debrief, _told(record.slots)) for record in put_away] == [(before.debrief, _told(before.slots))]
        assert after.debrief == before.debrief + 1
    else:
        assert kept.startswith(note)


def _told(slots: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in slots.items() if name not in LASTING_SLOTS | {BEGAN}}


def _screen_holds(before: Conversation, turn: Turn, screen: Screen) -> None:
    content = CONTENT.spoken(screen.language)
    step = content.steps[screen.step]
    assert screen.safety.id == SAFETY
    assert screen.safety.label
    assert 1 <= len(screen.text) <= SCREEN_LONGEST_CHARS
    assert not UNFILLED.search(screen.text)
    assert screen.choices or screen.menu or step.rest, "a dead end"
    assert not (step.withhold and turn.conversation.slots.get("withheld")), "shown to somebody afraid"
    lines = {option.label for option in content.lists["reminders"]} if step.glance else set()
    assert screen.glance in {step.glance, content.words.glance} | lines
    if Forget() not in turn.effects:
        assert (screen.step, screen.visit) == (turn.conversation.step, turn.conversation.visit)
        assert screen.visit == before.visit + (1 if turn.walked else 0) or not before.step


@settings(
    max_examples=60,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
class AnyPath(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stage = Watched(CONTENT, ZoneInfo("Europe/London"), now=datetime(2026, 11, 20, 22, 15, tzinfo=UTC))
        self.seen: list[Screen] = []

    @initialize(step=st.sampled_from(SCREENS), zone=st.sampled_from(ZONES))
    def begin(self, step: str, zone: str) -> None:
        self.stage.platform_zone = zone
        slots = {"note": "he just laughed along", "met": "yes"}
        self.stage.conversation = Conversation(step=step, visit=1, slots=slots, debrief=1, touched_at=self.stage.now)
        self._do(ChoicePicked(step=step, visit=1, choice=RESUME, **self.stage.hints()))

    @rule(picks=st.lists(st.integers(0, 40), min_size=1, max_size=12))
    def press_on(self, picks: list[int]) -> None:
        for pick in picks:
            self._press(self.seen[-1], pick)

    @rule(back=st.integers(1, 8), pick=st.integers(0, 40))
    def press_an_earlier_button(self, back: int, pick: int) -> None:
        self._press(self.seen[-back % len(self.seen)], pick)

    @rule(text=TYPED)
    def say(self, text: str) -> None:
        self._do(MessageReceived(text=text, **self.stage.hints()))

    @rule(text=TYPED)
    def command(self, text: str) -> None:
        self.stage.command(text)
        self._see()

    @rule(back=st.integers(1, 4), pick=st.integers(0, 40), texts=st.lists(TYPED, min_size=3, max_size=3))
    def fill(self, back: int, pick: int, texts: list[str]) -> None:
        screen = self.seen[-back % len(self.seen)]
        opening = [choice for choice in screen.choices if choice.form] or list(screen.choices) or [screen.safety]
        choice = opening[pick % len(opening)]
        values = {"note": texts[0]}
        for field, text in zip(choice.form.fields if choice.form else (), texts, strict=False):
            values[field.id] = field.options[pick % len(field.options)].id if field.options and pick else text
        where: dict[str, Any] = {"step": screen.step, "visit": screen.visit, "choice": choice.id}
        self._do(FormSubmitted(values=values, **where, **self.stage.hints()))

    @rule(by=st.sampled_from(WAITS))
    def wait(self, by: timedelta) -> None:
        self.stage.wait_until(self.stage.now + by)
        self._see()

    def _press(self, screen: Screen, pick: int) -> None:
        ids = [choice.id for choice in screen.choices] + [
            option.id for option in (screen.menu.options if screen.menu else ())
        ]
        choice = [*ids * 4, SAFETY, RESUME][pick % (len(ids) * 4 + 2)]
        self._do(ChoicePicked(step=screen.step, visit=screen.visit, choice=choice, **self.stage.hints()))

    def _do(self, event: Event) -> None:
        self.stage.happen(event)
        self._see()

    def _see(self) -> None:
        if self.stage.screen is not None:
            self.seen.append(self.stage.screen)


TestAnyPath = AnyPath.TestCase
TestAnyPath.__doc__ = "On any path: never a dead end, never a raise, safety everywhere, and nothing withheld is shown."


@pytest.mark.parametrize("step", SCREENS)
def test_the_promises_hold_on_a_long_walk_from_every_screen(step: str) -> None:
    dice = random.Random(step)
    path = AnyPath()
    path.begin(step, dice.choice(ZONES))
    for _ in range(60):
        {
            0: lambda: path.press_on([dice.randrange(40) for _ in range(4)]),
            1: lambda: path.press_on([dice.randrange(40) for _ in range(4)]),
            2: lambda: path.press_an_earlier_button(dice.randint(1, 8), dice.randrange(40)),
            3: lambda: path.say(dice.choice(PHRASES)),
            4: lambda: path.fill(dice.randint(1, 4), dice.randrange(40), dice.sample(PHRASES, 3)),
            5: lambda: path.wait(dice.choice(WAITS)),
        }[dice.randrange(6)]()
