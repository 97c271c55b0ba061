"""Turns without a platform: triage, engine and the durable commit, on both back ends, 50 people at once."""

import asyncio
import os
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.figures import Effort, Figure, rounded
from bot.app import load_content
from bot.content import Content
from bot.model import MessageReceived, Person
from bot.runtime.clock import SystemClock
from bot.runtime.core import Debriefing
from bot.runtime.timers.aps import ApsWaker
from bot.storage.store import SqlStore
from bot.storage.vault import Vault
from tests.back_ends import KEY, NAMES, BackEnd, fresh

TURNS, PEOPLE, IN_FLIGHT = 2_000, 500, 50
ZONE = "Europe/London"
SAID = "His sister joked about my job again at dinner, and he laughed along with everybody."
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


async def measure(effort: Effort) -> Sequence[Figure]:
    content, figures = load_content(), []
    for name in NAMES:
        with TemporaryDirectory(dir=".", prefix="bench-") as folder:
            place = await fresh(name, Path(folder))
            runs = [await _run(place, content, effort.of(TURNS)) for _ in range(effort.repeats)]
            figures += [
                Figure(
                    f"{TITLES[name]}: turns, {IN_FLIGHT} in flight",
                    rounded(median(r[0] for r in runs)),
                    "/s",
                    note=NOTE,
                ),
                Figure(f"{TITLES[name]}: CPU a turn", rounded(median(r[1] for r in runs)), "us", note=NOTE),
            ]
    size = await _sizes(content)
    return [*figures, Figure("sealed conversation after five messages", size, "B", note="a size has no floor")]


NOTE = "one process, its own CPU (not the server's); no floor: nothing bare does the same"


async def _run(place: BackEnd, content: Content, turns: int) -> tuple[float, float]:
    clock = SystemClock()
    store = SqlStore(place.database(), Vault([KEY]))
    await store.open()
    try:
        core, numbers = Debriefing(content, store, clock, ApsWaker(clock)), count()

        async def talk() -> None:
            while (number := next(numbers)) < turns:
                whom, delivery_id = Person("p", "w", str(number % PEOPLE)), os.urandom(8).hex()
                words = MessageReceived(delivery_id=delivery_id, person=whom, at=clock.now(), text=SAID, zone=ZONE)
                await core.take(words)

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(talk() for _ in range(IN_FLIGHT)))
        took, used = time.perf_counter() - began, time.process_time() - cpu
        return turns / took, used / turns * 1e6
    finally:
        await store.close()


async def _sizes(content: Content) -> float:
    with TemporaryDirectory() as folder:
        place = await fresh("sqlite", Path(folder))
        await _run(place, content, PEOPLE * 5)
        [[size]] = await place.rows("SELECT avg(length(body)) FROM people")
        return rounded(size)
