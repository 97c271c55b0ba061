"""What every Store must do. Each back end runs the whole suite."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import ProgramError, StorageFault
from bot.model import (
    CancelCheckIns,
    CheckInState,
    Choice,
    Conversation,
    Effect,
    Forget,
    MessageReceived,
    Person,
    PlanCheckIn,
    Record,
    Screen,
    SettleCheckIn,
    TimerFired,
    Turn,
)
from bot.runtime.ports import Later, Parcel, Refused, Sent, Snapshot, Store, Taken, Unknown
from bot.storage.sqlite import Database
from bot.storage.store import LEASE, SqliteStore
from bot.storage.vault import Vault, new_key
from tests.kit import EVENING, KEY, store_at

pytestmark = pytest.mark.asyncio
ANNA, BEN = Person("p", "w", "anna"), Person("p", "w", "ben")
SCREEN = Screen("f.s", 1, "words", "glance", Choice("safety", "Safety"), (Choice("a", "A"),))


def said(delivery_id: str, person: Person = ANNA, after: timedelta = timedelta(0)) -> MessageReceived:
    return MessageReceived(delivery_id=delivery_id, person=person, at=EVENING + after, text="t")


async def turn(store: Store, delivery_id: str, *effects: Effect, person: Person = ANNA, **slots: str) -> Taken:
    """One turn that shows SCREEN; the conversation gains `slots`."""

    def decide(snapshot: Snapshot) -> Turn:
        known = snapshot.conversation
        return Turn(Conversation(known.revision + 1, "f.s", slots={**known.slots, **slots}), SCREEN, effects)

    return await store.transact(said(delivery_id, person), decide)


async def knock(store: SqliteStore, name: str = "t") -> Parcel:
    """A check-in that fell due: its knock, on its way."""
    await turn(store, f"plan {name}", PlanCheckIn("check_in", EVENING))
    [check_in] = await store.claim_check_ins(EVENING, 10)
    fired = TimerFired(delivery_id=f"fired {name}", person=ANNA, at=EVENING, check_in=check_in)
    parcel = (await store.transact(fired, lambda s: Turn(s.conversation, SCREEN))).parcel
    assert parcel is not None
    return parcel


async def look(store: Store, person: Person = ANNA) -> Snapshot:
    """What the next turn of the person would see."""
    seen: list[Snapshot] = []

    def decide(snapshot: Snapshot) -> Turn:
        seen.append(snapshot)
        raise LookupError

    with pytest.raises(LookupError):
        await store.transact(said("look", person), decide)
    return seen[0]


Open = Callable[[], Awaitable[SqliteStore]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "debrief.db"


@pytest_asyncio.fixture
async def opened(path: Path) -> AsyncIterator[Open]:
    """Opens the store; again: a restart. Whatever is open at the end is closed, however the test ended."""
    last: list[SqliteStore] = []

    async def again() -> SqliteStore:
        while last:
            await last.pop().close()
        last.append(store_at(path))
        await last[0].open()
        return last[0]

    yield again
    for store in last:
        await store.close()


@pytest_asyncio.fixture
async def store(opened: Open) -> SqliteStore:
    return await opened()


async def test_a_turn_is_there_after_a_restart(store: SqliteStore, opened: Open) -> None:
    await turn(store, "1", note="they laughed")
    store = await opened()
    assert (await look(store)).conversation == Conversation(1, "f.s", slots={"note": "they laughed"})


async def test_a_turn_that_fails_leaves_nothing_and_takes_no_other_down(store: SqliteStore) -> None:

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


async def test_turns_that_arrive_together_are_all_kept(store: SqliteStore) -> None:
    await asyncio.gather(*(turn(store, str(n), person=ANNA, **{f"s{n}": "x"}) for n in range(200)))
    known = (await look(store)).conversation
    assert known.revision == 200
    assert len(known.slots) == 200


async def test_the_same_delivery_is_handled_once(store: SqliteStore) -> None:
    first, second = await turn(store, "1", note="once"), await turn(store, "1", note="twice")
    assert first.parcel is not None
    assert second.parcel is None
    assert (await look(store)).conversation.slots == {"note": "once"}


async def test_the_same_delivery_id_on_two_platforms_is_two_deliveries(store: SqliteStore) -> None:
    await turn(store, "1", person=ANNA)
    assert (await turn(store, "1", person=Person("q", "w", "anna"))).parcel is not None


async def test_a_parcel_is_leased_at_birth_and_comes_back_when_the_lease_runs_out(store: SqliteStore) -> None:
    parcel = (await turn(store, "1")).parcel
    assert parcel is not None
    assert await store.claim_parcels(EVENING + LEASE - timedelta(seconds=1), 10) == []
    [again] = await store.claim_parcels(EVENING + LEASE, 10)
    assert (again.key, again.again, again.attempt, again.screen) == (parcel.key, True, 2, SCREEN)
    assert await store.claim_parcels(EVENING + LEASE, 10) == []


async def test_a_restart_takes_back_what_was_on_its_way_at_once(store: SqliteStore, opened: Open) -> None:
    await turn(store, "1")
    store = await opened()
    [again] = await store.claim_parcels(EVENING, 10)
    assert again.again


@pytest.mark.parametrize(
    ("receipt", "back_at_retry", "again"),
    [(Sent(), 0, False), (Later(9), 1, False), (Unknown(), 1, True), (Refused("x"), 0, False)],
)
async def test_how_a_send_ended_decides_whether_it_comes_back(
    store: SqliteStore, receipt: Sent | Later | Unknown | Refused, back_at_retry: int, again: bool
) -> None:
    parcel = (await turn(store, "1")).parcel
    assert parcel is not None
    retry_at = EVENING + timedelta(seconds=9)
    await store.settle_parcel(parcel, receipt, retry_at)
    assert await store.claim_parcels(retry_at - timedelta(seconds=1), 10) == []
    back = await store.claim_parcels(retry_at + 2 * LEASE, 10)
    assert [parcel.again for parcel in back] == [again] * back_at_retry


async def test_a_missed_knock_is_told_once_and_a_missed_answer_never(store: SqliteStore) -> None:
    answer = (await turn(store, "0")).parcel
    assert answer is not None
    await store.settle_parcel(answer, Refused("closed"), EVENING)
    assert (await look(store)).missed == 0
    await store.settle_parcel(await knock(store), Refused("closed"), EVENING)
    assert (await look(store)).missed == 1
    assert await _states(store) == ["expired"]
    await turn(store, "2")
    assert (await look(store)).missed == 0


async def test_a_knock_that_waits_is_gone_once_it_is_cancelled_moved_or_opened(store: SqliteStore) -> None:
    changes: tuple[Effect, ...] = (
        CancelCheckIns(),
        PlanCheckIn("check_in", EVENING + timedelta(days=9)),
        SettleCheckIn(CheckInState.OPENED),
    )
    for number, change in enumerate(changes):
        parcel = await knock(store, str(number))
        await store.settle_parcel(parcel, Later(600), EVENING + timedelta(minutes=10))
        await turn(store, f"change {number}", change)
        assert not await store.still_ours(parcel)
        waiting = await store.claim_parcels(EVENING + timedelta(days=1), 10)
        assert [late for late in waiting if late.check_in] == []


async def test_a_parcel_that_was_claimed_again_is_no_longer_the_first_claims(store: SqliteStore) -> None:
    await turn(store, "1")
    [first] = await store.claim_parcels(EVENING + LEASE, 10)
    assert await store.still_ours(first)
    [second] = await store.claim_parcels(EVENING + 2 * LEASE, 10)
    assert (await store.still_ours(first), await store.still_ours(second)) == (False, True)


async def test_an_answer_that_still_waits_gives_way_to_a_newer_one(store: SqliteStore) -> None:
    keys = []
    for number in range(5):
        parcel = (await turn(store, str(number))).parcel
        assert parcel is not None
        await store.settle_parcel(parcel, Later(60), EVENING)
        keys.append(parcel.key)
    assert [waiting.key for waiting in await store.claim_parcels(EVENING, 10)] == keys[-1:]


async def test_a_row_that_does_not_open_keeps_nobody_elses_from_going_out(store: SqliteStore) -> None:
    for person in (ANNA, BEN):
        parcel = (await turn(store, person.user, person=person)).parcel
        assert parcel is not None
        await store.settle_parcel(parcel, Later(1), EVENING)
    await store._database.run(lambda c: c.execute("UPDATE outbox SET body = x'00' WHERE user_id = 'anna'"))
    assert [parcel.person for parcel in await store.claim_parcels(EVENING, 10)] == [BEN]
    assert await store.claim_parcels(EVENING, 10) == []


async def test_a_check_in_is_due_at_its_time_and_claimed_once(store: SqliteStore) -> None:
    due = EVENING + timedelta(hours=12, microseconds=7)
    await turn(store, "1", PlanCheckIn("check_in", due))
    assert await store.claim_check_ins(due - timedelta(microseconds=1), 10) == []
    [check_in] = await store.claim_check_ins(due, 10)
    assert (check_in.person, check_in.flow, check_in.due_at) == (ANNA, "check_in", due)
    assert await store.claim_check_ins(due, 10) == []


async def test_planning_again_moves_the_check_in_and_does_not_double_it(store: SqliteStore) -> None:
    for hours in (12, 20):
        await turn(store, str(hours), PlanCheckIn("check_in", EVENING + timedelta(hours=hours)))
    assert await store.claim_check_ins(EVENING + timedelta(hours=19), 10) == []
    assert len(await store.claim_check_ins(EVENING + timedelta(days=9), 10)) == 1


async def test_a_cancelled_or_moved_check_in_ignores_a_wake_up_that_was_on_its_way(store: SqliteStore) -> None:
    due = EVENING + timedelta(hours=1)
    changes: tuple[Effect, ...] = (CancelCheckIns(), PlanCheckIn("check_in", due + timedelta(days=1)))
    for number, change in enumerate(changes):
        await turn(store, f"plan {number}", PlanCheckIn("check_in", due))
        [claimed] = await store.claim_check_ins(due, 10)
        await turn(store, f"change {number}", change)
        fired = TimerFired(delivery_id=f"t{number}", person=ANNA, at=due, check_in=claimed)
        assert (await store.transact(fired, lambda _: Turn(Conversation(), SCREEN))).parcel is None


async def test_a_wake_up_from_before_a_move_does_nothing_even_when_the_moved_check_in_is_due(
    store: SqliteStore,
) -> None:
    due = EVENING + timedelta(hours=1)
    await turn(store, "1", PlanCheckIn("check_in", due))
    [early] = await store.claim_check_ins(due, 10)
    await turn(store, "2", PlanCheckIn("check_in", due + timedelta(hours=1)))
    [moved] = await store.claim_check_ins(due + timedelta(hours=1), 10)
    stale = TimerFired(delivery_id="stale", person=ANNA, at=due, check_in=early)
    assert (await store.transact(stale, lambda _: Turn(Conversation(), SCREEN))).parcel is None
    right = TimerFired(delivery_id="right", person=ANNA, at=due, check_in=moved)
    assert (await store.transact(right, lambda _: Turn(Conversation(), SCREEN))).parcel is not None


async def test_a_check_in_that_was_leased_when_the_process_died_is_due_again_after_the_restart(
    store: SqliteStore, opened: Open
) -> None:
    due = EVENING + timedelta(hours=1)
    await turn(store, "1", PlanCheckIn("check_in", due))
    [lost] = await store.claim_check_ins(due, 10)
    store = await opened()
    [found] = await store.claim_check_ins(due, 10)
    assert found == lost


async def test_a_check_in_knocks_through_the_outbox_and_is_settled_by_what_the_person_does(store: SqliteStore) -> None:
    due = EVENING + timedelta(hours=1)
    await turn(store, "1", PlanCheckIn("check_in", due))
    [check_in] = await store.claim_check_ins(due, 10)
    fired = TimerFired(delivery_id="t", person=ANNA, at=due, check_in=check_in)
    parcel = (await store.transact(fired, lambda s: Turn(s.conversation, SCREEN))).parcel
    assert parcel is not None
    assert await _states(store) == ["sending"]
    await store.settle_parcel(parcel, Sent(), due)
    assert await _states(store) == ["sent"]
    await turn(store, "2", SettleCheckIn(CheckInState.OPENED))
    assert await _states(store) == ["opened"]


async def test_next_wake_is_the_earliest_thing_that_waits(store: SqliteStore) -> None:
    assert await store.next_wake() is None
    taken = await turn(store, "1", PlanCheckIn("check_in", EVENING + timedelta(hours=5)))
    assert await store.next_wake() == EVENING + LEASE
    assert taken.parcel is not None
    await store.settle_parcel(taken.parcel, Sent(), EVENING)
    assert await store.next_wake() == EVENING + timedelta(hours=5)


async def test_forgetting_removes_every_row_of_the_person_and_none_of_others(store: SqliteStore) -> None:
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
    store: SqliteStore,
) -> None:
    await turn(store, "1", person=ANNA, note="old")
    await turn(store, "2", PlanCheckIn("check_in", EVENING + timedelta(days=200)), person=BEN, note="waits")
    assert await store.expire(EVENING + timedelta(days=1)) == 0
    assert await store.expire(EVENING + timedelta(days=100)) > 0
    assert (await look(store, ANNA)).conversation == Conversation()
    assert (await look(store, BEN)).conversation.slots == {"note": "waits"}


async def test_whoever_can_no_longer_be_reached_is_not_kept_for_ever(store: SqliteStore) -> None:
    await store.settle_parcel(await knock(store), Refused("closed"), EVENING)
    await store.expire(EVENING + timedelta(days=100))
    assert await store._database.run(lambda c: c.execute("SELECT count(*) FROM people").fetchone()[0]) == 0


async def test_an_old_key_can_be_retired_once_nothing_is_sealed_with_it(opened: Open, path: Path) -> None:
    await (await opened()).close()
    new = new_key()
    for ring in ([new, KEY], [new]):
        store = SqliteStore(Database(path), Vault(ring))
        await store.open()
        await store.close()


async def test_a_persons_words_are_nowhere_in_the_file(store: SqliteStore, path: Path) -> None:
    await turn(store, "1", Record(1, {"note": "a very private sentence"}), note="a very private sentence")
    raw = b"".join(file.read_bytes() for file in path.parent.iterdir())
    raw += path.read_bytes()
    assert b"anna" in raw
    assert b"private" not in raw


async def test_another_key_ring_is_refused_with_how_to_mend_it(store: SqliteStore, path: Path) -> None:
    await store.close()
    stranger = SqliteStore(Database(path), Vault([new_key()]))
    with pytest.raises(StorageFault, match="DEBRIEF_SECRET_KEYS"):
        await stranger.open()
    rotated = SqliteStore(Database(path), Vault([new_key(), KEY]))
    await rotated.open()
    await rotated.close()


async def test_a_conversation_never_changes_under_its_own_turn(store: SqliteStore) -> None:
    await turn(store, "1")

    def races(snapshot: Snapshot) -> Turn:
        store._database._connection._conn.execute("UPDATE people SET revision = revision + 1")  # type: ignore[union-attr]
        return Turn(snapshot.conversation, SCREEN)

    with pytest.raises(ProgramError):
        await store.transact(said("2"), races)
    assert await store._database.run(lambda c: c.execute("SELECT revision FROM people").fetchall()) == [(0,)]


async def _states(store: SqliteStore) -> list[str]:
    return await store._database.run(lambda c: [row[0] for row in c.execute("SELECT state FROM check_ins")])
