"""engine.advance over what people do: they write, press, pick, fill in, use the command, and are knocked for."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any

from benchmarks.figures import Effort, Figure, rounded
from benchmarks.trips import SAID
from bot.app import load_content
from bot.content import Content
from bot.engine import advance
from bot.model import (
    CheckIn,
    ChoicePicked,
    CommandInvoked,
    Conversation,
    Event,
    FormSubmitted,
    MessageReceived,
    Person,
    PlanCheckIn,
    Screen,
    TimerFired,
)

PEOPLE, EVENTS = 200, 20
NO_FLOOR = "nothing bare does this"
SEED = 11
ANA = Person("slack", "T0", "U0")


async def measure(effort: Effort) -> Sequence[Figure]:
    content, chance = load_content(), random.Random(SEED)
    steps = [step for number in range(effort.of(PEOPLE)) for step in _evening(content, chance, number)]
    runs = [_times_us(content, steps) for _ in range(effort.repeats)]
    middle, most = median(median(run) for run in runs), median(quantiles(run, n=100)[-1] for run in runs)
    return [
        Figure("engine.advance, median", rounded(middle), "us", limit="value <= 50", note=NO_FLOOR),
        Figure("engine.advance, 99 of 100", rounded(most), "us", note=NO_FLOOR),
    ]


def _times_us(content: Content, steps: Sequence[tuple[Conversation, Event]]) -> list[float]:
    times = []
    for conversation, event in steps:
        began = time.perf_counter()
        advance(content, conversation, event)
        times.append((time.perf_counter() - began) * 1e6)
    return times


def _evening(content: Content, chance: random.Random, number: int) -> Sequence[tuple[Conversation, Event]]:
    """One person's events, each with the conversation that it meets."""
    at, met, screen = datetime(2026, 11, 22, 20, tzinfo=UTC), Conversation(), None
    steps: list[tuple[Conversation, Event]] = []
    planned: PlanCheckIn | None = None
    for count in range(EVENTS):
        at += timedelta(seconds=chance.randrange(5, 90))
        common: dict[str, Any] = {"delivery_id": f"{number}-{count}", "person": ANA, "at": at}
        common |= {"locale": "en-GB", "zone": "Europe/Lisbon"}
        if planned is not None and chance.random() < 0.2:
            at, due = planned.due_at, CheckIn(1, ANA, planned.flow, met.debrief, planned.due_at, 0)
            event: Event = TimerFired(**{**common, "at": at}, check_in=due)
            planned = None
        else:
            event = _act(chance, screen, common)
        steps.append((met, event))
        turn = advance(content, met, event)
        met, screen = turn.conversation, turn.screen or screen
        planned = next((effect for effect in turn.effects if isinstance(effect, PlanCheckIn)), planned)
    return steps


def _act(chance: random.Random, screen: Screen | None, common: dict[str, Any]) -> Event:
    lot = chance.random()
    if screen is None or lot < 0.35:
        return MessageReceived(**common, text=chance.choice(SAID))
    if lot < 0.4:
        return CommandInvoked(**common)
    shown: dict[str, Any] = {"step": screen.step, "visit": screen.visit}
    if screen.menu is not None and lot < 0.7:
        return ChoicePicked(**common, **shown, choice=chance.choice(screen.menu.options).id)
    choice = chance.choice((*screen.choices, screen.safety))
    if choice.form is None:
        return ChoicePicked(**common, **shown, choice=choice.id)
    fields = choice.form.fields
    values = {one.id: chance.choice(one.options).id if one.options else chance.choice(SAID) for one in fields}
    return FormSubmitted(**common, **shown, choice=choice.id, values=values)
