"""What every Store must do with parcels: leased, sent, put off, shared out. Each back end runs the whole suite."""

from datetime import timedelta

import pytest

from bot.model import (
    Person,
    Turn,
)
from bot.runtime.ports import Later, Refused, Sent, Unknown
from bot.storage.store import SqlStore
from bot.storage.turns import LEASE
from tests.back_ends import BackEnd
from tests.contract.store_kit import ANNA, BEN, SCREEN, Open, back_at, claim, said, turn
from tests.kit import EVENING

pytestmark = pytest.mark.asyncio


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


async def test_a_try_that_was_put_off_while_the_clock_was_wrong_does_not_wait_for_ever(store: SqlStore) -> None:
    parcel = (await turn(store, "1")).parcel
    assert parcel is not None
    await store.settle_parcel(parcel, Later(1), EVENING + timedelta(days=1))
    await store.expire(EVENING)
    assert len(await claim(store, EVENING)) == 1


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
