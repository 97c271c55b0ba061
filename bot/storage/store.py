"""The Store on SQLite: a turn is one hop into the database's thread. Queries by name from queries.sql.

Rows hold ids, states and instants; all that a person wrote is sealed to them before it is written.
"""

import logging
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiosql
from pydantic import TypeAdapter, ValidationError

from bot.errors import ProgramError, StorageFault
from bot.model import (
    CancelCheckIns,
    CheckIn,
    CheckInState,
    Conversation,
    Effect,
    Event,
    Forget,
    Handle,
    Person,
    PlanCheckIn,
    Record,
    Screen,
    SettleCheckIn,
    TimerFired,
    Turn,
)
from bot.runtime.points import Point, passing
from bot.runtime.ports import Decide, Later, Parcel, Receipt, Refused, Sent, Snapshot, Taken
from bot.storage.sqlite import Database
from bot.storage.vault import Vault

# A send is given up on well before this, so a lease that ran out means that its holder is gone.
LEASE = timedelta(minutes=2)
KEEP_TEXT = timedelta(days=90)
KEEP_DELIVERY_IDS = timedelta(days=7)
KEEP_PARKED = timedelta(days=30)
log = logging.getLogger(__name__)

_CANARY = b"debrief"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# aiosql makes its methods from the file, so their types are not known to the checker.
Queries: Any = aiosql.from_path(Path(__file__).parent / "queries.sql", "sqlite3")

Value = TypeVar("Value")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Body:
    """What a parcel's sealed body holds."""

    screen: Screen
    handle: Handle | None


_CONVERSATION = TypeAdapter(Conversation)
_BODY = TypeAdapter(_Body)
_SLOTS = TypeAdapter(dict[str, str])


