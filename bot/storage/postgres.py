"""PostgreSQL for more than one process: a script is one transaction on one pooled connection.

A wake-up is asked for in the same transaction, so that it exists exactly when its row does.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiosql
import asyncpg
from aiosql.types import SQLOperationType

from bot.errors import StorageFault
from bot.model import Person
from bot.runtime.ports import Wake
from bot.storage import schema
from bot.storage.script import QUERIES, Lock, Query, Result, Script

POOL = (0, 10)
CONNECT_S, COMMAND_S = 10.0, 30.0
# A process that hangs in the middle of a turn must not hold up the others for longer, in milliseconds.
PATIENT = {"lock_timeout": "5000", "idle_in_transaction_session_timeout": "15000"}
# Machines whose clocks are further apart than this would take up each other's work while it is still being done.
CLOCKS_APART_S = 30.0
# A connection that breaks is tried again for so long before anybody is told: a restart of the database, mostly.
PATIENCE_S, PAUSE_S = 2.0, 0.1
# "DEBRIEF" in ASCII: one migration at a time.
MIGRATION_LOCK = 0x44454252494546

# aiosql makes its methods from the file, so their types are not known to the checker.
_QUERIES: Any = aiosql.from_str(
    QUERIES.read_text("utf-8").replace("[skip locked]", "FOR UPDATE SKIP LOCKED"), "asyncpg"
)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

# The script may be played anew: the connection is gone, or PostgreSQL chose this transaction to give way.
_AGAIN = (
    asyncpg.PostgresConnectionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
    TimeoutError,
)

_FAULTS = (asyncpg.PostgresError, asyncpg.ClientConfigurationError, ValueError, *_AGAIN)

Connection = Any
Schedule = Callable[[Connection, list[Wake]], Awaitable[None]]


class PostgresDatabase:
    """Implements bot.storage.script.Database. `schedule` puts wake-ups into the transaction of the connection."""

    shared = True
    abreast = POOL[1] - 4

    def __init__(self, url: str, schedule: Schedule, install: Callable[[Connection], Awaitable[None]]) -> None:
        self.url = url
        self.schedule, self._install = schedule, install
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        await self.migrate()
        await self._compare_clocks()
        try:
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=POOL[0],
                max_size=POOL[1],
                timeout=CONNECT_S,
                command_timeout=COMMAND_S,
                server_settings=PATIENT,
            )
        except _FAULTS as error:
            raise fault(error) from None

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                async with asyncio.timeout(CONNECT_S):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    async def run(
        self,
        script: Callable[[], Script[Result]],
        *,
        durable: bool = True,  # noqa: ARG002  always so
        long: bool = False,  # noqa: ARG002  the server has a process for each
    ) -> Result:
        if self._pool is None:
            raise StorageFault("The database is closed.")
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while True:
            try:
                async with self._pool.acquire(timeout=CONNECT_S) as connection, connection.transaction():
                    return await self._play(connection, script())
            except _AGAIN as error:
                if loop.time() > until:
                    raise fault(error) from None
            except asyncpg.PostgresError as error:
                raise fault(error) from None
            await asyncio.sleep(PAUSE_S)

    async def _compare_clocks(self) -> None:
        async with self.alone() as connection:
            apart = (await connection.fetchval("SELECT clock_timestamp()") - datetime.now(UTC)).total_seconds()
        if abs(apart) > CLOCKS_APART_S:
            raise StorageFault(
                f"This machine's clock and PostgreSQL's are {abs(apart):.0f} seconds apart. Set both by the same time "
                "server: otherwise two machines would take up each other's work."
            )

    async def version(self) -> str:
        async with self.alone() as connection:
            found, _ = await _version(connection)
            return found

    async def migrate(self) -> tuple[str, str]:
        async with self.alone() as connection:
            # Held until this connection closes, however this process ends.
            await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
            before, outdated = await _version(connection)
            if outdated:
                await _upgrade(self.url)
            await self._install(connection)
            return before, schema.HEAD if outdated else before

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Connection]:
        """One connection outside the pool. What goes wrong on it comes out as StorageFault."""
        try:
            connection = await asyncpg.connect(self.url, timeout=CONNECT_S)
            try:
                yield connection
            finally:
                await connection.close(timeout=CONNECT_S)
        except _FAULTS as error:
            raise fault(error) from None

    async def _play(self, connection: Connection, script: Script[Result]) -> Result:
        answer: Any = None
        wakes: list[Wake] = []
        while True:
            try:
                step = script.send(answer)
            except StopIteration as end:
                if wakes:
                    await self.schedule(connection, wakes)
                return end.value  # type: ignore[no-any-return]
            answer = None
            if isinstance(step, Query):
                answer = await _ask(connection, step)
            elif isinstance(step, Lock):
                await connection.execute(_LOCK, _spelled(step.person))
            else:
                wakes.append(step)


async def _version(connection: Connection) -> tuple[str, bool]:
    """The schema's version, and whether it has to be brought up to date."""
    known = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
    found = str(await connection.fetchval(schema.VERSION) or "") if known else ""
    serves = (await connection.fetchval(schema.SERVES) or b"").decode() if known else ""
    return found, schema.outdated("behind DATABASE_URL", found, serves)


async def _ask(connection: Connection, query: Query) -> Any:
    named = getattr(_QUERIES, query.name)
    if named.operation is SQLOperationType.SELECT:
        return [row async for row in named(connection, **query.parameters)]
    answer = await named(connection, **query.parameters)
    # PostgreSQL answers with a command's tag, such as `UPDATE 1`.
    return int(answer.rpartition(" ")[2]) if named.operation is SQLOperationType.INSERT_UPDATE_DELETE else answer


def _spelled(person: Person) -> str:
    return f"{person.platform}\x1f{person.workspace}\x1f{person.user}"


async def _upgrade(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415  needed to migrate only
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    async def connect() -> Connection:
        return await asyncpg.connect(url, timeout=CONNECT_S)

    engine = create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=connect)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(schema.upgrade)
    finally:
        await engine.dispose()


_MENDS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (asyncpg.InvalidAuthorizationSpecificationError,),
        "PostgreSQL refused the user or the password of DATABASE_URL. Mend it there.",
    ),
    (
        (asyncpg.InvalidCatalogNameError,),
        "The database that DATABASE_URL names is not there. Make it (createdb), or name another.",
    ),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "PostgreSQL refused a right. Give the user of DATABASE_URL all rights on the database.",
    ),
    ((asyncpg.DiskFullError,), "PostgreSQL's disk is full. Free some space; nothing that was saved is lost."),
    (
        (asyncpg.ClientConfigurationError, ValueError),
        "DATABASE_URL cannot be read. It is postgresql://user:password@host:port/database; in the user and the "
        "password write @ as %40, / as %2F, # as %23, ? as %3F and % as %25.",
    ),
    (_AGAIN, "PostgreSQL cannot be reached ({name}). Check DATABASE_URL, and that the server runs."),
)


def fault(error: Exception) -> StorageFault:
    """What is wrong with the database, for the operator, with its mend. The URL is not told: it holds a password.

    Neither are PostgreSQL's own words: they may quote a row.
    """
    name = f"{type(error).__name__} {getattr(error, 'sqlstate', '')}".rstrip()
    for kinds, mend in _MENDS:
        if isinstance(error, kinds):
            return StorageFault(mend.format(name=name) if "{name}" in mend else mend)
    return StorageFault(f"PostgreSQL cannot be used: {name}")
