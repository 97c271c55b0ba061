"""What every Store must do with check-ins and their knocks. Each back end runs the whole suite."""

import asyncio
from datetime import timedelta

import pytest

from bot.model import (
    CancelCheckIns,
    CheckInState,
    Conversation,
    Effect,
    Person,
    PlanCheckIn,
    SettleCheckIn,
    TimerFired,
    Turn,
)
from bot.runtime.ports import Later, Refused, Sent
from bot.storage.store import SqlStore
from bot.storage.turns import LEASE, anywhere
from bot.storage.vault import Vault
from tests.back_ends import KEY, BackEnd
from tests.contract.store_kit import ANNA, SCREEN, Open, back_at, claim, knock, knocks, look, states, turn
from tests.kit import EVENING

pytestmark = pytest.mark.asyncio


async def test_a_missed_knock_is_told_once_and_a_missed_answer_never(store: SqlStore, back_end: BackEnd) -> None:
    answer = (await turn(store, "0")).parcel
    assert answer is not None
    await store.settle_parcel(answer, Refused("closed"), EVENING)
    assert (await look(store)).missed == 0
    await store.settle_parcel(await knock(store), Refused("closed"), EVENING)
    assert (await look(store)).missed == 1
    assert await states(back_end) == ["expired"]
    await turn(store, "2")
    assert (await look(store)).missed == 0


async def test_a_knock_that_waits_is_gone_once_it_is_cancelled_moved_or_opened(store: SqlStore) -> None:
    changes: tuple[Effect, ...] = (
        CancelCheckIns(),
        PlanCheckIn("check_in", EVENING + timedelta(days=9)),
        SettleCheckIn("check_in", CheckInState.OPENED),
    )
    for number, change in enumerate(changes):
        parcel = await knock(store, str(number))
        await store.settle_parcel(parcel, Later(600), EVENING + timedelta(minutes=10))
        await turn(store, f"change {number}", change)
        assert not await store.still_ours(parcel, EVENING)
        waiting = await claim(store, EVENING + timedelta(days=1), 10)
        assert [late for late in waiting if late.check_in] == []


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
    assert await states(back_end) == ["sending"]
    [parcel] = await knocks(store, due)
    assert (parcel.attempt, parcel.again) == (1, False)
    await store.settle_parcel(parcel, Sent(), due)
    assert await states(back_end) == ["sent"]
    await turn(store, "2", SettleCheckIn("check_in", CheckInState.OPENED))
    assert await states(back_end) == ["opened"]


async def test_next_wake_is_the_earliest_thing_that_waits(store: SqlStore) -> None:
    assert await store.next_wake(["p"], check_ins=True) is None
    taken = await turn(store, "1", PlanCheckIn("check_in", EVENING + timedelta(hours=5)))
    assert await store.next_wake(["p"], check_ins=True) == EVENING + LEASE
    assert taken.parcel is not None
    assert await store.next_wake(["other"], check_ins=False) is None
    await store.settle_parcel(taken.parcel, Sent(), EVENING)
    assert await store.next_wake(["p"], check_ins=True) == EVENING + timedelta(hours=5)


async def test_a_knock_that_is_put_back_is_due_again_and_its_first_wake_up_means_nothing(
    store: SqlStore, back_end: BackEnd
) -> None:
    parcel = await knock(store)
    later = EVENING + timedelta(hours=2)
    await store.put_back(parcel, later)
    assert await states(back_end) == ["planned"]
    assert await knocks(store, later + 2 * LEASE) == []
    [again] = await store.claim_check_ins(later, 10)
    assert (again.id, again.due_at, again.gen) == (parcel.check_in, EVENING, 1)


async def test_a_knock_that_somebody_else_took_up_is_not_put_back(store: SqlStore, back_end: BackEnd) -> None:
    parcel = await knock(store)
    [other] = await knocks(store, EVENING + LEASE)
    await store.put_back(parcel, EVENING + LEASE)
    assert await states(back_end) == ["sending"]
    assert await store.still_ours(other, EVENING)


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
