"""What the SQLite back end alone promises: the loop goes on, whoever holds the file, and long work is apart."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import StorageFault
from bot.model import PlanCheckIn, Turn
from bot.runtime.ports import Snapshot
from bot.storage.sqlite import SqliteDatabase
from bot.storage.sqlite_file import BUSY_S
from bot.storage.store import SqlStore
from bot.storage.turns import at_once
from bot.storage.vault import Vault
from tests.back_ends import KEY
from tests.contract.store_kit import ANNA, BEN, look, said, turn
from tests.kit import EVENING

pytestmark = pytest.mark.asyncio

LOOKED_FOR_S, SOON_S = 0.2, 2.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "debrief.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(SqliteDatabase(path), Vault([KEY]), at_once)
    await store.open()
    yield store
    await store.close()


async def test_while_another_program_writes_a_turn_waits_and_the_loop_does_not(store: SqlStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(turn(store, "1"))
        began = asyncio.get_running_loop().time()
        await asyncio.wait({waiting}, timeout=LOOKED_FOR_S)
        assert asyncio.get_running_loop().time() - began < SOON_S < BUSY_S
        assert not waiting.done()
        other.execute("ROLLBACK")
    assert (await waiting).parcel is not None


async def test_whoever_holds_the_file_for_too_long_is_named_and_the_next_turn_goes_through(
    store: SqlStore, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageFault, match="locked by another program"):
            await turn(store, "1")
    await turn(store, "1")
    assert (await look(store)).conversation.revision == 1


async def test_short_and_long_work_that_come_together_are_all_done_but_what_failed(store: SqlStore) -> None:
    def fails(_: Snapshot) -> Turn:
        raise ZeroDivisionError

    _, failed, due, _ = await asyncio.gather(
        turn(store, "1", PlanCheckIn("check_in", EVENING)),
        store.transact(said("2", BEN), fails),
        store.claim_check_ins(EVENING, 10),
        turn(store, "3", person=BEN),
        return_exceptions=True,
    )
    assert isinstance(failed, ZeroDivisionError)
    assert not isinstance(due, BaseException)
    assert [check_in.person for check_in in due] == [ANNA]
    assert (await look(store, BEN)).conversation.revision == 1


async def test_many_turns_that_come_together_leave_the_loop_to_others_in_between(store: SqlStore) -> None:
    """Nobody's heartbeat waits for all of them: a look at every round of the loop finds some done and others not."""
    turns = {asyncio.create_task(turn(store, f"{number}")) for number in range(3_000)}
    waiting, looks = set(turns), set[int]()
    for task in turns:
        task.add_done_callback(waiting.discard)
    while waiting:
        looks.add(len(waiting))
        await asyncio.sleep(0)
    assert len(looks) > 20
    assert (await look(store)).conversation.revision == len(turns)


async def test_while_it_closes_what_was_asked_for_is_done_and_what_comes_later_is_told(store: SqlStore) -> None:
    told: list[object] = []

    async def goes_on() -> None:
        while not any(isinstance(answer, StorageFault) for answer in told):
            told.append(*await asyncio.gather(turn(store, f"{len(told)}"), return_exceptions=True))

    working = asyncio.create_task(goes_on())
    await asyncio.wait({working}, timeout=LOOKED_FOR_S)
    async with asyncio.timeout(SOON_S):
        await store.close()
        await working
    assert not [answer for answer in told[:-1] if isinstance(answer, Exception)]
