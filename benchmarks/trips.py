"""Round trips through a bot: somebody says or presses something, and is answered. One by one, or many at once."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.figures import Effort, Figure, compared, in_turns
from benchmarks.processes import Child

ANSWERED_WITHIN_S = 20.0
# So many that nobody speaks twice within the time that a person takes to read.
PEOPLE = 1_000
ONE, MANY = 1, 50
TRIPS_ONE, TRIPS_MANY = 300, 1_000

SAID = (
    "His sister joked about my job again at dinner.",
    "He laughed along. He did not say a word for me, and everybody saw it.",
    "Then his mother asked whether I had put on weight, and he just looked at his plate.",
    "I went to the kitchen and stayed there until they left",
    "in the car he said i was being too sensitive, that it was only a joke and that she means well. "
    "i did not know what to say to that so i said nothing for the whole way home",
    "It is always the same with his friends.",
    "I wanted him to say one thing. Just one sentence. That I work hard, or that it was not funny, anything at all.",
    "maybe I should have said something myself",
)


class Chat(Protocol):
    """A platform on loopback with one bot on it, and the people who talk to it."""

    async def trip(self, person: int) -> None:
        """The person's next: words, then a press on what came, then words. Ends when the answer is there."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is up, and its platform."""

    chat: Chat
    process: Child


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one trip: the bot's CPU, and the time from one answer to the next."""

    cpu_us: float
    wall_us: float


class Visitors:
    """The people take turns."""

    def __init__(self, bot: Bot, people: int) -> None:
        self._bot, self._people = bot, people
        self._next = 0

    async def go(self, trips: int, in_flight: int) -> Cost:
        cpu, began = await self._bot.process.quiet_cpu_s(), time.perf_counter()
        last = self._next + trips
        await asyncio.gather(*(self._one_by_one(last) for _ in range(in_flight)))
        wall = time.perf_counter() - began
        # What follows an answer (writing down that it was sent) is part of the trip.
        cpu = await self._bot.process.quiet_cpu_s() - cpu
        return Cost(cpu / trips * 1e6, wall / trips * 1e6)

    async def _one_by_one(self, last: int) -> None:
        while self._next < last:
            person = self._next % self._people
            self._next += 1
            try:
                async with asyncio.timeout(ANSWERED_WITHIN_S):
                    await self._bot.chat.trip(person)
            except TimeoutError:
                raise TimeoutError("no answer came; the bot said:\n" + "".join(self._bot.process.last)) from None


async def compare(
    name: str, floor: AbstractAsyncContextManager[Bot], ours: AbstractAsyncContextManager[Bot], effort: Effort
) -> Sequence[Figure]:
    """The figures of a platform: Debrief against a bare echo, both up all the while, one of them at work."""
    people = max(MANY, effort.of(PEOPLE))
    async with floor as bare, ours as own:
        bots = Visitors(bare, people), Visitors(own, people)
        # The first contact has costs of its own, and starts what a library starts late.
        first = [(await bots[0].go(people, MANY), await bots[1].go(people, MANY))]
        alone = await in_turns(effort, *_runs(bots, effort.of(TRIPS_ONE), ONE))
        crowd = await in_turns(effort, *_runs(bots, max(MANY, effort.of(TRIPS_MANY)), MANY))
    cpu = {"limit": "ratio <= 1.5", "aim": "ratio <= 1.25"}
    rate = {"limit": "ratio >= 0.65", "aim": "ratio >= 0.8"}
    return [
        compared(f"{name}, CPU, {MANY} in flight", "us", _cpu(crowd), **cpu, note=NOTE),
        compared(f"{name}, throughput, {MANY} in flight", "/s", _rate(crowd), **rate),
        compared(f"{name}, CPU, 1 in flight", "us", _cpu(alone), note=NOBODY_BESIDE),
        compared(f"{name}, time, 1 in flight", "us", _wall(alone), note=ALONE),
        compared(f"{name}, CPU, first contact", "us", _cpu(first), note=f"{MANY} in flight"),
    ]


ALONE = "the floor's own pauses count: slack-bolt looks for an ack every 10 ms"
NOBODY_BESIDE = "no limit is set for it: every turn has a commit and an fsync to itself"
NOTE = "words and presses by turns; the bot's process alone, until its answer is written down as sent"

Pairs = Sequence[tuple[Cost, Cost]]


def _runs(bots: tuple[Visitors, Visitors], trips: int, in_flight: int) -> tuple["_Run", "_Run"]:
    return _Run(bots[0], trips, in_flight), _Run(bots[1], trips, in_flight)


@dataclass(frozen=True, slots=True)
class _Run:
    visitors: Visitors
    trips: int
    in_flight: int

    def __call__(self) -> Awaitable[Cost]:
        return self.visitors.go(self.trips, self.in_flight)


def _cpu(pairs: Pairs) -> list[tuple[float, float]]:
    return [(bare.cpu_us, own.cpu_us) for bare, own in pairs]


def _wall(pairs: Pairs) -> list[tuple[float, float]]:
    return [(bare.wall_us, own.wall_us) for bare, own in pairs]


def _rate(pairs: Pairs) -> list[tuple[float, float]]:
    return [(1e6 / bare.wall_us, 1e6 / own.wall_us) for bare, own in pairs]
