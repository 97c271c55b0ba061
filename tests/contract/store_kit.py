"""What the store tests share: two people, one screen, and the moves of a turn in few words."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import pytest

from bot.model import (
    Choice,
    Conversation,
    Effect,
    MessageReceived,
    Person,
    PlanCheckIn,
    Screen,
    TimerFired,
    Turn,
)
from bot.runtime.ports import Parcel, Snapshot, Store, Taken
from bot.storage.store import SqlStore
from bot.storage.turns import LEASE
from tests.back_ends import BackEnd
from tests.kit import EVENING

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


async def states(back_end: BackEnd) -> list[str]:
    return [row[0] for row in await back_end.rows("SELECT state FROM check_ins")]
