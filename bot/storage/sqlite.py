"""One SQLite file, one writer. Scripts that arrive together share one transaction and one fsync.

Short scripts are played on the event loop, where nobody contends with them for the interpreter; what may take long
(the commit, long scripts, waiting for another program) is done in the database's thread. The connection belongs to
whichever of the two is at work. Where a script fails, all are played anew, each in its own SAVEPOINT, so that it takes
no other down.
"""

import asyncio
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, cast
from urllib.parse import quote

import aiosqlite

from bot.errors import StorageFault
from bot.storage import schema
from bot.storage.named import named
from bot.storage.script import Query, Result, Script
from bot.storage.sqlite_file import BUSY_S, connect, fault, lock, writable

# For so long the loop plays scripts before it lets others have a turn; at least one is played.
PLAY_S = 0.004
# On the loop nobody waits for another program.
NO_WAITING = "PRAGMA busy_timeout=0"
MIGRATE_WAITS_S = 30.0


class Hopping(aiosqlite.Connection):
    """aiosqlite with three methods more."""

    _stopped: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        self._stopped = super().stop()
        return self._stopped

    async def connected(self) -> "Hopping":
        """Once it is. Where this raises, its thread has ended: until then it may be at work on the file, and has to say
        that it ended to a loop that is still there."""
        try:
            return cast("Hopping", await self)
        except BaseException:
            if self._stopped is not None:
                await asyncio.shield(self._stopped)
            raise

    async def hop(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Any function, run whole in the database's thread."""
        await self._execute(work, self._conn)  # type: ignore[no-untyped-call]

    def here(self) -> sqlite3.Connection:
        """The connection itself, for as long as no hop is under way."""
        return self._conn


@dataclass(slots=True)
class _Job(Generic[Result]):
    script: Callable[[], Script[Result]]
    done: asyncio.Future[Result]
    durable: bool
    long: bool
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
        self._jobs: deque[_Job[Any]] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._durable = True

    async def open(self) -> None:
        """Take the process lock, migrate, connect. Raises StorageFault; nothing stays open then."""
        try:
            self._lock = lock(self.path)
            hopping = await Hopping(self._connect, 64).connected()
            hopping.here().execute(NO_WAITING)
            self._connection = hopping
        except (sqlite3.Error, OSError) as error:
            await self.close()
            raise fault(self.path, error) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        # From here on nothing new is taken; what was taken is played.
        connection, self._connection = self._connection, None
        if self._pump is not None:
            await self._pump
        if connection is not None:
            await connection.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def run(self, script: Callable[[], Script[Result]], *, durable: bool = True, long: bool = False) -> Result:
        if self._connection is None:
            raise StorageFault(f"The database {self.path} is closed.")
        job: _Job[Result] = _Job(script, asyncio.get_running_loop().create_future(), durable, long)
        self._jobs.append(job)
        if self._pump is None:
            self._pump = asyncio.create_task(self._work(self._connection))
        return await job.done

    async def _work(self, connection: Hopping) -> None:
        """One transaction at a time. Whatever comes while its commit is on its way is the next one."""
        try:
            while self._jobs:
                begun: list[_Job[Any]] = []
                try:
                    if not self._jobs[0].long and self._begin(connection.here()):
                        whole = self._play_some(connection.here(), begun)
                        await connection.hop(_commit if whole else partial(self._play_apart, begun))
                    else:
                        begun += self._jobs
                        self._jobs.clear()
                        await connection.hop(partial(self._play_all, begun))
                except Exception as error:
                    self._undo(connection, begun, error)
                for job in begun:
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

    def _connect(self) -> sqlite3.Connection:
        self._prepare()
        return connect(self.path)

    def _prepare(self) -> tuple[str, str]:
        new = not self.path.exists()
        if not new and not writable(self.path):
            raise PermissionError(13, "read-only")
        if new:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        return schema.migrate_sqlite(self.path)

    def _begin(self, connection: sqlite3.Connection) -> bool:
        """False when it cannot be done at once: it is waited for, or found out why, in the thread."""
        try:
            self._sync(connection, self._jobs)
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            return False
        return True

    def _sync(self, connection: sqlite3.Connection, jobs: Iterable[_Job[Any]]) -> None:
        durable = any(job.durable for job in jobs)
        if durable is not self._durable:
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def _play_some(self, connection: sqlite3.Connection, begun: list[_Job[Any]]) -> bool:
        """Jobs from the front go to `begun` and are played: no long ones, and for as long as the loop can wait.

        False when the last of them failed.
        """
        until = time.monotonic() + PLAY_S
        whole = True
        while whole and self._jobs and not self._jobs[0].long and (not begun or time.monotonic() < until):
            begun.append(self._jobs.popleft())
            whole = _plays(connection, begun[-1])
        return whole

    def _play_all(self, jobs: list[_Job[Any]], connection: sqlite3.Connection) -> None:
        """The whole transaction, in the database's thread, where another program can be waited for."""
        self._sync(connection, jobs)
        _begin_patiently(connection)
        if all(_plays(connection, job) for job in jobs):
            _commit(connection)
        else:
            self._play_apart(jobs, connection)

    def _play_apart(self, jobs: list[_Job[Any]], connection: sqlite3.Connection) -> None:
        """The same jobs from the start, in the thread, each in its own SAVEPOINT."""
        # A disk that is full may have ended it already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        _begin_patiently(connection)
        for job in jobs:
            _run(connection, job)
        _commit(connection)

    def _undo(self, connection: Hopping, jobs: list[_Job[Any]], error: Exception) -> None:
        with suppress(Exception):
            connection.here().execute("ROLLBACK")
        if not jobs:
            # Nothing could even be begun: none of them may wait for ever.
            jobs += self._jobs
            self._jobs.clear()
        for job in jobs:
            # A full disk ends the whole transaction: the first error says why, the next only that it is gone.
            first = job.error if isinstance(job.error, sqlite3.Error) else error
            job.error = fault(self.path, first) if isinstance(first, sqlite3.Error) else first


def _plays(connection: sqlite3.Connection, job: _Job[Any]) -> bool:
    """False when it failed, however."""
    try:
        job.result = _play(connection, job.script())
    except Exception:
        return False
    return True


def _begin_patiently(connection: sqlite3.Connection) -> None:
    """Not on the loop: another program is waited for."""
    connection.execute(f"PRAGMA busy_timeout={BUSY_S * 1000:.0f}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute(NO_WAITING)


def _commit(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")


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
    text, kind = named()[query.name]
    cursor = connection.execute(text, query.parameters)
    if kind == "count":
        return cursor.rowcount
    if kind == "rows":
        return cursor.fetchall()
    row = cursor.fetchone()
    # What is left of a cursor that was not read to its end would hold the transaction open.
    cursor.close()
    return row if kind == "row" or row is None else row[0]
