"""Waking by APScheduler, for one process: one date job at the earliest instant. The job only sets an event.

The pump re-arms after its work: a date job that re-arms itself inside its own run is dropped without a word. The sweep
goes by the time that passed and not by the clock, so that a clock which is set back or forth delays nothing for long.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.runtime.ports import Clock
from bot.runtime.timers import SWEEP_S

_NEXT = "next"


class ApsWaker:
    """Implements bot.runtime.ports.Waker."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due = asyncio.Event()

    def nudge(self) -> None:
        self._due.set()

    async def run(self, work: Callable[[], Awaitable[datetime | None]]) -> None:
        defaults = {"misfire_grace_time": None, "coalesce": True}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        scheduler.start()
        try:
            while True:
                self._due.clear()
                self._arm(scheduler, await work())
                try:
                    async with asyncio.timeout(SWEEP_S):
                        await self._due.wait()
                except TimeoutError:
                    continue
        finally:
            scheduler.shutdown(wait=False)

    def _arm(self, scheduler: AsyncIOScheduler, at: datetime | None) -> None:
        """The scheduler runs on the machine's time; ours may be ahead of it."""
        if at is None:
            return
        run_at = datetime.now(UTC) + (at - self._clock.now())
        scheduler.add_job(self._ring, "date", run_date=run_at, id=_NEXT, replace_existing=True)

    async def _ring(self) -> None:
        """A coroutine, so that the scheduler runs it in the loop and not in a thread."""
        self._due.set()
