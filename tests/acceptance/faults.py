"""`python -m tests.acceptance.faults`: many kills on real processes, and a tally of what came of them.

Each kill comes at a random point at a random pass, at any time, or when the platform has a message but the process
has not heard so. The process that mends one kill dies of the next. Exits with 1 if anything was lost or doubled.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from bot.runtime.points import Point
from tests import back_ends
from tests.acceptance import rows
from tests.acceptance.chats import PLACES, Trouble
from tests.acceptance.town import EVENING, LONG, SHORT, Citizen, Count, Town, town

FIRST_START = (Point.SCHEMA_WRITTEN,)
A_CHECK_INS_OWN = (Point.CHECK_INS_CLAIMED, Point.KNOCK_TAKEN)
# Nobody moves here: tests/acceptance/test_move.py kills those who do.
OF_A_MOVE = tuple(point for point in Point if point.name.startswith("MOVE_"))
ANY_TIME, NOT_HEARD, AT_REST = "at any time", "sent, and not heard of", "while all were at rest"
KINDS = (*(point for point in Point if point not in (*FIRST_START, *OF_A_MOVE)), ANY_TIME, NOT_HEARD)
PAIRS = tuple(itertools.product(PLACES, back_ends.NAMES))

PEOPLE = (LONG, LONG, SHORT, SHORT, EVENING, EVENING)
PASSES_MOST = 12
KILLS_A_TOWN = 50
TOWNS_AT_ONCE = 2
# What has not come so long after the last kill is lost. Before that it may take as many lives as it likes.
PATIENCE_S, LIVES_S = 60.0, 3600.0
TELL_EVERY = 25


@dataclass
class Tally:
    """Kills by place, back end and kind; messages by place and back end."""

    wanted: int
    say: Callable[[str], None]
    kills: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    counts: dict[tuple[str, str], Count] = field(default_factory=dict)
    evenings: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    begun_at: float = field(default_factory=time.monotonic)

    def killed(self, where: Town, kind: str) -> None:
        self.kills[where.place.name, where.back_end.name, kind] += 1
        done = self.kills.total()
        if done % TELL_EVERY == 0:
            took_s = time.monotonic() - self.begun_at
            self.say(f"{done} of {self.wanted} kills, {took_s / done:.2f} s each; {len(self.faults)} faults")

    def rarest(self, where: Town, kinds: Sequence[str], dice: random.Random) -> str:
        """One of those that have killed least in such a town."""
        number = {kind: self.kills[where.place.name, where.back_end.name, str(kind)] for kind in kinds}
        return dice.choice([kind for kind in kinds if number[kind] == min(number.values())])

    def counted(self, where: Town) -> None:
        key, found = (where.place.name, where.back_end.name), where.count()
        self.counts[key] = self.counts.get(key, Count()) + found
        self.evenings[key] += sum(one.kept // len(one.way) for one in where.citizens if len(one.way) > 1)
        if found.lost or found.doubled:
            self.fault(where, f"{found.lost} lost, {found.doubled} doubled")

    def fault(self, where: Town, what: str) -> None:
        self.faults.append(f"{where.place.name}/{where.back_end.name}: {what}")
        self.say(self.faults[-1])

    @property
    def sound(self) -> bool:
        return not self.faults

    def table(self) -> Iterable[str]:
        columns = sorted({key[:2] for key in self.kills})
        yield " " * 24 + "".join(f"{'/'.join(column):>20}" for column in columns) + f"{'in all':>10}"
        for kind in (*FIRST_START, *KINDS, AT_REST):
            found = [self.kills[*column, str(kind)] for column in columns]
            yield f"{kind:<24}" + "".join(f"{number:>20}" for number in found) + f"{sum(found):>10}"
        total = sum(self.counts.values(), Count())
        counts = [*(self.counts.get(column, Count()) for column in columns)]
        for name in ("owed", "lost", "doubled"):
            found = [getattr(count, name) for count in counts]
            yield f"{'messages ' + name:<24}" + "".join(f"{n:>20}" for n in found) + f"{getattr(total, name):>10}"
        evenings = [self.evenings[column[0], column[1]] for column in columns]
        cells = "".join(f"{number:>20}" for number in evenings)
        yield f"{'of several knocks':<24}{cells}{sum(evenings):>10}"
        yield f"{self.kills.total()} kills in {time.monotonic() - self.begun_at:.0f} s"
        yield from self.faults


async def visit(name: tuple[str, str], kills: int, dice: random.Random, tally: Tally) -> None:
    """One town: founded twice because the first start is killed, then `kills - 1` lives, then a quiet end."""
    with tempfile.TemporaryDirectory(prefix="debrief-faults-") as folder:
        async with town(*name, Path(folder)) as here:
            here.dooms(Point.SCHEMA_WRITTEN)
            await here.begins()
            await here.dies()
            tally.killed(here, Point.SCHEMA_WRITTEN)
            try:
                assert await here.wakes()
                await here.stops()
                await _lives(here, kills - 1, dice, tally)
            except (TimeoutError, AssertionError, ExceptionGroup) as error:
                said = here.running.said[-2000:] if here.running else ""
                tally.fault(here, f"{error!r}\n{said}")
            tally.counted(here)


async def _lives(here: Town, lives: int, dice: random.Random, tally: Tally) -> None:
    closing = asyncio.Event()
    awake = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for way in PEOPLE:
            group.create_task(_goes_about(here.somebody(way), awake, closing))
        for _ in range(lives):
            tally.killed(here, await _life(here, awake, dice, tally))
        closing.set()
        async with asyncio.timeout(PATIENCE_S):
            await _wakes(here, awake)
            await here.place.until(lambda: all(one.answered for one in here.citizens), PATIENCE_S)
            # Who planned a check-in in this last life is knocked for in another.
            await here.stops()
            await _wakes(here, awake)
            await here.place.until(lambda: all(one.content_now for one in here.citizens), PATIENCE_S)
            await here.stops()


async def _wakes(here: Town, awake: asyncio.Event) -> None:
    """A process that nobody kills, on the morning after."""
    await rows.night_passes(here.back_end)
    assert await here.wakes()
    awake.set()


async def _goes_about(citizen: Citizen, awake: asyncio.Event, closing: asyncio.Event) -> None:
    """Does one thing after another while there is somebody to talk to."""
    while True:
        await awake.wait()
        if closing.is_set():
            return
        await citizen.goes_on()
        await citizen.waits(LIVES_S)


async def _life(here: Town, awake: asyncio.Event, dice: random.Random, tally: Tally) -> str:
    """From a start to the kill. Returns of what it died."""
    knocks = sum(len(citizen.way) for citizen in here.citizens if citizen.rests)
    # Whoever is on their way gets there first: then all that they were promised is due at once.
    on_their_way = [one.chat.user for one in here.citizens if len(one.way) > 1 and not one.rests]
    due = await rows.night_passes(here.back_end, on_their_way)
    kind = tally.rarest(here, [kind for kind in KINDS if due or kind not in A_CHECK_INS_OWN], dice)
    most = {Point.CHECK_INS_CLAIMED: 1, Point.KNOCK_TAKEN: due}.get(cast("Point", kind), PASSES_MOST)
    doom = (kind, dice.randint(1, most)) if isinstance(kind, Point) else None
    # Half of them only when it is up: a town whose processes all die while they mend would never get on.
    later = doom is not None and kind not in A_CHECK_INS_OWN and dice.random() < 0.5
    if doom and not later:
        here.dooms(*doom)
    if await here.wakes():
        if doom and later:
            here.dooms(*doom)
        awake.set()
        if not await _dies_by_itself(here, _cause(here, kind, knocks, dice)):
            kind = kind if kind in {ANY_TIME, NOT_HEARD} and not _all_rest(here) else AT_REST
            await here.kills()
    awake.clear()
    if here.running is not None:
        await here.dies()
    here.place.calm()
    return str(kind)


def _all_rest(here: Town) -> bool:
    return all(citizen.rests for citizen in here.citizens)


def _cause(here: Town, kind: str, knocks: int, dice: random.Random) -> Callable[[], bool]:
    """What has to be seen before somebody kills the process from outside. `knocks`: so many are to come."""
    before = _seen(here)
    struck = dice.choice(here.citizens).chat.goes_wrong(Trouble.HANGS_TAKEN) if kind == NOT_HEARD else None
    enough = before + dice.randint(0, len(PEOPLE)) if kind == ANY_TIME else sys.maxsize

    def look() -> bool:
        if struck is not None and struck():
            return True
        seen = _seen(here)
        return seen >= enough or (_all_rest(here) and seen >= before + knocks)

    return look


def _seen(here: Town) -> int:
    return sum(len(citizen.seen()) for citizen in here.citizens)


async def _dies_by_itself(here: Town, cause: Callable[[], bool]) -> bool:
    """True when the process ended; False when `cause` came first."""
    assert here.running is not None
    end = asyncio.create_task(here.running.process.wait())
    seen = asyncio.create_task(here.place.until(cause, LIVES_S))
    try:
        await asyncio.wait({end, seen}, return_when=asyncio.FIRST_COMPLETED)
        return end.done()
    finally:
        await _cancelled(end, seen)


async def _cancelled(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def perform(kills: int, seed: int, say: Callable[[str], None], names: Sequence[tuple[str, str]] = PAIRS) -> Tally:
    """All the kills, spread evenly over the places and the back ends, a few towns at once."""
    tally = Tally(kills, say)
    each = max(2, min(KILLS_A_TOWN, kills // len(names)))
    shares = [each] * (kills // each) + ([kills % each] if kills % each > 1 else [])
    free = asyncio.Semaphore(TOWNS_AT_ONCE)

    async def one(number: int, name: tuple[str, str], share: int) -> None:
        async with free:
            await visit(name, share, random.Random(seed + number), tally)

    towns = enumerate(zip(itertools.cycle(names), shares, strict=False))
    await asyncio.gather(*(one(number, name, share) for number, (name, share) in towns))
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1020)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    say(f"seed {given.seed}")
    tally = asyncio.run(perform(given.kills, given.seed, say))
    for line in tally.table():
        say(line)
    return 0 if tally.sound else 1


if __name__ == "__main__":
    sys.exit(main())
