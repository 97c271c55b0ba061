"""Whatever somebody presses, types or waits for, in any order: the promises of `watched` hold on every screen."""

import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.content import Content
from bot.model import ENGLISH, RESUME, SAFETY, CheckIn, ChoicePicked, Conversation, Event, FormSubmitted, Screen
from bot.rehearsal import SOMEBODY
from bot.skills.promises import Promise, with_one
from tests.kit import content
from tests.unit.watched import Watched

CONTENT = content()
SPANISH = CONTENT.spoken("es")


def _phrases(spoken: Content) -> Sequence[str]:
    labels = {choice.label for step in spoken.steps.values() for choice in step.choices.values()}
    return [*spoken.starts, *sorted(labels)]


SIGNS = [
    *("he has got a knife and he is drunk", "he goes through my phone every night"),
    *("mi pareja me pegó un puñetazo en el estómago", "tiene un arma en la casa y dice que la va a usar"),
]
PHRASES = [
    *(*_phrases(CONTENT), *_phrases(SPANISH)),
    *("tomorrow 9am", "in 5 minutes", "2027-03-28 01:30", "22:15", "London", "yesterday", "in 40 days", "@1795512600"),
    *("mañana a las 9", "en 5 minutos", "Madrid", "ayer"),
    *(*SIGNS * 5, "I keep thinking about suicide", "pienso mucho en matarme últimamente"),
    *("", "  ", "🙃", "hurt", "7", "{ } %s <@1> *b*", "x" * 4_000, "word " * 2_500),
]
TYPED = st.one_of(st.sampled_from(PHRASES), st.text(st.characters(exclude_characters="{}"), max_size=30))
SCREENS = sorted(name for name, step in CONTENT.steps.items() if step.say and name != "settings.forgotten")
OPEN_SCREENS = [name for name in SCREENS if not CONTENT.steps[name].withhold]
ZONES = ["", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Mars/Olympus_Mons", "Europe"]
LOCALES = ["en-GB", "es-MX", "es", "fr-FR", ""]
WAITS = [timedelta(seconds=3), timedelta(minutes=5), timedelta(hours=3), timedelta(hours=13), timedelta(days=4)]
TURNS_LEAST = 10_000


class AnyPath(RuleBasedStateMachine):
    """`turns`: how many there were on all paths, by language; `afraid`: so many looks while somebody was, or not."""

    turns: ClassVar[Counter[str]] = Counter()
    afraid: ClassVar[Counter[bool]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.stage = Watched(CONTENT, ZoneInfo("Europe/London"), now=datetime(2026, 11, 20, 22, 15, tzinfo=UTC))
        self.seen: list[Screen] = []

    @initialize(
        step=st.sampled_from(SCREENS),
        zone=st.sampled_from(ZONES),
        locale=st.sampled_from(LOCALES),
        afraid=st.booleans(),
    )
    def begin(self, step: str, zone: str, locale: str, afraid: bool = False) -> None:
        self.stage.platform_zone, self.stage.locale = zone, locale
        self.stage.afraid = afraid and step in OPEN_SCREENS
        slots = {"note": "he just laughed along", "met": "yes"} | ({"withheld": "yes"} if self.stage.afraid else {})
        if CONTENT.steps[step].call == "planned":
            flow = CONTENT.steps[step].args.get("flow", "check_in").replace("any", "check_in")
            check_in = CheckIn(0, SOMEBODY, flow, 1, self.stage.now + timedelta(hours=12), 0)
            self.stage.waiting[flow] = check_in
            slots |= with_one({}, Promise(flow, check_in.due_at))
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
        self.stage.say(text)
        self._see()

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

    def teardown(self) -> None:
        AnyPath.turns.update(self.stage.turns)

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
        AnyPath.afraid[self.stage.afraid] += 1
        if self.stage.screen is not None:
            self.seen.append(self.stage.screen)


@pytest.mark.timeout(300)
def test_ten_thousand_turns_at_random_in_both_languages() -> None:
    """Never a dead end, never a raise, safety everywhere, nothing withheld is shown to somebody afraid."""
    AnyPath.turns.clear()
    AnyPath.afraid.clear()
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(max_examples=450, stateful_step_count=30, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(AnyPath, settings=chosen)
    sys.stdout.write(f"\nturns at random: {dict(AnyPath.turns)}, while afraid: {AnyPath.afraid[True]}\n")
    assert AnyPath.turns.total() >= TURNS_LEAST
    assert min(AnyPath.turns[language] for language in (ENGLISH, *CONTENT.translations)) >= TURNS_LEAST // 4
    assert AnyPath.afraid[True] >= TURNS_LEAST // 10


@pytest.mark.parametrize("step", SCREENS)
def test_the_promises_hold_on_a_long_walk_from_every_screen(step: str) -> None:
    dice = random.Random(step)
    path = AnyPath()
    path.begin(step, dice.choice(ZONES), dice.choice(LOCALES), dice.random() < 0.5)
    for _ in range(30):
        {
            0: lambda: path.press_on([dice.randrange(40) for _ in range(4)]),
            1: lambda: path.press_on([dice.randrange(40) for _ in range(4)]),
            2: lambda: path.press_an_earlier_button(dice.randint(1, 8), dice.randrange(40)),
            3: lambda: path.say(dice.choice(PHRASES)),
            4: lambda: path.fill(dice.randint(1, 4), dice.randrange(40), dice.sample(PHRASES, 3)),
            5: lambda: path.wait(dice.choice(WAITS)),
        }[dice.randrange(6)]()
