"""One SQLite file, one writer, one thread. Scripts that arrive together share one transaction and one fsync.

Where one of them fails, all are played anew, each in its own SAVEPOINT, so that it takes no other down.
"""

import asyncio
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic
from urllib.parse import quote

import aiosql
import aiosqlite
from aiosql.types import SQLOperationType

from bot.errors import StorageFault
from bot.storage import schema
from bot.storage.script import QUERIES, Query, Result, Script

BUSY_S = 5.0
# A log of at most about 16 MB: rows that fall due together lie on pages far apart.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000", "foreign_keys=ON", "secure_delete=ON")
MIGRATE_WAITS_S, LOCK_POLL_S = 30.0, 0.05

# aiosql makes its methods from the file, so their types are not known to the checker.
_QUERIES: Any = aiosql.from_str(QUERIES.read_text("utf-8").replace("[skip locked]", ""), "sqlite3")


class Hopping(aiosqlite.Connection):
    """aiosqlite with one method more: any function, run whole in the database's thread."""

    async def hop(self, work: Callable[[sqlite3.Connection], None]) -> None:
        await self._execute(work, self._conn)  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class _Job(Generic[Result]):
    script: Callable[[], Script[Result]]
    done: asyncio.Future[Result]
    durable: bool
    result: Result | None = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.done.cancelled():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)  # type: ignore[arg-type]


class SqliteDatabase:
    """Implements bot.storage.script.Database: the file, its process lock and its thread."""

    shared = False
    # They share one commit.
    abreast = 256

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._connection: Hopping | None = None
        self._lock = -1
        self._jobs: list[_Job[Any]] = []
        self._pump: asyncio.Task[None] | None = None
        self._durable = True

    async def open(self) -> None:
        """Take the process lock, migrate, connect. Raises StorageFault; nothing stays open then."""
        try:
            self._lock = lock(self.path)
            await asyncio.to_thread(self._prepare)
            # The parent class starts its thread when it is awaited.
            hopping = Hopping(partial(connect, self.path), 64)
            await hopping
            self._connection = hopping
        except (sqlite3.Error, OSError) as error:
            await self.close()
            raise fault(self.path, error) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        if self._pump is not None:
            await self._pump
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def run(self, script: Callable[[], Script[Result]], *, durable: bool = True) -> Result:
        if self._connection is None:
            raise StorageFault(f"The database {self.path} is closed.")
        job: _Job[Result] = _Job(script, asyncio.get_running_loop().create_future(), durable)
        self._jobs.append(job)
        if self._pump is None:
            self._pump = asyncio.create_task(self._work(self._connection))
        return await job.done

    async def _work(self, connection: Hopping) -> None:
        """One hop at a time. Whatever comes while it is on its way is the next one, and one commit."""
        try:
            while self._jobs:
                jobs, self._jobs = self._jobs, []
                try:
                    await connection.hop(partial(self._commit, jobs))
                except Exception as error:
                    for job in jobs:
                        job.error = error
                for job in jobs:
                    job.tell()
        finally:
            self._pump = None

    async def migrate(self) -> tuple[str, str]:
        """Raises StorageFault when `debrief run` has the file open; waits for another `debrief migrate`."""
        try:
            handle = await asyncio.to_thread(lock, self.path, MIGRATE_WAITS_S)
            try:
                return await asyncio.to_thread(self._prepare)
            finally:
                os.close(handle)
        except (sqlite3.Error, OSError) as error:
            raise fault(self.path, error) from None

    async def version(self) -> str:
        if not self.path.exists():
            return ""
        try:
            with closing(sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True)) as connection:
                found, serves = schema.version(connection)
        except sqlite3.Error as error:
            raise fault(self.path, error) from None
        schema.outdated(str(self.path), found, serves)
        return found

    def _prepare(self) -> tuple[str, str]:
        new = not self.path.exists()
        if not new and not _writable(self.path):
            raise PermissionError(13, "read-only")
        if new:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        return schema.migrate_sqlite(self.path)

    def _sync(self, connection: sqlite3.Connection, *, durable: bool) -> None:
        if durable is not self._durable:
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def _commit(self, jobs: list[_Job[Any]], connection: sqlite3.Connection) -> None:
        try:
            self._sync(connection, durable=any(job.durable for job in jobs))
            connection.execute("BEGIN IMMEDIATE")
            if not _play_all(connection, jobs):
                connection.execute("ROLLBACK")
                connection.execute("BEGIN IMMEDIATE")
                for job in jobs:
                    _run(connection, job)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            for job in jobs:
                # A full disk ends the whole transaction: the first error says why, the next only that it is gone.
                first = job.error if isinstance(job.error, sqlite3.Error) else error
                job.error = fault(self.path, first)


def _play_all(connection: sqlite3.Connection, jobs: list[_Job[Any]]) -> bool:
    """False when one of them failed, whichever it was."""
    try:
        for job in jobs:
            job.result = _play(connection, job.script())
    except Exception:
        return False
    return True


def connect(path: Path) -> sqlite3.Connection:
    """One connection, as it has to be set up for a file that is there already."""
    uri = f"file:{quote(str(path))}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_S, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _run(connection: sqlite3.Connection, job: _Job[Any]) -> None:
    connection.execute("SAVEPOINT job")
    try:
        job.result = _play(connection, job.script())
    except Exception as error:
        job.error = error
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")


def _play(connection: sqlite3.Connection, script: Script[Result]) -> Result:
    """Locks and wakes come to nothing: there is one writer, and the rows themselves say when they are due."""
    answer: Any = None
    while True:
        try:
            step = script.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = _ask(connection, step) if isinstance(step, Query) else None


def _ask(connection: sqlite3.Connection, query: Query) -> Any:
    named = getattr(_QUERIES, query.name)
    answer = named(connection, **query.parameters)
    return list(answer) if named.operation is SQLOperationType.SELECT else answer


def fault(path: Path, error: Exception) -> StorageFault:
    """What is wrong with the database, for the operator, with its mend."""
    text = str(error)
    if isinstance(error, PermissionError) or "readonly" in text:
        return StorageFault(
            f"The database {path} cannot be written. Give this user the right to write it and its folder."
        )
    if "full" in text:
        return StorageFault(f"The disk that holds {path} is full. Free some space; nothing that was saved is lost.")
    if "locked" in text:
        return StorageFault(f"The database {path} is locked by another program. Close it and try again.")
    if "not a database" in text or "malformed" in text:
        return StorageFault(f"The file {path} is not a sound SQLite database. Restore it from a backup.")
    return StorageFault(f"The database {path} cannot be used: {text}")


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def lock(path: Path, patience_s: float = 0.0) -> int:
    """One process a file; raises StorageFault when another has it. The kernel drops it however the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock_path = path.with_name(f"{path.name}.lock")
    handle = os.open(lock_path, os.O_CREAT | os.O_RDWR, 0o600)
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(LOCK_POLL_S)
                continue
            os.close(handle)
            raise StorageFault(
                f"Another `debrief run` is using {path}. Stop it first, or give this one its own DATABASE_URL."
            ) from None