def micros(at: datetime) -> int:
    """An aware time as UTC microseconds, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    return _EPOCH + value * _MICROSECOND


class SqliteStore:
    """Implements bot.runtime.ports.Store."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def open(self) -> None:
        """Open the file; take back what a crash left leased. Raises StorageFault, also for a wrong key ring."""
        await self._database.open()
        try:
            await self._database.run(self._recover)
        except BaseException:
            await self._database.close()
            raise

    async def close(self) -> None:
        await self._database.close()

    async def transact(self, event: Event, decide: Decide) -> Taken:
        passing(Point.TURN_BEGUN)
        taken = await self._database.run(lambda connection: self._turn(connection, event, decide))
        passing(Point.TURN_COMMITTED)
        return taken

    async def claim_parcels(self, now: datetime, most: int) -> Sequence[Parcel]:
        return await self._database.run(lambda connection: self._claim_parcels(connection, now, most))

    async def still_ours(self, parcel: Parcel) -> bool:
        found = await self._database.run(lambda c: Queries.parcel_still_ours(c, id=parcel.id, attempt=parcel.attempt))
        return bool(found)

    async def settle_parcel(self, parcel: Parcel, receipt: Receipt, retry_at: datetime) -> None:
        await self._database.run(lambda connection: _settle(connection, parcel, receipt, retry_at))

    async def claim_check_ins(self, now: datetime, most: int) -> Sequence[CheckIn]:
        return await self._database.run(lambda connection: _claim_check_ins(connection, now, most))

    async def wake_parcels(self, person: Person, now: datetime) -> None:
        await self._database.run(lambda c: Queries.parcels_wake(c, now=micros(now), **_address(person)))

    async def next_wake(self) -> datetime | None:
        return await self._database.run(_next_wake)

    async def expire(self, now: datetime) -> int:
        return await self._database.run(lambda connection: _expire(connection, now))

    def _recover(self, connection: sqlite3.Connection) -> None:
        sealed = Queries.meta_get(connection, name="canary")
        if sealed is None:
            Queries.meta_put(connection, name="canary", value=self._vault.seal(_CANARY, None))
        elif self._vault.unseal(sealed, None) != _CANARY:
            raise StorageFault("The database was sealed with other keys than DEBRIEF_SECRET_KEYS.")
        else:
            Queries.meta_put(connection, name="canary", value=self._vault.seal(_CANARY, None))
        Queries.parcels_recover(connection)
        Queries.check_ins_recover(connection)

    def _turn(self, connection: sqlite3.Connection, event: Event, decide: Decide) -> Taken:
        delivery_id = f"{event.person.platform}:{event.delivery_id}"
        if Queries.inbox_knows(connection, delivery_id=delivery_id):
            return Taken(None)
        if isinstance(event, TimerFired) and not _still_wanted(connection, event.check_in):
            return Taken(None)
        row = Queries.person_find(connection, **_address(event.person))
        conversation = self._open(_CONVERSATION, row[2], event.person) if row else Conversation()
        missed = Queries.knocks_parked(connection, **_address(event.person))
        turn = decide(Snapshot(conversation, missed))
        person_id = self._apply(connection, event, turn, row)
        Queries.inbox_add(connection, delivery_id=delivery_id, person_id=person_id, at=micros(event.at))
        if turn.screen is None:
            return Taken(None)
        Queries.parcels_unpark(connection, **_address(event.person))
        Queries.parcels_supersede(connection, **_address(event.person))
        taken = Taken(self._post(connection, event, turn.screen))
        passing(Point.TURN_WRITTEN)
        return taken

    def _apply(self, connection: sqlite3.Connection, event: Event, turn: Turn, row: Row | None) -> int | None:
        """Write the conversation and the effects; returns the person's row id, or None when they were forgotten."""
        at = micros(event.at)
        if any(isinstance(effect, Forget) for effect in turn.effects):
            if row is not None:
                _forget(connection, int(row[0]), event.person)
            return None
        body = self._vault.seal(_CONVERSATION.dump_json(turn.conversation), event.person)
        if row is None:
            person_id = int(Queries.person_add(connection, body=body, at=at, **_address(event.person)))
        else:
            person_id = int(row[0])
            if not Queries.person_update(connection, person_id=person_id, revision=row[1], body=body, at=at):
                raise ProgramError("a conversation changed under its own turn")
        for effect in turn.effects:
            self._effect(connection, effect, event, turn, person_id)
        return person_id

    def _effect(self, connection: sqlite3.Connection, effect: Effect, event: Event, turn: Turn, person_id: int) -> None:
        if isinstance(effect, PlanCheckIn):
            row = {"person_id": person_id, "flow": effect.flow, "due_at": micros(effect.due_at)}
            row["debrief"] = turn.conversation.debrief
            Queries.check_ins_pass(connection, person_id=person_id)
            Queries.knocks_drop(connection, **_address(event.person))
            if not Queries.check_in_move(connection, **row):
                Queries.check_in_add(connection, **row)
        elif isinstance(effect, CancelCheckIns):
            Queries.check_ins_cancel(connection, person_id=person_id, flow=effect.flow)
            Queries.knocks_drop(connection, **_address(event.person))
        elif isinstance(effect, SettleCheckIn):
            Queries.check_ins_settle(connection, person_id=person_id, state=CheckInState(effect.state))
            Queries.knocks_drop(connection, **_address(event.person))
        elif isinstance(effect, Record):
            body = self._vault.seal(_SLOTS.dump_json(dict(effect.slots)), event.person)
            Queries.debrief_put(connection, person_id=person_id, number=effect.debrief, body=body, at=micros(event.at))

    def _post(self, connection: sqlite3.Connection, event: Event, screen: Screen) -> Parcel:
        """Put the screen in the outbox, leased to us: delivery begins right after the commit."""
        key = secrets.token_hex(12)
        check_in = event.check_in.id if isinstance(event, TimerFired) else 0
        sealed = self._vault.seal(_BODY.dump_json(_Body(screen, event.handle)), event.person)
        parcel_id = Queries.parcel_add(
            connection,
            key=key,
            body=sealed,
            made_at=micros(event.at),
            wake_at=micros(event.at + LEASE),
            check_in=check_in,
            **_address(event.person),
        )
        return Parcel(int(parcel_id), key, event.person, screen, event.at, event.handle, check_in)

    def _claim_parcels(self, connection: sqlite3.Connection, now: datetime, most: int) -> list[Parcel]:
        parcels = []
        for row in list(Queries.parcels_due(connection, now=micros(now), most=most)):
            parcel_id, key, platform, workspace, user, sealed, state, made_at, attempt, check_in = row
            person = Person(platform, workspace, user)
            try:
                body = self._open(_BODY, sealed, person)
            except StorageFault as fault:
                # One row that does not open may not keep everybody else's from going out.
                log.error("parcel %s is set aside: %s", parcel_id, fault)
                Queries.parcel_park(connection, id=parcel_id)
                continue
            Queries.parcel_lease(connection, id=parcel_id, wake_at=micros(now + LEASE))
            parcels.append(
                Parcel(
                    id=parcel_id,
                    key=key,
                    person=person,
                    screen=body.screen,
                    made_at=instant(made_at),
                    handle=body.handle,
                    check_in=check_in,
                    again=state == "sending",
                    attempt=attempt + 1,
                )
            )
        return parcels

    def _open(self, adapter: TypeAdapter[Value], sealed: bytes, person: Person) -> Value:
        text = self._vault.unseal(sealed, person)
        try:
            return adapter.validate_json(text)
        except ValidationError:
            # Its own words would quote the person's.
            raise StorageFault("A sealed row has another shape than this version of Debrief knows.") from None


