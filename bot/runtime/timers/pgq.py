"""Waking by PgQueuer, for more than one process: a job carries no more than whose work has fallen due.

A job is asked for in the transaction that makes its row wait, and ends when `work` has run once after it began. It
may come early, late, twice or, after a crash, again: `work` claims what the rows say is due. The sweep finds what has
no job.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.models import Job

from bot.runtime.logs import outline
from bot.runtime.ports import CHECK_IN, Clock, Wake
from bot.runtime.timers import SWEEP_S

log = logging.getLogger(__name__)

BATCH, JOBS_MOST = 250, 1000
POOL = (0, 3)
RECONNECT_S = 1.0
# What is due and cannot be claimed, because another process holds it, is looked at again after this.
SPIN_S = 0.05
KEEP_LOG = timedelta(hours=1)


class PgqWaker:
    """Implements bot.runtime.ports.Waker. `kinds`: whose work this process does; it takes no other jobs."""

    def __init__(self, url: str, kinds: Collection[str], clock: Clock) -> None:
        self._url, self._kinds, self._clock = url, kinds, clock
        self._due = asyncio.Event()
        self._looked = asyncio.Condition()
        self._asked = self._answered = 0

    def nudge(self) -> None:
        self._due.set()

    async def schedule(self, connection: Any, wakes: Sequence[Wake]) -> None:
        """Ask for wake-ups inside the connection's transaction; a delay is told, so the machines' clocks may differ."""
        now_us = int(self._clock.now().timestamp() * 1_000_000)
        await Queries(AsyncpgDriver(connection)).enqueue(
            [wake.kind for wake in wakes],
            [None] * len(wakes),
            [0] * len(wakes),
            [timedelta(microseconds=max(wake.at_us - now_us, 0)) for wake in wakes],
            [f"{wake.kind}:{wake.id}:{wake.turn}:{wake.at_us}" for wake in wakes],
            on_conflict="skip",
        )

    @staticmethod
    async def install(connection: Any) -> None:
        """PgQueuer's own tables, made or brought up to date."""
        queries = Queries(AsyncpgDriver(connection))
        if await queries.schema_is_installed():
            await queries.apply_upgrade()
            return
        async with connection.transaction():
            await queries.install()

    async def run(self, work: Callable[[], Awaitable[datetime | None]]) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take_jobs())
            group.create_task(self._pump(work))

    async def _pump(self, work: Callable[[], Awaitable[datetime | None]]) -> None:
        try:
            await self._look(work)
        finally:
            # Nobody looks any more, and PgQueuer waits for the jobs that it has handed out.
            async with self._looked:
                self._answered = sys.maxsize
                self._looked.notify_all()

    async def _look(self, work: Callable[[], Awaitable[datetime | None]]) -> None:
        while True:
            self._due.clear()
            asked = self._asked
            at = await work()
            async with self._looked:
                self._answered = asked
                self._looked.notify_all()
            wait_s = SWEEP_S if at is None else (at - self._clock.now()).total_seconds()
            try:
                async with asyncio.timeout(min(max(wait_s, SPIN_S), SWEEP_S)):
                    await self._due.wait()
            except TimeoutError:
                continue

    async def _take_jobs(self) -> None:
        """As long as we run. While the database is away the sweep goes on, and jobs wait in their rows."""
        while True:
            lost = asyncio.Event()

            async def watch(connection: Any, lost: asyncio.Event = lost) -> None:
                connection.add_termination_listener(lambda _: lost.set())

            try:
                async with asyncpg.create_pool(
                    self._url,
                    min_size=POOL[0],
                    max_size=POOL[1],
                    max_inactive_connection_lifetime=0,
                    command_timeout=SWEEP_S,
                    init=watch,
                ) as pool:
                    # Whatever was asked for while nobody listened is in the rows.
                    self._due.set()
                    await self._serve(pool, lost)
            except Exception as error:
                # Whatever it is, the sweep goes on without it.
                log.warning("PgQueuer ended, beginning it again: %s", outline(error))
            await asyncio.sleep(RECONNECT_S)

    async def _serve(self, pool: asyncpg.Pool, lost: asyncio.Event) -> None:
        """Until a connection ends: PgQueuer itself would notice only when it next looks."""
        queries = Queries(AsyncpgPoolDriver(pool))
        manager = QueueManager(queries)
        for kind in self._kinds:
            manager.entrypoint(kind)(self._fired)
        run = manager.run(batch_size=BATCH, max_concurrent_tasks=JOBS_MOST, dequeue_timeout=timedelta(seconds=SWEEP_S))
        tidy = [self._tidy(queries)] if CHECK_IN in self._kinds else []
        tasks = [asyncio.create_task(work) for work in (run, lost.wait(), *tidy)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _tidy(self, queries: Queries) -> None:
        """PgQueuer writes down every job that ends, and keeps it for ever."""
        while True:
            await asyncio.sleep(KEEP_LOG.total_seconds())
            await queries.clear_queue_log()

    async def _fired(self, _: Job) -> None:
        self._asked += 1
        mine = self._asked
        self._due.set()
        async with self._looked:
            await self._looked.wait_for(lambda: self._answered >= mine)
