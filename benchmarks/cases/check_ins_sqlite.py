"""Check-ins on SQLite: 10,000 that fall due among many more that wait, at FULL, handed over by the waker as it runs."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks.figures import Effort, Figure, rounded
from benchmarks.pending import fill, handing_over, make_due
from bot.model import CheckIn
from bot.runtime.clock import SystemClock
from bot.runtime.timers.aps import ApsWaker
from bot.storage.sqlite import SqliteDatabase
from bot.storage.store import SqlStore
from bot.storage.vault import Vault, new_key

PENDING, DUE = (10_000, 100_000, 1_000_000), 10_000
SOON = timedelta(seconds=2)
NO_FLOOR = "nothing bare does this"
KEY, TICK_S = new_key(), 0.001


@dataclass(slots=True)
class Run:
    """All in seconds."""

    first_s: float = 0.0
    rate: float = 0.0
    lags_s: list[float] = field(default_factory=list)
    stall_s: float = 0.0


async def measure(effort: Effort) -> Sequence[Figure]:
    figures = []
    for pending in (effort.of(count) for count in PENDING):
        figures += await _with(pending, min(effort.of(DUE), pending // 2), effort.repeats)
    return figures


async def _with(pending: int, due: int, repeats: int) -> list[Figure]:
    with TemporaryDirectory(dir=".", prefix="bench-") as folder:
        path = Path(folder) / "debrief.db"
        beyond = await fill(path, pending, SystemClock().now())
        at_once = [await _run(path, due, at_once=True) for _ in range(repeats)]
        in_a_second = [await _run(path, due, at_once=False) for _ in range(repeats)]
    lag_ms = median(quantiles(run.lags_s, n=100)[-1] for run in in_a_second) * 1000
    stall_ms = median(run.stall_s for run in in_a_second) * 1000
    first_ms = median(run.first_s for run in at_once) * 1000
    rate = median(run.rate for run in at_once)
    name, note = f"SQLite, {pending:,} pending", f"{due:,} due; {NO_FLOOR}"
    return [
        Figure(f"{name}: hand-over", rounded(rate), "/s", limit="value >= 10000", aim="value >= 50000", note=note),
        Figure(f"{name}: p99 lag, due within one second", rounded(lag_ms), "ms", aim="value <= 300", note=note),
        Figure(f"{name}: longest stall of the loop", rounded(stall_ms), "ms", aim="value <= 15", note=note),
        Figure(f"{name}: open to first hand-over", rounded(first_ms), "ms", limit="value <= 50", note=note),
        Figure(
            f"{name}: bytes a check-in beyond its columns", rounded(beyond), "B", limit="value <= 100", note=NO_FLOOR
        ),
    ]


async def _run(path: Path, due: int, *, at_once: bool) -> Run:
    """All due before the start, or all within one second after it."""
    clock, run, done = SystemClock(), Run(), asyncio.Event()
    make_due(path, due, timedelta(0) if at_once else SOON, within_us=0 if at_once else 1_000_000)
    began, taken = time.perf_counter(), 0.0

    def take(check_in: CheckIn, now: datetime) -> None:
        nonlocal taken
        taken = time.perf_counter()
        run.first_s = run.first_s or taken - began
        run.lags_s.append((now - check_in.due_at).total_seconds())
        if len(run.lags_s) == due:
            done.set()

    store = SqlStore(SqliteDatabase(path), Vault([KEY]))
    await store.open()
    opened = time.perf_counter()
    tasks = [
        asyncio.create_task(ApsWaker(clock).run(handing_over(store, clock, take))),
        asyncio.create_task(_watch(run)),
    ]
    await done.wait()
    run.rate = due / (taken - opened)
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await store.close()
    return run


async def _watch(run: Run) -> None:
    """The longest time for which the loop did not come round."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(TICK_S)
        now = time.perf_counter()
        run.stall_s, last = max(run.stall_s, now - last - TICK_S), now
