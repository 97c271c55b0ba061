"""Check-ins on PostgreSQL: 10,000 fall due together among ten times as many, handed over by 1, 2 and 4 workers."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from benchmarks.figures import Effort, Figure, compared, in_turns
from benchmarks.processes import Child, child
from bot.runtime.clock import SystemClock
from bot.runtime.ports import CHECK_IN, Wake
from bot.runtime.timers.pgq import PgqWaker
from tests.back_ends import KEY, fresh

WORKERS, DUE, PENDING = (1, 2, 4), 10_000, 100_000
DAY_US, CHUNK = 86_400_000_000, 10_000
NOTE = "floor: bare PgQueuer, a job that does nothing"
REPEATS_MOST = 3

_PEOPLE = """
INSERT INTO people (platform, workspace, user_id, revision, body, touched_at)
SELECT 'p', 'w', n::text, 0, '', 0 FROM generate_series(1, $1) n
"""
_CHECK_INS = """
INSERT INTO check_ins (person_id, flow, debrief, state, due_at, wake_at, gen, attempt)
SELECT id, 'check_in', 1, 'planned', $1, $1, 0, 0 FROM people
"""
_DUE = "UPDATE check_ins SET state = 'planned', wake_at = $1, gen = gen + 1 WHERE id % $2 = $3 RETURNING id, gen"


async def measure(effort: Effort) -> Sequence[Figure]:
    due = effort.of(DUE)
    figures = []
    effort = Effort(min(effort.repeats, REPEATS_MOST), effort.share)
    with TemporaryDirectory() as folder:
        place = await fresh("postgresql", Path(folder))
        await _fill(place.url, due * (PENDING // DUE))
        for workers in WORKERS:
            runs = [partial(_run, place.url, kind, workers, due) for kind in ("bare", "ours")]
            pairs = await in_turns(effort, *runs)
            rates = [(bare[0], own[0]) for bare, own in pairs]
            doubled = sum(own[1] for _, own in pairs)
            name = f"PostgreSQL, {workers} workers" if workers > 1 else "PostgreSQL, 1 worker"
            figures += [
                compared(f"{name}: hand-over", "/s", rates, note=NOTE),
                Figure(
                    f"{name}: handed over twice", doubled, "of them", limit="value <= 0", note="a count has no floor"
                ),
            ]
    return figures


async def _fill(url: str, pending: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_PEOPLE, pending)
        later = time.time_ns() // 1000 + DAY_US
        await connection.execute(_CHECK_INS, later)
        for first in range(0, pending, CHUNK):
            wakes = [Wake(CHECK_IN, n, 0, later) for n in range(first, min(first + CHUNK, pending))]
            await PgqWaker(url, (), SystemClock()).schedule(connection, wakes)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _run(url: str, kind: str, workers: int, due: int) -> tuple[float, int]:
    """So many a second, from the commit that made them due to the last one's hand-over; and how many came twice."""
    await _clear(url)
    async with _at_work(url, kind, workers) as started:
        seen: list[int] = []
        readers = [asyncio.create_task(_read(worker, seen, due)) for worker in started]
        await _make_due(url, due)
        began = time.perf_counter()
        await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
        rate = due / (time.perf_counter() - began)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        return rate, len(seen) - len(set(seen))


async def _clear(url: str) -> None:
    """What the last run left is for tomorrow again."""
    connection = await asyncpg.connect(url)
    try:
        later = time.time_ns() // 1000 + DAY_US
        await connection.execute(
            "UPDATE check_ins SET state = 'planned', wake_at = $1 WHERE wake_at < $1 - 7200000000", later
        )
        await connection.execute("DELETE FROM pgqueuer WHERE execute_after < now() + interval '1 hour'")
    finally:
        await connection.close()


async def _make_due(url: str, due: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            now = time.time_ns() // 1000
            rows = await connection.fetch(_DUE, now, PENDING // DUE, 0)
            wakes = [Wake(CHECK_IN, row["id"], row["gen"], now) for row in rows[:due]]
            await PgqWaker(url, (), SystemClock()).schedule(connection, wakes)
    finally:
        await connection.close()


async def _read(worker: Child, seen: list[int], due: int) -> None:
    while len(seen) < due:
        seen += [int(word) for word in (await worker.line()).split() if word.isdigit()]


@asynccontextmanager
async def _at_work(url: str, kind: str, workers: int) -> AsyncIterator[list[Child]]:
    async with AsyncExitStack() as stack:
        starting = [
            child("-m", "benchmarks.worker", kind, url, KEY, until="up", env={}, folder=Path.cwd(), drained=False)
            for _ in range(workers)
        ]
        yield [await stack.enter_async_context(one) for one in starting]
