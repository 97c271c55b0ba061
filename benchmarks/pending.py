"""A database with many check-ins pending, of which some fall due; made by SQL, because a million turns take minutes."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.runtime.core import BATCH, FIRST_BATCH
from bot.runtime.ports import Clock, Store
from bot.storage.bodies import micros
from bot.storage.sqlite import SqliteDatabase

DAY_US = 86_400_000_000

_PEOPLE = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO people (platform, workspace, user_id, revision, body, touched_at)
SELECT 'p', 'w', 'u' || i, 0, x'00', ? FROM n
"""
_CHECK_INS = """
INSERT INTO check_ins (person_id, flow, debrief, state, due_at, wake_at, gen, attempt)
SELECT id, 'check_in', 1, 'planned', ?1 + id * 60000000, ?1 + id * 60000000, 0, 0 FROM people WHERE platform = 'p'
"""
# Anybody's: the due ones lie all over the file, which is the worst case for it.
_DUE = """
UPDATE check_ins SET state = 'planned', due_at = ?1 + (id % 1000) * ?2, wake_at = ?1 + (id % 1000) * ?2
WHERE id IN (SELECT id FROM temp.falling)
"""
_LATER = """
UPDATE check_ins SET state = 'planned', due_at = ?1 + id * 60000000, wake_at = ?1 + id * 60000000
WHERE state IN ('planned', 'leased') AND wake_at < ?1
"""
_COLUMNS = "SELECT 8 + 8 + length(flow) + 8 + length(state) + 8 + 8 + 4 + 4 FROM check_ins LIMIT 1"


async def fill(path: Path, pending: int, now: datetime) -> float:
    """Check-ins for tomorrow and after; returns the bytes that each takes on disk beyond its own columns."""
    await SqliteDatabase(path).migrate()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_PEOPLE, (pending, micros(now)))
        before = _size(connection)
        connection.execute(_CHECK_INS, (micros(now) + DAY_US,))
        columns = connection.execute(_COLUMNS).fetchone()[0]
        return float(_size(connection) - before) / pending - float(columns)


def make_due(path: Path, count: int, soon: timedelta, within_us: int) -> None:
    """So many fall due within that time, evenly, beginning so soon after the return."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_LATER, (micros(datetime.now(UTC)) + DAY_US,))
        connection.execute("CREATE TEMP TABLE falling AS SELECT id FROM check_ins ORDER BY random() LIMIT ?", (count,))
        connection.execute(_DUE, (micros(datetime.now(UTC) + soon), within_us // 1000))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _size(connection: sqlite3.Connection) -> int:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (pages,), (page,) = (connection.execute(f"PRAGMA page_{what}").fetchone() for what in ("count", "size"))
    return int(pages * page)


def handing_over(
    store: Store, clock: Clock, take: Callable[[Any, datetime], None]
) -> Callable[[], Awaitable[datetime | None]]:
    """The work of a waker that only hands over: claims what is due, and gives each to `take` with the time."""

    async def work() -> datetime | None:
        batch, more = FIRST_BATCH, True
        while more:
            check_ins = await store.claim_check_ins(clock.now(), batch)
            now, more = clock.now(), len(check_ins) == batch
            for check_in in check_ins:
                take(check_in, now)
            batch = min(2 * batch, BATCH)
        return await store.next_wake([], check_ins=True)

    return work
