"""A process told to stop while PgQueuer has handed it a job: it stops."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from bot.runtime.clock import SystemClock
from bot.runtime.ports import Wake
from bot.runtime.timers.pgq import PgqWaker
from tests import back_ends


@pytest.mark.asyncio
async def test_a_waker_that_is_stopped_while_a_job_is_under_way_ends(tmp_path: Path) -> None:
    back_end = await back_ends.fresh("postgresql", tmp_path)
    waker = PgqWaker(back_end.url, ["slack"], SystemClock())
    looks, stuck = 0, asyncio.Event()

    async def work() -> datetime | None:
        nonlocal looks
        looks += 1
        if looks > 2:
            stuck.set()
            await asyncio.Event().wait()
        return None

    running = asyncio.create_task(waker.run(work))
    connection = await asyncpg.connect(back_end.url)
    async with asyncio.timeout(20):
        while not stuck.is_set() or not await back_end.rows("SELECT 1 FROM pgqueuer WHERE status = 'picked'"):
            now = int(datetime.now(UTC).timestamp() * 1_000_000)
            await waker.schedule(connection, [Wake("slack", looks + 1, 0, now)])
    await connection.close()
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=5)
    assert done, "it does not end"
