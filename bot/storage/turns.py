"""The script of a turn: read what it needs to know, decide, write what comes of it. Rows as in queries.sql."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.errors import ProgramError
from bot.model import (
    CancelCheckIns,
    CheckInState,
    Conversation,
    Debrief,
    Effect,
    Event,
    Forget,
    KeepFor,
    Person,
    PlanCheckIn,
    Record,
    Screen,
    SettleCheckIn,
    TimerFired,
    Turn,
)
from bot.runtime.points import Point, passing
from bot.runtime.ports import CHECK_IN, Decide, Parcel, Snapshot, Taken, Wake
from bot.storage.bodies import BODY, CONVERSATION, SLOTS, Body, address, instant, micros, seal, unseal
from bot.storage.script import Lock, Script, query
from bot.storage.vault import Vault

# A send is given up on well before this, so a lease that ran out means that its holder is gone.
LEASE = timedelta(minutes=2)
# What a turn may look back on: a debrief a day, for as long as any is kept.
PAST_MOST = 366
_MICROSECOND = timedelta(microseconds=1)

Row = tuple[Any, ...]


def anywhere(window: timedelta) -> timedelta:
    """Somewhere in the window: check-ins asked for at the same minute do not all fall due at once."""
    return secrets.randbelow(window // _MICROSECOND + 1) * _MICROSECOND


def at_once(_: timedelta) -> timedelta:
    """At the window's beginning: for whoever skips time and must not wait."""
    return timedelta(0)


class Turns:
    """`jitter` says how far into its window a check-in comes."""

    def __init__(self, vault: Vault, jitter: Callable[[timedelta], timedelta]) -> None:
        self._vault, self._jitter = vault, jitter

    def turn(self, event: Event, decide: Decide, key: str) -> Script[Taken]:
        """`key` names the parcel, also when the script is played again because the answer to its commit was lost."""
        person, delivery_id = event.person, f"{event.person.platform}:{event.delivery_id}"
        yield Lock(person)
        if not (yield query("inbox_take", delivery_id=delivery_id, at=micros(event.at))):
            return Taken((yield from self._posted(event, key)))
        # A check-in that was moved, cancelled or sent since it was claimed is no longer wanted.
        if isinstance(event, TimerFired) and not (
            yield query("check_in_send", id=event.check_in.id, gen=event.check_in.gen)
        ):
            return Taken(None)
        row = yield query("person_find", **address(person))
        conversation = unseal(self._vault, CONVERSATION, row[2], person) if row else Conversation()
        missed, outdated = (row[3], row[4]) if row else (0, False)
        turn = decide(Snapshot(conversation, missed))
        if turn.needs_past:
            turn = decide(Snapshot(conversation, missed, (yield from self._past(event.person, row))))
        yield from self._apply(event, turn, row)
        if turn.screen is None:
            return Taken(None)
        if outdated:
            yield query("parcels_supersede", **address(person))
        taken = Taken((yield from self._post(event, key, turn.screen, turn.conversation.slots.get("reach", ""))))
        passing(Point.TURN_WRITTEN)
        return taken

    def _past(self, person: Person, row: Row | None) -> Script[tuple[Debrief, ...]]:
        rows = (yield query("debriefs_of", person_id=row[0], most=PAST_MOST)) if row else ()
        return tuple(Debrief(int(r[0]), instant(r[2]), unseal(self._vault, SLOTS, r[1], person)) for r in rows)

    def _apply(self, event: Event, turn: Turn, row: Row | None) -> Script[None]:
        """Write the conversation and the effects."""
        at = micros(event.at)
        if any(isinstance(effect, Forget) for effect in turn.effects):
            if row is not None:
                yield from forget(int(row[0]), event.person)
            return
        body = seal(self._vault, turn.conversation, event.person)
        if row is None:
            person_id = int((yield query("person_add", body=body, at=at, **address(event.person))))
        else:
            person_id = int(row[0])
            if not (yield query("person_update", person_id=person_id, revision=row[1], body=body, at=at)):
                raise ProgramError("a conversation changed under its own turn")
        for effect in turn.effects:
            yield from self._effect(effect, event, turn, person_id)

    def _effect(self, effect: Effect, event: Event, turn: Turn, person_id: int) -> Script[None]:
        if isinstance(effect, PlanCheckIn):
            yield from self._plan(effect, event.person, turn.conversation.debrief, person_id)
        elif isinstance(effect, CancelCheckIns):
            yield query("check_ins_cancel", person_id=person_id, flow=effect.flow)
            yield query("knocks_drop", person_id=person_id, flow=effect.flow, **address(event.person))
        elif isinstance(effect, SettleCheckIn):
            settled = {"person_id": person_id, "flow": effect.flow}
            yield query("check_ins_settle", state=str(CheckInState(effect.state)), **settled)
            yield query("knocks_drop", **settled, **address(event.person))
        elif isinstance(effect, KeepFor):
            yield query("person_keep", person_id=person_id, days=effect.days)
        elif isinstance(effect, Record):
            body = seal(self._vault, dict(effect.slots), event.person)
            yield query("debrief_put", person_id=person_id, number=effect.debrief, body=body, at=micros(event.at))

    def _plan(self, effect: PlanCheckIn, person: Person, debrief: int, person_id: int) -> Script[None]:
        wake_at = micros(effect.due_at + self._jitter(effect.window))
        row = {"person_id": person_id, "flow": effect.flow, "due_at": micros(effect.due_at), "wake_at": wake_at}
        yield query("check_ins_pass", person_id=person_id, flow=effect.flow)
        yield query("knocks_drop", person_id=person_id, flow=effect.flow, **address(person))
        moved = yield query("check_in_move", debrief=debrief, **row)
        check_in_id, gen = moved or ((yield query("check_in_add", debrief=debrief, **row)), 0)
        yield Wake(CHECK_IN, check_in_id, gen, wake_at)

    def _posted(self, event: Event, key: str) -> Script[Parcel | None]:
        """The parcel that this very call has put in the outbox before; None for a repeat of the event."""
        row = yield query("parcel_of_key", key=key)
        if row is None:
            return None
        body = unseal(self._vault, BODY, row[1], event.person)
        return Parcel(row[0], key, event.person, body.screen, instant(row[2]), body.handle, reach=body.reach)

    def _post(self, event: Event, key: str, screen: Screen, reach: str) -> Script[Parcel | None]:
        """Put the screen in the outbox. An answer is leased to us: its delivery begins right after the commit.

        A knock lies ready: it is claimed when the platform's pace has room for it, by whoever serves the platform.
        """
        person, at = event.person, micros(event.at)
        body = seal(self._vault, Body(screen, event.handle, reach), person)
        row = {"key": key, "body": body, "made_at": at, **address(person)}
        if isinstance(event, TimerFired):
            check_in = event.check_in.id
            parcel_id = yield query("parcel_add", state="ready", wake_at=at, attempt=0, check_in=check_in, **row)
            yield Wake(person.platform, parcel_id, 0, at)
            return None
        wake_at = micros(event.at + LEASE)
        parcel_id = yield query("parcel_add", state="sending", wake_at=wake_at, attempt=1, check_in=0, **row)
        return Parcel(int(parcel_id), key, person, screen, event.at, event.handle, reach=reach)


def new_key() -> str:
    """24 characters: what a platform calls the message."""
    return secrets.token_hex(12)


def forget(person_id: int, person: Person) -> Script[None]:
    for table in ("debriefs", "check_ins"):
        yield query(f"person_forget_{table}", person_id=person_id)
    yield query("person_forget_parcels", **address(person))
    yield query("person_forget", person_id=person_id)
