"""Waking by APScheduler: one date job at the earliest instant, one interval job to sweep. Jobs only set an event.

The pump re-arms after its work: a date job that re-arms itself inside its own run is dropped without a word.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.runtime.ports import Clock

SWEEP_S = 30
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
        scheduler.add_job(self._due.set, "interval", seconds=SWEEP_S)
        scheduler.start()
        try:
            self._due.set()
            while True:
                await self._due.wait()
                self._due.clear()
                self._arm(scheduler, await work())
        finally:
            scheduler.shutdown(wait=False)

    def _arm(self, scheduler: AsyncIOScheduler, at: datetime | None) -> None:
        """The scheduler runs on the machine's time; ours may be ahead of it."""
        if at is None:
            return
        run_at = datetime.now(UTC) + (at - self._clock.now())
        scheduler.add_job(self._due.set, "date", run_date=run_at, id=_NEXT, replace_existing=True)