def _address(person: Person) -> dict[str, str]:
    return {"platform": person.platform, "workspace": person.workspace, "user": person.user}


def _still_wanted(connection: sqlite3.Connection, check_in: CheckIn) -> bool:
    """Take a leased check-in to `sending`; False when it was moved, cancelled or sent since it was claimed."""
    return bool(Queries.check_in_send(connection, id=check_in.id, gen=check_in.gen))


def _forget(connection: sqlite3.Connection, person_id: int, person: Person) -> None:
    Queries.person_forget_inbox(connection, person_id=person_id)
    Queries.person_forget_debriefs(connection, person_id=person_id)
    Queries.person_forget_check_ins(connection, person_id=person_id)
    Queries.person_forget_parcels(connection, **_address(person))
    Queries.person_forget(connection, person_id=person_id)


def _settle(connection: sqlite3.Connection, parcel: Parcel, receipt: Receipt, retry_at: datetime) -> None:
    if isinstance(receipt, Sent):
        Queries.parcel_done(connection, id=parcel.id)
        Queries.check_in_sent(connection, id=parcel.check_in)
    elif isinstance(receipt, Later):
        Queries.parcel_retry(connection, id=parcel.id, wake_at=micros(retry_at))
    elif isinstance(receipt, Refused):
        Queries.parcel_park(connection, id=parcel.id)
        Queries.check_in_undeliverable(connection, id=parcel.check_in)
    else:
        Queries.parcel_unknown(connection, id=parcel.id, wake_at=micros(retry_at))


def _claim_check_ins(connection: sqlite3.Connection, now: datetime, most: int) -> list[CheckIn]:
    found = []
    for row in list(Queries.check_ins_due(connection, now=micros(now), most=most)):
        check_in_id, platform, workspace, user, flow, debrief, due_at, gen = row
        Queries.check_in_lease(connection, id=check_in_id, gen=gen, wake_at=micros(now + LEASE))
        found.append(CheckIn(check_in_id, Person(platform, workspace, user), flow, debrief, instant(due_at), gen))
    return found


def _next_wake(connection: sqlite3.Connection) -> datetime | None:
    waiting = [Queries.next_check_in(connection), Queries.next_parcel(connection)]
    known = [value for value in waiting if value is not None]
    return instant(min(known)) if known else None


def _expire(connection: sqlite3.Connection, now: datetime) -> int:
    removed: int = 0
    for row_id, platform, workspace, user in list(Queries.people_stale(connection, before=micros(now - KEEP_TEXT))):
        _forget(connection, row_id, Person(platform, workspace, user))
        removed += 1
    removed += Queries.debriefs_expire(connection, before=micros(now - KEEP_TEXT))
    removed += Queries.check_ins_expire(connection, before=micros(now - KEEP_TEXT))
    removed += Queries.inbox_expire(connection, before=micros(now - KEEP_DELIVERY_IDS))
    removed += Queries.parcels_expire(connection, before=micros(now - KEEP_PARKED))
    return int(removed)
