"""A SQLite file that cannot be opened, or not in time: it is told, and nothing of the attempt goes on afterwards."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StorageFault
from bot.storage.sqlite import SqliteDatabase
from bot.storage.sqlite_file import lock

# That its thread outlives its loop is a race.
TIMES = 20


def rubbish(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 100)


def newer(path: Path) -> None:
    asyncio.run(_opened_and_closed(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE meta SET value = CAST('9999' AS BLOB) WHERE name = 'serves'")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [rubbish, newer, folder])
def test_what_cannot_be_opened_is_told_and_its_thread_ends_before_the_loop(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "debrief.db"
    make(path)
    for _ in range(TIMES):
        with pytest.raises(StorageFault):
            asyncio.run(SqliteDatabase(path).open())
    os.close(lock(path))


@pytest.mark.asyncio
async def test_an_opening_that_is_given_up_holds_the_file_until_nothing_works_on_it(tmp_path: Path) -> None:
    path = tmp_path / "debrief.db"
    await _opened_and_closed(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        opening = asyncio.create_task(SqliteDatabase(path).open())
        # It begins, takes the lock, and waits for its thread.
        await asyncio.sleep(0)
        assert not _free(path)
        opening.cancel()
        await asyncio.wait({opening}, timeout=0.2)
        assert not _free(path)
        other.execute("ROLLBACK")
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert _free(path)


def _free(path: Path) -> bool:
    try:
        os.close(lock(path))
    except StorageFault:
        return False
    return True


async def _opened_and_closed(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.open()
    await database.close()
