"""What every Store must do. Each back end runs the whole suite."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
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
from bot.storage.script import Script
from bot.storage.sqlite import SqliteDatabase
from bot.storage.store import SqlStore, _expire
from bot.storage.turns import LEASE, anywhere, at_once
from bot.storage.vault import Vault, new_key
from tests.back_ends import KEY, NAMES, BackEnd, fresh
from tests.kit import EVENING

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


async def knock(store: SqlStore, name: str = "t") -> Parcel:
    """A check-in that fell due: its knock, on its way."""
    await turn(store, f"plan {name}", PlanCheckIn("check_in", EVENING))
    [check_in] = await store.claim_check_ins(EVENING, 10)
    fired = TimerFired(delivery_id=f"fired {name}", person=ANNA, at=EVENING, check_in=check_in)
    assert (await store.transact(fired, lambda s: Turn(s.conversation, SCREEN))).parcel is None
    [parcel] = await claim(store, EVENING)
    return parcel


def back_at(back_end: BackEnd, at: datetime) -> datetime:
    """When work that a dead process held is free: at once where nobody else can have it, else when its lease ends."""
    return at + LEASE if back_end.database().shared else at


async def knocks(store: SqlStore, now: datetime) -> list[Parcel]:
    return [parcel for parcel in await claim(store, now, 100) if parcel.check_in]


async def claim(store: SqlStore, now: datetime, most: int = 10) -> Sequence[Parcel]:
    return await store.claim_parcels("p", now, most)


async def look(store: Store, person: Person = ANNA) -> Snapshot:
    """What the next turn of the person would see."""
    seen: list[Snapshot] = []

    def decide(snapshot: Snapshot) -> Turn:
        seen.append(snapshot)
        raise LookupError

    with pytest.raises(LookupError):
        await store.transact(said("look", person), decide)
    return seen[0]


Open = Callable[[], Awaitable[SqlStore]]


@pytest_asyncio.fixture(params=NAMES)
async def back_end(request: pytest.FixtureRequest, tmp_path: Path) -> BackEnd:
    return await fresh(request.param, tmp_path)


@pytest_asyncio.fixture
async def opened(back_end: BackEnd) -> AsyncIterator[Open]:
    """Opens the store; again: a restart. Whatever is open at the end is closed, however the test ended."""
    last: list[SqlStore] = []

    async def again() -> SqlStore:
        while last:
            await last.pop().close()
        last.append(SqlStore(back_end.database(), Vault([KEY]), at_once))
        await last[0].open()
        return last[0]

    yield again
    for store in last:
        await store.close()


@pytest_asyncio.fixture
async def store(opened: Open) -> SqlStore:
    return await opened()


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


async def test_a_parcel_is_leased_at_birth_and_comes_back_when_the_lease_runs_out(store: SqlStore) -> None:
    parcel = (await turn(store, "1")).parcel
    assert parcel is not None
    assert await claim(store, EVENING + LEASE - timedelta(seconds=1), 10) == []
    [again] = await claim(store, EVENING + LEASE, 10)
    assert (again.key, again.again, again.attempt, again.screen) == (parcel.key, True, 2, SCREEN)
    assert await claim(store, EVENING + LEASE, 10) == []


async def test_a_restart_takes_back_what_was_on_its_way(store: SqlStore, opened: Open, back_end: BackEnd) -> None:
    await turn(store, "1")
    store = await opened()
    [again] = await claim(store, back_at(back_end, EVENING), 10)
    assert again.again


@pytest.mark.parametrize(
    ("receipt", "back_at_retry", "again"),
    [(Sent(), 0, False), (Later(9), 1, False), (Unknown(), 1, True), (Refused("x"), 0, False)],
)
async def test_how_a_send_ended_decides_whether_it_comes_back(
    store: SqlStore, receipt: Sent | Later | Unknown | Refused, back_at_retry: int, again: bool
) -> None:
    parcel = (await turn(store, "1")).parcel
    assert parcel is not None
    retry_at = EVENING + timedelta(seconds=9)
    await store.settle_parcel(parcel, receipt, retry_at)
    assert await claim(store, retry_at - timedelta(seconds=1), 10) == []
    back = await claim(store, retry_at + 2 * LEASE, 10)
    assert [parcel.again for parcel in back] == [again] * back_at_retry


async def test_a_missed_knock_is_told_once_and_a_missed_answer_never(store: SqlStore, back_end: BackEnd) -> None:
    answer = (await turn(store, "0")).parcel
    assert answer is not None
    await store.settle_parcel(answer, Refused("closed"), EVENING)
    assert (await look(store)).missed == 0
    await store.settle_parcel(await knock(store), Refused("closed"), EVENING)
    assert (await look(store)).missed == 1
    assert await _states(back_end) == ["expired"]
    await turn(store, "2")
    assert (await look(store)).missed == 0


async def test_a_knock_that_waits_is_gone_once_it_is_cancelled_moved_or_opened(store: SqlStore) -> None:
    changes: tuple[Effect, ...] = (
        CancelCheckIns(),
        PlanCheckIn("check_in", EVENING + timedelta(days=9)),
        SettleCheckIn(CheckInState.OPENED),
    )
    for number, change in enumerate(changes):
        parcel = await knock(store, str(number))
        await store.settle_parcel(parcel, Later(600), EVENING + timedelta(minutes=10))
        await turn(store, f"change {number}", change)
        assert not await store.still_ours(parcel, EVENING)
        waiting = await claim(store, EVENING + timedelta(days=1), 10)
        assert [late for late in waiting if late.check_in] == []


async def test_a_parcel_that_was_claimed_again_is_no_longer_the_first_claims(store: SqlStore) -> None:
    await turn(store, "1")
    [first] = await claim(store, EVENING + LEASE, 10)
    assert await store.still_ours(first, EVENING)
    [second] = await claim(store, EVENING + 2 * LEASE, 10)
    assert (await store.still_ours(first, EVENING), await store.still_ours(second, EVENING)) == (False, True)


async def test_an_answer_that_still_waits_gives_way_to_a_newer_one(store: SqlStore) -> None:
    keys = []
    for number in range(5):
        parcel = (await turn(store, str(number))).parcel
        assert parcel is not None
        await store.settle_parcel(parcel, Later(60), EVENING)
        keys.append(parcel.key)
    assert [waiting.key for waiting in await claim(store, EVENING, 10)] == keys[-1:]


async def test_a_row_that_does_not_open_keeps_nobody_elses_from_going_out(store: SqlStore, back_end: BackEnd) -> None:
    for person in (ANNA, BEN):
        parcel = (await turn(store, person.user, person=person)).parcel
        assert parcel is not None
        await store.settle_parcel(parcel, Later(1), EVENING)
    await back_end.rows("UPDATE outbox SET body = substr(body, 1, 3) WHERE user_id = 'anna' RETURNING id")
    assert [parcel.person for parcel in await claim(store, EVENING, 10)] == [BEN]
    assert await claim(store, EVENING, 10) == []


async def test_a_check_in_is_due_at_its_time_and_claimed_once(store: SqlStore) -> None:
    due = EVENING + timedelta(hours=12, microseconds=7)
    await turn(store, "1", PlanCheckIn("check_in", due))
    assert await store.claim_check_ins(due - timedelta(microseconds=1), 10) == []
    [check_in] = await store.claim_check_ins(due, 10)
    assert (check_in.person, check_in.flow, check_in.due_at) == (ANNA, "check_in", due)
    assert await store.claim_check_ins(due, 10) == []


async def test_planning_again_moves_the_check_in_and_does_not_double_it(store: SqlStore) -> None:
    for hours in (12, 20):
        await turn(store, str(hours), PlanCheckIn("check_in", EVENING + timedelta(hours=hours)))
    assert await store.claim_check_ins(EVENING + timedelta(hours=19), 10) == []
    assert len(await store.claim_check_ins(EVENING + timedelta(days=9), 10)) == 1


async def test_a_cancelled_or_moved_check_in_ignores_a_wake_up_that_was_on_its_way(store: SqlStore) -> None:
    due = EVENING + timedelta(hours=1)
    changes: tuple[Effect, ...] = (CancelCheckIns(), PlanCheckIn("check_in", due + timedelta(days=1)))
    for number, change in enumerate(changes):
        await turn(store, f"plan {number}", PlanCheckIn("check_in", due))
        [claimed] = await store.claim_check_ins(due, 10)
        await turn(store, f"change {number}", change)
        fired = TimerFired(delivery_id=f"t{number}", person=ANNA, at=due, check_in=claimed)
        await store.transact(fired, lambda _: Turn(Conversation(), SCREEN))
        assert await knocks(store, due + 2 * LEASE) == []


async def test_a_wake_up_from_before_a_move_does_nothing_even_when_the_moved_check_in_is_due(
    store: SqlStore,
) -> None:
    due = EVENING + timedelta(hours=1)
    await turn(store, "1", PlanCheckIn("check_in", due))
    [early] = await store.claim_check_ins(due, 10)
    await turn(store, "2", PlanCheckIn("check_in", due + timedelta(hours=1)))
    [moved] = await store.claim_check_ins(due + timedelta(hours=1), 10)
    stale = TimerFired(delivery_id="stale", person=ANNA, at=due, check_in=early)
    await store.transact(stale, lambda _: Turn(Conversation(), SCREEN))
    assert await knocks(store, due + 2 * LEASE) == []
    right = TimerFired(delivery_id="right", person=ANNA, at=due, check_in=moved)
    await store.transact(right, lambda _: Turn(Conversation(), SCREEN))
    assert len(await knocks(store, due + 2 * LEASE)) == 1


async def test_a_check_in_that_was_leased_when_the_process_died_is_due_again_after_the_restart(
    store: SqlStore, opened: Open, back_end: BackEnd
) -> None:
    due = EVENING + timedelta(hours=1)
    await turn(store, "1", PlanCheckIn("check_in", due))
    [lost] = await store.claim_check_ins(due, 10)
    store = await opened()
    [found] = await store.claim_check_ins(back_at(back_end, due), 10)
    assert found == lost


async def test_a_check_in_knocks_through_the_outbox_and_is_settled_by_what_the_person_does(
    store: SqlStore, back_end: BackEnd
) -> None:
    due = EVENING + timedelta(hours=1)
    await turn(store, "1", PlanCheckIn("check_in", due))
    [check_in] = await store.claim_check_ins(due, 10)
    fired = TimerFired(delivery_id="t", person=ANNA, at=due, check_in=check_in)
    await store.transact(fired, lambda s: Turn(s.conversation, SCREEN))
    assert await _states(back_end) == ["sending"]
    [parcel] = await knocks(store, due)
    assert (parcel.attempt, parcel.again) == (1, False)
    await store.settle_parcel(parcel, Sent(), due)
    assert await _states(back_end) == ["sent"]
    await turn(store, "2", SettleCheckIn(CheckInState.OPENED))
    assert await _states(back_end) == ["opened"]


async def test_next_wake_is_the_earliest_thing_that_waits(store: SqlStore) -> None:
    assert await store.next_wake(["p"], check_ins=True) is None
    taken = await turn(store, "1", PlanCheckIn("check_in", EVENING + timedelta(hours=5)))
    assert await store.next_wake(["p"], check_ins=True) == EVENING + LEASE
    assert taken.parcel is not None
    assert await store.next_wake(["other"], check_ins=False) is None
    await store.settle_parcel(taken.parcel, Sent(), EVENING)
    assert await store.next_wake(["p"], check_ins=True) == EVENING + timedelta(hours=5)


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


async def test_a_knock_that_is_put_back_is_due_again_and_its_first_wake_up_means_nothing(
    store: SqlStore, back_end: BackEnd
) -> None:
    parcel = await knock(store)
    later = EVENING + timedelta(hours=2)
    await store.put_back(parcel, later)
    assert await _states(back_end) == ["planned"]
    assert await knocks(store, later + 2 * LEASE) == []
    [again] = await store.claim_check_ins(later, 10)
    assert (again.id, again.due_at, again.gen) == (parcel.check_in, EVENING, 1)


async def test_a_knock_that_somebody_else_took_up_is_not_put_back(store: SqlStore, back_end: BackEnd) -> None:
    parcel = await knock(store)
    [other] = await knocks(store, EVENING + LEASE)
    await store.put_back(parcel, EVENING + LEASE)
    assert await _states(back_end) == ["sending"]
    assert await store.still_ours(other, EVENING)


async def test_a_workspace_with_much_to_send_leaves_their_share_to_the_others(store: SqlStore) -> None:
    people = [
        Person("p", workspace, f"{workspace}{n}") for workspace, n in [*(("loud", n) for n in range(50)), ("s", 1)]
    ]
    for person in people:
        parcel = (await turn(store, person.user, person=person)).parcel
        assert parcel is not None
        await store.settle_parcel(parcel, Later(1), EVENING)
    claimed = await claim(store, EVENING, 10)
    assert [parcel.person.workspace for parcel in claimed].count("s") == 1
    assert len(claimed) <= 10
    rest = await store.claim_parcels("p", EVENING, 100, but={"loud"})
    assert rest == []


async def test_a_check_in_comes_somewhere_in_its_window_and_counts_as_late_from_its_own_time(back_end: BackEnd) -> None:
    store = SqlStore(back_end.database(), Vault([KEY]), lambda window: window / 2)
    await store.open()
    try:
        await turn(store, "1", PlanCheckIn("check_in", EVENING, timedelta(minutes=10)))
        assert await store.next_wake([], check_ins=True) == EVENING + timedelta(minutes=5)
        assert await store.claim_check_ins(EVENING + timedelta(minutes=4), 10) == []
        [check_in] = await store.claim_check_ins(EVENING + timedelta(minutes=5), 10)
        assert check_in.due_at == EVENING
    finally:
        await store.close()


async def test_a_window_is_used_from_end_to_end() -> None:
    places = {anywhere(timedelta(microseconds=3)) // timedelta(microseconds=1) for _ in range(500)}
    assert places == {0, 1, 2, 3}
    assert anywhere(timedelta(0)) == timedelta(0)


async def test_two_who_claim_at_once_never_get_the_same(store: SqlStore, back_end: BackEnd) -> None:
    people = [Person("p", "w", str(n)) for n in range(300)]
    plan = PlanCheckIn("check_in", EVENING)
    await asyncio.gather(*(turn(store, person.user, plan, person=person) for person in people))
    shares = await asyncio.gather(*(store.claim_check_ins(EVENING, 60) for _ in range(9)))
    claimed = [check_in.id for share in shares for check_in in share]
    assert len(claimed) == len(set(claimed)) == len(people)


async def test_a_try_that_was_put_off_while_the_clock_was_wrong_does_not_wait_for_ever(store: SqlStore) -> None:
    parcel = (await turn(store, "1")).parcel
    assert parcel is not None
    await store.settle_parcel(parcel, Later(1), EVENING + timedelta(days=1))
    await store.expire(EVENING)
    assert len(await claim(store, EVENING)) == 1


async def _states(back_end: BackEnd) -> list[str]:
    return [row[0] for row in await back_end.rows("SELECT state FROM check_ins")]


async def test_a_parcel_is_ours_only_while_its_lease_lasts_to_the_end_of_the_send(store: SqlStore) -> None:
    await turn(store, "1")
    [parcel] = await claim(store, EVENING + LEASE)
    assert await store.still_ours(parcel, EVENING + 2 * LEASE)
    assert not await store.still_ours(parcel, EVENING + 2 * LEASE + timedelta(seconds=1))


@pytest.mark.parametrize("late", [Later(1), Unknown(), Refused("x")], ids=str)
async def test_how_an_older_claim_ended_says_nothing_about_the_newer_one(
    store: SqlStore, late: Later | Unknown | Refused
) -> None:
    await turn(store, "1")
    [first] = await claim(store, EVENING + LEASE)
    [second] = await claim(store, EVENING + 2 * LEASE)
    await store.settle_parcel(first, late, EVENING + 2 * LEASE)
    assert await claim(store, EVENING + 2 * LEASE + timedelta(seconds=60)) == []
    assert await store.still_ours(second, EVENING)


async def test_a_turn_that_is_played_again_because_its_commit_was_not_heard_of_has_the_same_parcel(
    store: SqlStore,
) -> None:
    event, show = said("1"), lambda snapshot: Turn(snapshot.conversation, SCREEN)
    plays = [await store._database.run(lambda: store._turns.turn(event, show, "k" * 24)) for _ in range(2)]
    assert plays[0] == plays[1]
    assert plays[0].parcel is not None
    repeat = await store._database.run(lambda: store._turns.turn(event, show, "another"))
    assert repeat.parcel is None


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
