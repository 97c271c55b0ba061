"""What a Store keeps for a person beyond the turn: the past, for how long, and each promise by itself."""

from collections.abc import Mapping
from datetime import timedelta

import aiosql
import pytest

from bot.model import (
    CancelCheckIns,
    CheckInState,
    Debrief,
    KeepFor,
    Person,
    PlanCheckIn,
    Record,
    SettleCheckIn,
    TimerFired,
    Turn,
)
from bot.runtime.ports import Snapshot
from bot.storage.script import QUERIES
from bot.storage.store import SqlStore
from bot.storage.turns import LEASE
from tests.back_ends import BackEnd
from tests.contract.store_kit import ANNA, BEN, SCREEN, knocks, said, turn
from tests.kit import EVENING

pytestmark = pytest.mark.asyncio


async def test_a_turn_that_needs_the_past_is_decided_again_with_it(store: SqlStore) -> None:
    await turn(store, "1", Record(1, {"feeling": "hurt"}))
    await turn(store, "2", Record(2, {"feeling": "angry"}))
    await turn(store, "3", Record(1, {"feeling": "theirs"}), person=BEN)
    seen: list[tuple[Debrief, ...] | None] = []

    def decide(snapshot: Snapshot) -> Turn:
        seen.append(snapshot.past)
        return Turn(snapshot.conversation, SCREEN, (Record(3, {"feeling": "sad"}),), needs_past=snapshot.past is None)

    await store.transact(said("look"), decide)
    past = (Debrief(2, EVENING, {"feeling": "angry"}), Debrief(1, EVENING, {"feeling": "hurt"}))
    assert seen == [None, past]
    seen.clear()
    await store.transact(said("first words", Person("p", "w", "new")), decide)
    assert seen == [None, ()]


async def test_words_are_kept_for_as_long_as_the_person_chose(store: SqlStore, back_end: BackEnd) -> None:
    await turn(store, "anna", Record(1, {"note": "x"}), KeepFor(7))
    await turn(store, "ben", Record(1, {"note": "x"}), KeepFor(365), person=BEN)
    await turn(store, "cy", Record(1, {"note": "x"}), person=Person("p", "w", "cy"))
    left = "SELECT user_id FROM people JOIN debriefs ON person_id = people.id ORDER BY user_id"

    async def kept(after_days: float) -> list[str]:
        while await store.expire(EVENING + timedelta(days=after_days)):
            pass
        return [row[0] for row in await back_end.rows(left)]

    assert await kept(6.9) == ["anna", "ben", "cy"]
    assert await kept(7.1) == ["ben", "cy"]
    assert await kept(89.9) == ["ben", "cy"]
    assert await kept(90.1) == ["ben"]
    assert await kept(364.9) == ["ben"]
    assert await kept(365.1) == []


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("debriefs_expire_sooner", "people_kept_shorter"),
        ("debriefs_expire", "closed_at<?"),
        ("check_ins_recover", "check_ins_leased"),
        ("check_ins_unstick", "check_ins_leased"),
    ],
)
@pytest.mark.usefixtures("store")
async def test_what_there_is_nothing_to_do_with_is_not_looked_at(back_end: BackEnd, name: str, found_by: str) -> None:
    """Most debriefs are younger than the usual time, most check-ins wait: a look at each would hold up everybody."""
    if back_end.name == "postgresql":
        pytest.skip("it plans by the size of the tables, which are empty here")
    plan = await back_end.rows(f"EXPLAIN QUERY PLAN {_spelled(name, {'now': 0, 'usual': 0, 'horizon': 0})}")
    assert [step for *_, step in plan if found_by in step], plan
    assert not [step for *_, step in plan if step.startswith("SCAN") and found_by not in step], plan


def _spelled(name: str, values: Mapping[str, int]) -> str:
    sql = str(getattr(aiosql.from_path(QUERIES, "sqlite3"), name).sql)
    for key, value in values.items():
        sql = sql.replace(f":{key}", str(value))
    return sql


async def test_what_comes_of_one_check_in_leaves_the_others_alone(store: SqlStore, back_end: BackEnd) -> None:
    for flow in ("check_in", "hold"):
        await turn(store, f"plan {flow}", PlanCheckIn(flow, EVENING))
    for check_in in await store.claim_check_ins(EVENING, 10):
        fired = TimerFired(delivery_id=f"fired {check_in.id}", person=ANNA, at=EVENING, check_in=check_in)
        await store.transact(fired, lambda s: Turn(s.conversation, SCREEN))
    states = "SELECT flow, state FROM check_ins ORDER BY flow"
    await turn(store, "opened", SettleCheckIn("hold", CheckInState.OPENED))
    assert await back_end.rows(states) == [("check_in", "sending"), ("hold", "opened")]
    assert len(await knocks(store, EVENING)) == 1
    await turn(store, "again", PlanCheckIn("hold", EVENING + timedelta(days=1)))
    assert [row[1] for row in await back_end.rows(states)].count("sending") == 1
    await turn(store, "stop", CancelCheckIns())
    assert [state for _, state in await back_end.rows(states)] == ["cancelled", "skipped", "cancelled"]
    assert await knocks(store, EVENING + LEASE) == []
