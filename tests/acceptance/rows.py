"""What a test sees of the rows, and does to them, behind the back of the process that runs."""

import asyncio
import time
from collections.abc import Iterable

from tests.back_ends import BackEnd

POLL_S = 0.05


async def night_passes(back_end: BackEnd, but: Iterable[str] = ()) -> int:
    """What was planned is due now, `but` not that of these users. Returns how many check-ins that makes."""
    now = time.time_ns() // 1000
    awake = ", ".join(f"'{user}'" for user in but) or "''"
    moved = (
        f"UPDATE check_ins SET due_at = {now}, wake_at = {now} WHERE state = 'planned' "
        f"AND person_id IN (SELECT id FROM people WHERE user_id NOT IN ({awake})) RETURNING id"
    )
    return len(await back_end.rows(moved))


async def leases_end(back_end: BackEnd) -> None:
    """What a dead process was working on is given up. On SQLite it was the only one, and the next start does that."""
    if back_end.name == "sqlite":
        return
    await _until_nobody_is_connected(back_end)
    await back_end.rows("UPDATE check_ins SET wake_at = 0 WHERE state = 'leased' RETURNING id")
    await back_end.rows("UPDATE outbox SET wake_at = 0 WHERE state = 'sending' RETURNING id")


async def _until_nobody_is_connected(back_end: BackEnd, within_s: float = 10.0) -> None:
    """PostgreSQL ends what a dead process had asked for; until then a lease may still be written."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(within_s):
        while (await back_end.rows(others))[0][0]:  # noqa: ASYNC110  nor do its connections
            await asyncio.sleep(POLL_S)


async def took(back_end: BackEnd, platform: str, delivery: str) -> bool:
    """Whether what a person did is durable."""
    return bool(await back_end.rows(f"SELECT 1 FROM inbox WHERE delivery_id = '{platform}:{delivery}'"))


async def waiting(back_end: BackEnd) -> int:
    """How many screens are on their way out, and how many check-ins are due or being seen to."""
    now = time.time_ns() // 1000
    found = await back_end.rows(
        "SELECT (SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending')) + "
        f"(SELECT count(*) FROM check_ins WHERE state = 'leased' OR (state = 'planned' AND wake_at <= {now}))"
    )
    return int(found[0][0])


async def until_nothing_waits(back_end: BackEnd, within_s: float = 20.0) -> None:
    """All that was to be sent is sent and written down."""
    async with asyncio.timeout(within_s):
        while await waiting(back_end):  # noqa: ASYNC110  another process's rows tell nobody when they change
            await asyncio.sleep(POLL_S)
