"""What every Store must do with turns, with people and with their words. Each back end runs the whole suite."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import ProgramError, StorageFault
from bot.model import (
    Conversation,
    Forget,
    MessageReceived,
    Person,
    PlanCheckIn,
    Record,
    Turn,
)
from bot.runtime.ports import Refused, Snapshot, Taken
from bot.storage.script import Script
from bot.storage.sqlite import SqliteDatabase
from bot.storage.store import SqlStore, _expire
from bot.storage.turns import at_once
from bot.storage.vault import Vault, new_key
from tests.back_ends import KEY, BackEnd, fresh
from tests.contract.store_kit import ANNA, BEN, SCREEN, Open, knock, look, said, turn
from tests.kit import EVENING

pytestmark = pytest.mark.asyncio


async def test_a_turn_is_there_after_a_restart(store: SqlStore, opened: Open) -> None:
    await turn(store, "1", note="they laughed")
    store = await opened()
    assert (await look(store)).conversation == Conversation(1, "f.s", slots={"note": "they laughed"})


async def test_a_turn_that_fails_leaves_nothing_and_takes_no_other_down(store: SqlStore) -> None:

    def fails(_: Snapshot) -> Turn:
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        turn(store, "1", person=ANNA, note="kept"),
        store.transact(said("2", BEN), fails),
        turn(store, "3", person=BEN, note="also kept"),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [Taken, ZeroDivisionError, Taken]
    assert (await look(store, ANNA)).conversation.slots == {"note": "kept"}
    assert (await look(store, BEN)).conversation.slots == {"note": "also kept"}


async def test_turns_that_arrive_together_are_all_kept(store: SqlStore) -> None:
    await asyncio.gather(*(turn(store, str(n), person=ANNA, **{f"s{n}": "x"}) for n in range(200)))
    known = (await look(store)).conversation
    assert known.revision == 200
    assert len(known.slots) == 200


async def test_the_same_delivery_is_handled_once(store: SqlStore) -> None:
    first, second = await turn(store, "1", note="once"), await turn(store, "1", note="twice")
    assert first.parcel is not None
    assert second.parcel is None
    assert (await look(store)).conversation.slots == {"note": "once"}


async def test_the_same_delivery_id_on_two_platforms_is_two_deliveries(store: SqlStore) -> None:
    await turn(store, "1", person=ANNA)
    assert (await turn(store, "1", person=Person("q", "w", "anna"))).parcel is not None


async def test_forgetting_removes_every_row_of_the_person_and_none_of_others(store: SqlStore) -> None:
    for person in (ANNA, BEN):
        await turn(
            store,
            person.user,
            PlanCheckIn("check_in", EVENING + timedelta(days=1)),
            Record(1, {"note": "n"}),
            person=person,
        )
    await turn(store, "forget", Forget(), person=ANNA)
    assert (await look(store, ANNA)).conversation == Conversation()
    assert (await look(store, BEN)).conversation.revision == 1
    assert [c.person for c in await store.claim_check_ins(EVENING + timedelta(days=2), 10)] == [BEN]
    assert (await turn(store, "forget", person=ANNA)).parcel is None


async def test_what_has_outlived_its_keeping_is_removed_but_never_somebody_who_still_has_a_check_in(
    store: SqlStore,
) -> None:
    await turn(store, "1", person=ANNA, note="old")
    await turn(store, "2", PlanCheckIn("check_in", EVENING + timedelta(days=200)), person=BEN, note="waits")
    assert await store.expire(EVENING + timedelta(days=1)) == 0
    assert await store.expire(EVENING + timedelta(days=100)) > 0
    assert (await look(store, ANNA)).conversation == Conversation()
    assert (await look(store, BEN)).conversation.slots == {"note": "waits"}


async def test_whoever_can_no_longer_be_reached_is_not_kept_for_ever(store: SqlStore, back_end: BackEnd) -> None:
    await store.settle_parcel(await knock(store), Refused("closed"), EVENING)
    await store.expire(EVENING + timedelta(days=100))
    assert await back_end.rows("SELECT * FROM people") == []


async def test_an_old_key_can_be_retired_once_nothing_is_sealed_with_it(opened: Open, back_end: BackEnd) -> None:
    await (await opened()).close()
    new = new_key()
    for ring in ([new, KEY], [new]):
        store = SqlStore(back_end.database(), Vault(ring))
        await store.open()
        await store.close()


async def test_a_persons_words_are_nowhere_in_the_rows(store: SqlStore, back_end: BackEnd, tmp_path: Path) -> None:
    await turn(store, "1", Record(1, {"note": "a very private sentence"}), note="a very private sentence")
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for table in ("people", "inbox", "outbox", "check_ins", "debriefs", "meta"):
        for row in await back_end.rows(f"SELECT * FROM {table}"):
            raw += b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert b"anna" in raw
    assert b"private" not in raw


async def test_another_key_ring_is_refused_with_how_to_mend_it(store: SqlStore, back_end: BackEnd) -> None:
    await store.close()
    stranger = SqlStore(back_end.database(), Vault([new_key()]))
    with pytest.raises(StorageFault, match="DEBRIEF_SECRET_KEYS"):
        await stranger.open()
    rotated = SqlStore(back_end.database(), Vault([new_key(), KEY]))
    await rotated.open()
    await rotated.close()


async def test_a_conversation_never_changes_under_its_own_turn(store: SqlStore, back_end: BackEnd) -> None:
    await turn(store, "1")
    sneak = "UPDATE people SET revision = revision + 1 RETURNING id"

    def races(snapshot: Snapshot) -> Turn:
        if isinstance(store._database, SqliteDatabase):
            store._database._connection._conn.execute(sneak).fetchall()  # type: ignore[union-attr]
        else:
            other = threading.Thread(target=lambda: asyncio.run(back_end.rows(sneak)))
            other.start()
            other.join()
        return Turn(snapshot.conversation, SCREEN)

    with pytest.raises(ProgramError):
        await store.transact(said("2"), races)
    assert (await look(store)).conversation.revision == 1


async def test_somebody_who_comes_back_while_expiry_looks_is_not_forgotten(tmp_path: Path) -> None:
    back_end = await fresh("postgresql", tmp_path)
    later = EVENING + timedelta(days=100)

    async def comes_back() -> None:
        store = SqlStore(back_end.database(), Vault([KEY]), at_once)
        await store.open()
        back = MessageReceived(delivery_id="back", person=ANNA, at=later, text="t")
        await store.transact(back, lambda s: Turn(s.conversation, SCREEN, (PlanCheckIn("check_in", later),)))
        await store.close()

    def expiring() -> Script[int]:
        script = _expire(later, shared=True)
        answer = yield next(script)
        other = threading.Thread(target=lambda: asyncio.run(comes_back()))
        other.start()
        other.join()
        while True:
            try:
                step = script.send(answer)
            except StopIteration as end:
                return int(end.value)
            answer = yield step

    store = SqlStore(back_end.database(), Vault([KEY]), at_once)
    await store.open()
    try:
        await turn(store, "1")
        await store._database.run(expiring)
        assert len(await store.claim_check_ins(later, 10)) == 1
    finally:
        await store.close()
