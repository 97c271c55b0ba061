"""`python -m benchmarks.worker ours|bare URL`: a process that hands over what falls due, and prints whose it was.

`bare` is PgQueuer with a job that does nothing; `ours` claims check-ins as a `debrief run --only worker` does.
"""

import asyncio
import sys
from datetime import datetime

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.models import Job

from benchmarks.pending import handing_over
from bot.model import CheckIn
from bot.runtime.clock import SystemClock
from bot.runtime.ports import CHECK_IN
from bot.runtime.timers.pgq import BATCH, JOBS_MOST, PgqWaker
from bot.storage.postgres import PostgresDatabase
from bot.storage.store import SqlStore
from bot.storage.vault import Vault

FLUSH_S = 0.02


async def ours(url: str, done: list[int]) -> None:
    clock = SystemClock()
    waker = PgqWaker(url, [CHECK_IN], clock)
    store = SqlStore(PostgresDatabase(url, waker.schedule, waker.install), Vault([sys.argv[3]]))
    await store.open()

    def take(check_in: CheckIn, _: datetime) -> None:
        done.append(check_in.id)

    await waker.run(handing_over(store, clock, take))


async def bare(url: str, done: list[int]) -> None:
    async with asyncpg.create_pool(url, min_size=2, max_size=3) as pool:
        manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))

        @manager.entrypoint(CHECK_IN)
        async def nothing(job: Job) -> None:
            done.append(int(job.id))

        await manager.run(batch_size=BATCH, max_concurrent_tasks=JOBS_MOST)


async def main() -> None:
    done: list[int] = []
    work = asyncio.create_task({"ours": ours, "bare": bare}[sys.argv[1]](sys.argv[2], done))
    print("up", file=sys.stderr, flush=True)
    while not work.done():
        await asyncio.sleep(FLUSH_S)
        if done:
            print(*done, file=sys.stderr, flush=True)
            done.clear()
    await work


asyncio.run(main())
