"""Carries an installation from its SQLite file to PostgreSQL as it is: ids, states, sealed bytes.

A batch is one transaction with its wake-ups, in the order of the key, so the last key over there says where to go on.

Rows of meta keep both sides from working at once. The file: `moving` and the move's id, then `moved` when every row
has been compared. The target: `arriving` from before its first row until the file is shut, then `arrived`. A store
opens neither what was moved nor what is arriving, so a kill anywhere leaves at most one side open, and the same command
goes on. A file that was open in between (its canary is another) is copied anew.
"""

import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg

from bot.errors import StorageFault
from bot.runtime.points import Point, passing
from bot.storage import schema
from bot.storage.carried import ARRIVED, BATCH, CANARY, META, MOVING, OWN, TABLES, Row, Table, batches
from bot.storage.postgres import Connection, PostgresDatabase, Schedule
from bot.storage.schema import ARRIVING, MOVED
from bot.storage.sqlite import SqliteDatabase
from bot.storage.sqlite_file import connect, fault, lock
from bot.storage.vault import Vault

# "DEBRIEFM" in ASCII: one move at a time. A killed one keeps it until the server has noticed.
MOVE_LOCK, WAITS_S = 0x444542524945464D, 15
NAMED_MOST = 20

Meta = dict[str, bytes]
# What is being done, the rows done so far, the rows to do in all.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """`differences` names the first of the `different` rows; where there are any, the target was not opened.

    `before`: an earlier move did it.
    """

    rows: int = 0
    different: int = 0
    differences: tuple[str, ...] = ()
    before: bool = False


async def move(path: Path, target: PostgresDatabase, vault: Vault, progress: Progress) -> Moved:
    """Raises StorageFault. All that can be refused is refused, and the target made ready, before the file is taken."""
    source = SqliteDatabase(path)
    _ready(str(path), await source.version())
    async with target.alone() as there:
        await there.execute(f"SET synchronous_commit = on; SET lock_timeout = '{WAITS_S}s'")
        try:
            await there.execute("SELECT pg_advisory_lock($1)", MOVE_LOCK)
            with _opened(source.path) as here:
                if stand(_meta(here), await _look(there)) == "done":
                    return Moved(before=True)
            await target.migrate()
            _ready("The second database", await target.version())
            with _taken(source.path), _opened(source.path) as here:
                return await _Move(here, there, target.schedule, progress).run(vault)
        except asyncpg.LockNotAvailableError:
            raise StorageFault(
                "Something else holds this database, such as another `debrief move` or a backup. Wait for its end."
            ) from None


def stand(here: Meta, there: Meta | None) -> Literal["new", "begun", "done"]:
    """How the two sides stand to each other. `there` is None for a database that no Debrief ever used.

    Raises StorageFault when the target is not ours to fill.
    """
    move_id = here.get(MOVED) or here.get(MOVING)
    if there and move_id and there.get(ARRIVING) == move_id:
        return "begun"
    if MOVED in here:
        if there and there.get(ARRIVED) == move_id:
            return "done"
        raise StorageFault("This file was moved already, to another database than this one. Nothing was changed.")
    if there is None:
        return "new"
    if ARRIVING in there:
        raise StorageFault(
            "Another move into this database was begun and not finished. Name a new, empty database (createdb)."
        )
    raise StorageFault(
        "There is a Debrief in this database already. Nothing was changed. Name a new, empty database (createdb)."
    )


class _Move:
    """Both sides are ours alone while it runs: the file by its lock, the target by `arriving`."""

    def __init__(self, here: sqlite3.Connection, there: Connection, schedule: Schedule, progress: Progress) -> None:
        self._here, self._there, self._schedule, self._progress = here, there, schedule, progress
        self._columns = {table.name: table.columns(here) for table in (*TABLES, META)}
        self._rows = sum(_count(here, f"SELECT count(*) FROM {table.name}") for table in TABLES)  # noqa: S608
        self._done = 0

    async def run(self, vault: Vault) -> Moved:
        canary = _meta(self._here).get(CANARY)
        if canary is not None:
            vault.unseal(canary, None)
        await self._begin()
        for table in TABLES:
            await self._copy(table)
        await self._number_on()
        different = 0
        differences: list[str] = []
        for table in (*TABLES, META):
            async for difference in self._compare(table):
                different += 1
                differences += [difference] * (different <= NAMED_MOST)
        passing(Point.MOVE_COMPARED)
        if not different:
            await self._finish()
        return Moved(self._rows, different, tuple(differences))

    async def _begin(self) -> None:
        """Name the move on both sides, or find it there. The file is open for `debrief run` until all is compared."""
        async with self._there.transaction():
            # A store that is being opened reads and writes meta in one transaction: it is either seen, or sees us.
            await self._there.execute("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE")
            here, there = _meta(self._here), await _look(self._there)
            begun = stand(here, there) == "begun"
            move_id = (here.get(MOVED) or here[MOVING]) if begun else secrets.token_hex(16).encode()
            self._mark(MOVING, move_id)
            passing(Point.MOVE_NAMED)
            if not begun or (there or {}).get(CANARY) != here.get(CANARY):
                await self._empty(move_id, {name: value for name, value in here.items() if name not in OWN})
        passing(Point.MOVE_ANNOUNCED)

    async def _empty(self, move_id: bytes, meta: Meta) -> None:
        await self._there.execute(f"TRUNCATE {', '.join(table.name for table in TABLES)}")
        await self._there.execute("DELETE FROM meta WHERE name = $1 OR name <> ALL($2)", ARRIVING, OWN)
        insert = "INSERT INTO meta (name, value) VALUES ($1, $2)"
        await self._there.executemany(insert, [*meta.items(), (ARRIVING, move_id)])

    async def _copy(self, table: Table) -> None:
        columns, keys = self._columns[table.name], ", ".join(table.key)
        last = tuple(await self._there.fetchrow(table.arrived(table.key, last=True)) or ())
        marks = ", ".join("?" for _ in last)
        if last:
            self._done += _count(self._here, f"SELECT count(*) FROM {table.name} WHERE ({keys}) <= ({marks})", last)  # noqa: S608
        self._tell("copying", table, 0)
        rows = self._here.execute(table.leaving(columns, f"WHERE ({keys}) > ({marks})" if last else ""), last)
        for batch in batches(rows):
            async with self._there.transaction():
                await self._there.copy_records_to_table(table.name, records=batch, columns=columns)
                if wakes := table.wakes(columns, batch):
                    await self._schedule(self._there, wakes)
                passing(Point.MOVE_BATCH_WRITTEN)
            passing(Point.MOVE_BATCH_COPIED)
            self._tell("copying", table, len(batch))

    async def _number_on(self) -> None:
        """Ids that were ever given are not given again: deliveries of rows long gone are still known by them."""
        for name, highest in self._here.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0").fetchall():
            await self._there.fetchval("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", name, highest)

    async def _compare(self, table: Table) -> AsyncIterator[str]:
        """Both sides in the order of the key; whichever is behind takes the next step."""
        columns, width = self._columns[table.name], len(table.key)
        self._tell("comparing", table, 0)
        async with self._there.transaction():
            theirs = aiter(self._there.cursor(table.arrived(columns), prefetch=BATCH))
            their = await anext(theirs, None)
            for batch in batches(self._here.execute(table.leaving(columns, table.where))):
                for our in batch:
                    while their is not None and their[:width] < our[:width]:
                        yield f"{table.named(their)} (only in the second)"
                        their = await anext(theirs, None)
                    if their is None or their[:width] != our[:width]:
                        yield f"{table.named(our)} (only in the first)"
                        continue
                    if tuple(their) != our:
                        yield f"{table.named(our)} (not the same)"
                    their = await anext(theirs, None)
                self._tell("comparing", table, len(batch) if table is not META else 0)
            while their is not None:
                yield f"{table.named(their)} (only in the second)"
                their = await anext(theirs, None)

    async def _finish(self) -> None:
        """First the file is shut, then the target opens."""
        self._mark(MOVED, _meta(self._here)[MOVING])
        passing(Point.MOVE_SOURCE_CLOSED)
        await self._there.execute("UPDATE meta SET name = $1 WHERE name = $2", ARRIVED, ARRIVING)
        passing(Point.MOVE_TARGET_OPENED)

    def _mark(self, mark: str, move_id: bytes) -> None:
        self._here.execute("BEGIN IMMEDIATE")
        self._here.execute("DELETE FROM meta WHERE name IN (?, ?)", (MOVING, MOVED))
        self._here.execute("INSERT INTO meta (name, value) VALUES (?, ?)", (mark, move_id))
        self._here.execute("COMMIT")

    def _tell(self, doing: str, table: Table, rows: int) -> None:
        self._done += rows
        self._progress(f"{doing} {table.name}", self._done, 2 * self._rows)


def _ready(what: str, found: str) -> None:
    """Column by column: so both sides must have the schema that this Debrief knows."""
    if not found:
        raise StorageFault(f"{what} holds no Debrief. Name the database that `debrief run` uses.")
    if found < schema.HEAD:
        raise StorageFault(f"{what} has schema {found}, not {schema.HEAD}. Run `debrief migrate` on it first.")
    if found > schema.HEAD:
        raise StorageFault(f"{what} has schema {found}; this Debrief knows up to {schema.HEAD}. Update Debrief first.")


@contextmanager
def _taken(path: Path) -> Iterator[None]:
    """Nobody else has the file, and nobody gets it."""
    try:
        handle = lock(path)
    except OSError as error:
        raise fault(path, error) from None
    except StorageFault:
        raise StorageFault(
            f"The second database is ready. Now stop the `debrief run` that uses {path}, and run this command again.",
            "While it is stopped, check-ins wait and are sent afterwards. What people write or press in the meantime "
            "may have to come again: README.md says where.",
        ) from None
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(connect(path)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise fault(path, error) from None


def _meta(here: sqlite3.Connection) -> Meta:
    return dict(here.execute("SELECT name, value FROM meta").fetchall())


def _count(here: sqlite3.Connection, counted: str, known: Row = ()) -> int:
    return int(here.execute(counted, known).fetchone()[0])


async def _look(there: Connection) -> Meta | None:
    """The target's meta, or None where no Debrief was ever opened and no row lies."""
    names = [table.name for table in (*TABLES, META)]
    known = await there.fetchval("SELECT count(to_regclass(name)) FROM unnest($1::text[]) name", names)
    if known == 0:
        return None
    if known < len(names) or not await there.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
        raise StorageFault("This database has another program's tables. Name a new, empty database (createdb).")
    meta = dict(await there.fetch("SELECT name, value FROM meta"))
    used = [await there.fetchval(f"SELECT EXISTS (SELECT FROM {table.name})") for table in TABLES]  # noqa: S608
    return meta if any(used) or {CANARY, ARRIVING, ARRIVED} & set(meta) else None
