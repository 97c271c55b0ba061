"""What a move carries, row by row, and what it refuses, without a process of its own."""

import asyncio
import time
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bot.errors import StorageFault
from bot.storage import carried
from bot.storage.carried import BATCH, META, TABLES
from bot.storage.move import Moved, move
from bot.storage.postgres import PostgresDatabase
from bot.storage.store import SqlStore
from bot.storage.vault import Vault, new_key
from tests.back_ends import KEY, BackEnd, SqliteBackEnd, fresh

pytestmark = pytest.mark.asyncio

PEOPLE = 2 * BATCH + 1
NOW = time.time_ns() // 1000
LATER = NOW + 3_600_000_000


class Cut(Exception):
    """The move ends here."""


@pytest_asyncio.fixture
async def source(tmp_path: Path) -> SqliteBackEnd:
    """More people than fit a batch; waiting, leased and finished rows; ids that were given and are gone."""
    back_end = SqliteBackEnd(tmp_path / "debrief.db")
    store = SqlStore(back_end.database(), Vault([KEY]))
    await store.open()
    await store.close()
    everybody = f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PEOPLE})"
    for row in (
        f"people SELECT i, 'slack', 'T' || i % 7, 'U' || i, i % 5, randomblob(40), {NOW}, 7 + i % 9 FROM n",
        f"inbox SELECT 'slack:' || char(60 + i * 7919 % 900, i), i, {NOW} FROM n WHERE i > 32 AND i < 3000",
        f"""outbox SELECT i, 'k' || i, 'slack', 'T', 'U' || i, randomblob(40),
            CASE i % 3 WHEN 0 THEN 'ready' WHEN 1 THEN 'sending' ELSE 'parked' END, {NOW}, {LATER}, i % 3, 0
            FROM n WHERE i < 100""",
        f"""check_ins SELECT i, i, 'check_in', 1,
            CASE i % 3 WHEN 0 THEN 'planned' WHEN 1 THEN 'leased' ELSE 'sent' END, {NOW}, {LATER}, i % 2, 0 FROM n""",
        f"debriefs SELECT i, i % 3, randomblob(40), {NOW} FROM n WHERE i < 200",
    ):
        table, _, select = row.partition(" ")
        await back_end.rows(f"INSERT INTO {table} {everybody} {select}")
    await back_end.rows(f"DELETE FROM check_ins WHERE id = {PEOPLE}")
    await back_end.rows("DELETE FROM outbox WHERE id > 90")
    return back_end


@pytest_asyncio.fixture
async def target(tmp_path: Path) -> BackEnd:
    return await fresh("postgresql", tmp_path)


async def moving(source: SqliteBackEnd, target: BackEnd, *, cut_at: str = "", key: str = KEY) -> Moved:
    def progress(doing: str, done: int, rows: int) -> None:
        assert 0 <= done <= rows
        if doing == cut_at:
            raise Cut

    database = target.database()
    assert isinstance(database, PostgresDatabase)
    return await move(source.path, database, Vault([key]), progress)


async def rows_of(back_end: BackEnd, table: carried.Table, columns: str) -> list[tuple[object, ...]]:
    own = f"WHERE name NOT IN {carried.OWN}" if table is META else ""
    return sorted(await back_end.rows(f"SELECT {columns} FROM {table.name} {own}"))


async def columns_of(source: SqliteBackEnd, table: carried.Table) -> list[str]:
    return [str(row[1]) for row in await source.rows(f"PRAGMA table_info({table.name})")]


async def test_every_row_arrives_as_it_was_and_what_was_under_way_is_due(
    source: SqliteBackEnd, target: BackEnd
) -> None:
    assert (await moving(source, target)).different == 0
    for table in (*TABLES, META):
        names = [name for name in await columns_of(source, table) if name != "wake_at"]
        assert await rows_of(source, table, ", ".join(names)) == await rows_of(target, table, ", ".join(names))
    for name in ("outbox", "check_ins"):
        wakes = f"SELECT DISTINCT state, wake_at FROM {name} ORDER BY state"
        leased = {"sending", "leased"}
        assert await target.rows(wakes) == [
            (state, 0 if state in leased else at) for state, at in await source.rows(wakes)
        ]


async def test_every_table_is_carried(source: SqliteBackEnd) -> None:
    found = await source.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    assert {name for (name,) in found} == {
        *(table.name for table in (*TABLES, META)),
        "alembic_version",
        "sqlite_sequence",
    }


async def test_every_row_that_waits_has_one_job_and_no_other_has(source: SqliteBackEnd, target: BackEnd) -> None:
    for stop in ("comparing people", "comparing debriefs"):
        with pytest.raises(Cut):
            await moving(source, target, cut_at=stop)
    await moving(source, target)
    jobs = "SELECT entrypoint || ':' || split_part(dedupe_key, ':', 2) FROM pgqueuer"
    waiting = """SELECT 'check_in:' || id FROM check_ins WHERE state IN ('planned', 'leased')
        UNION ALL SELECT platform || ':' || id FROM outbox WHERE state IN ('ready', 'sending')"""
    assert sorted(await target.rows(jobs)) == sorted(await target.rows(waiting))
    due = "SELECT count(*) FROM pgqueuer WHERE execute_after <= now()"
    assert await target.rows(due) == await target.rows(
        "SELECT (SELECT count(*) FROM check_ins WHERE state = 'leased') + "
        "(SELECT count(*) FROM outbox WHERE state = 'sending')"
    )


async def test_an_id_that_was_ever_given_is_not_given_again(source: SqliteBackEnd, target: BackEnd) -> None:
    await moving(source, target)
    for table, highest in (("people", PEOPLE), ("check_ins", PEOPLE), ("outbox", 99)):
        assert await target.rows(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))") == [(highest + 1,)]


@pytest.mark.parametrize("table", [table.name for table in TABLES])
async def test_a_move_that_was_cut_goes_on_without_copying_again(
    source: SqliteBackEnd, target: BackEnd, table: str
) -> None:
    with pytest.raises(Cut):
        await moving(source, target, cut_at=f"copying {table}")
    there = await target.rows("SELECT xmin::text FROM people")
    assert (await moving(source, target)).different == 0
    assert (await target.rows("SELECT xmin::text FROM people"))[: len(there)] == there


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE people SET body = 'x' WHERE id = 7 RETURNING 1", "people 7 (not the same)"),
        ("UPDATE check_ins SET wake_at = 1 WHERE id = 8 RETURNING 1", "check_ins 8 (not the same)"),
        ("UPDATE inbox SET person_id = NULL WHERE person_id = 50 RETURNING 1", "(not the same)"),
        ("DELETE FROM debriefs WHERE person_id = 9 RETURNING 1", "debriefs 9, 0 (only in the first)"),
        ("INSERT INTO debriefs VALUES (9, 77, 'x', 1) RETURNING 1", "debriefs 9, 77 (only in the second)"),
        ("INSERT INTO meta VALUES ('zebra', 'x') RETURNING 1", "meta zebra (only in the second)"),
    ],
)
async def test_a_row_that_was_altered_is_found_and_nothing_opens(
    source: SqliteBackEnd, target: BackEnd, change: str, named: str
) -> None:
    with pytest.raises(Cut):
        await moving(source, target, cut_at="comparing people")
    assert len(await target.rows(change)) == 1
    moved = await moving(source, target)
    assert moved.different == 1
    assert named in moved.differences[0]
    with pytest.raises(StorageFault, match="not finished"):
        await SqlStore(target.database(), Vault([KEY])).open()
    store = SqlStore(source.database(), Vault([KEY]))
    await store.open()
    await store.close()


async def test_what_changed_on_the_file_after_a_cut_is_carried_too(source: SqliteBackEnd, target: BackEnd) -> None:
    with pytest.raises(Cut):
        await moving(source, target, cut_at="comparing people")
    store = SqlStore(source.database(), Vault([KEY]))
    await store.open()
    await store.close()
    await source.rows("UPDATE people SET revision = 77 WHERE id = 3")
    await source.rows("DELETE FROM debriefs WHERE person_id = 5")
    assert (await moving(source, target)).different == 0
    assert await target.rows("SELECT revision FROM people WHERE id = 3") == [(77,)]


async def test_other_keys_are_refused_before_anything_is_written(source: SqliteBackEnd, target: BackEnd) -> None:
    with pytest.raises(StorageFault, match="DEBRIEF_SECRET_KEYS"):
        await moving(source, target, key=new_key())
    assert await target.rows("SELECT name FROM meta") == [("serves",)]


async def test_a_file_of_an_older_schema_is_to_be_migrated_first(source: SqliteBackEnd, target: BackEnd) -> None:
    await source.rows("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(StorageFault, match="debrief migrate"):
        await moving(source, target)


async def test_a_database_with_rows_of_another_is_left_as_it_is(
    source: SqliteBackEnd, target: BackEnd, tmp_path: Path
) -> None:
    await target.rows("INSERT INTO people VALUES (1, 'slack', 'T', 'U', 0, 'x', 0, 90) RETURNING 1")
    with pytest.raises(StorageFault, match="a Debrief in this database already"):
        await moving(source, target)
    foreign = await fresh("postgresql", tmp_path, empty=True)
    await foreign.rows("CREATE TABLE people (id int)")
    with pytest.raises(StorageFault, match="another program's tables"):
        await moving(source, foreign)
    assert await foreign.rows("SELECT to_regclass('alembic_version') IS NULL") == [(True,)]


async def test_a_debrief_that_is_just_starting_on_the_database_is_seen(source: SqliteBackEnd, target: BackEnd) -> None:
    """It has read meta, and will write its canary before its transaction ends."""
    starting = await asyncpg.connect(target.url)
    try:
        async with starting.transaction():
            await starting.fetch("SELECT name FROM meta")
            move_in = asyncio.create_task(moving(source, target))
            async with asyncio.timeout(10):
                while not (await target.rows("SELECT count(*) FROM pg_locks WHERE NOT granted"))[0][0]:
                    assert not move_in.done()
            await starting.execute("INSERT INTO meta VALUES ('canary', 'x')")
        with pytest.raises(StorageFault, match="a Debrief in this database already"):
            await move_in
    finally:
        await starting.close()


async def test_a_second_target_is_not_opened_by_the_move_into_the_first(
    source: SqliteBackEnd, target: BackEnd, tmp_path: Path
) -> None:
    """The file went to `target` in the end: what lies half-way in the other stays shut for good."""
    other = await fresh("postgresql", tmp_path)
    with pytest.raises(Cut):
        await moving(source, other, cut_at="copying outbox")
    await moving(source, target)
    with pytest.raises(StorageFault, match="to another database"):
        await moving(source, other)
    with pytest.raises(StorageFault, match="not finished"):
        await SqlStore(other.database(), Vault([KEY])).open()


async def test_two_files_cannot_be_moved_into_one_database(
    source: SqliteBackEnd, target: BackEnd, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    second = SqliteBackEnd(tmp_path / "second/debrief.db")
    store = SqlStore(second.database(), Vault([KEY]))
    await store.open()
    await store.close()
    with pytest.raises(Cut):
        await moving(source, target, cut_at="copying outbox")
    with pytest.raises(StorageFault, match="begun and not finished"):
        await moving(second, target)
    assert (await moving(source, target)).different == 0
