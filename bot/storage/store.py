"""The Store: its scripts, played by whichever database there is. Queries by name from queries.sql.

Rows hold ids, states and instants; all that a person wrote is sealed to them before it is written.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.errors import StorageFault
from bot.model import CheckIn, Event, Person
from bot.runtime.points import Point, passing
from bot.runtime.ports import CHECK_IN, Decide, Later, Parcel, Receipt, Refused, Sent, Taken, Wake
from bot.storage import schema
from bot.storage.bodies import BODY, address, instant, micros, unseal
from bot.storage.script import Database, Lock, Script, query
from bot.storage.turns import LEASE, Row, Turns, anywhere, forget, new_key
from bot.storage.vault import Vault

# For how long words are kept: as the person chose, or usually; nobody's go sooner than the least.
KEEP_LEAST, KEEP_USUAL = timedelta(days=7), timedelta(days=90)
KEEP_CHECK_INS = timedelta(days=90)
KEEP_DELIVERY_IDS = timedelta(days=7)
KEEP_PARKED = timedelta(days=30)
# Nothing waits longer for its next try; a row that does was written while the clock was wrong.
WAITS_LONGEST = timedelta(hours=6)
# How many workspaces share one claim.
SHARING_MOST = 16
# How many people one expiry forgets: each holds a lock until its end.
EXPIRE_MOST = 200
log = logging.getLogger(__name__)

_CANARY = b"debrief"


class SqlStore:
    """Implements bot.runtime.ports.Store."""

    def __init__(self, database: Database, vault: Vault, jitter: Callable[[timedelta], timedelta] = anywhere) -> None:
        self._database = database
        self._vault = vault
        self._turns = Turns(vault, jitter)
        # However much one person sends at once, they hold one connection.
        self._people: WeakValueDictionary[Person, asyncio.Lock] = WeakValueDictionary()

    async def open(self) -> None:
        """Raises StorageFault, also for a wrong key ring and beside a move; nothing stays open then."""
        await self._database.open()
        try:
            await self._database.run(self._prove_keys)
            if not self._database.shared:
                await self._database.run(_recover)
        except BaseException:
            await self._database.close()
            raise

    async def close(self) -> None:
        await self._database.close()

    async def transact(self, event: Event, decide: Decide) -> Taken:
        passing(Point.TURN_BEGUN)
        key = new_key()
        shared = self._database.shared
        async with self._people.setdefault(event.person, asyncio.Lock()) if shared else nullcontext():
            taken = await self._database.run(lambda: self._turns.turn(event, decide, key))
        passing(Point.TURN_COMMITTED)
        return taken

    async def claim_parcels(
        self, platform: str, now: datetime, most: int, but: Collection[str] = ()
    ) -> Sequence[Parcel]:
        return await self._database.run(lambda: self._claim_parcels(platform, now, most, but), long=True)

    async def still_ours(self, parcel: Parcel, until: datetime) -> bool:
        return await self._database.run(lambda: _still_ours(parcel, micros(until)))

    async def settle_parcel(self, parcel: Parcel, receipt: Receipt, retry_at: datetime) -> None:
        # Undone by a power cut, it is found out anew whether the parcel arrived.
        await self._database.run(lambda: _settle(parcel, receipt, retry_at), durable=not isinstance(receipt, Sent))

    async def put_back(self, parcel: Parcel, now: datetime) -> None:
        await self._database.run(lambda: _put_back(parcel, now))

    async def claim_check_ins(self, now: datetime, most: int) -> Sequence[CheckIn]:
        return await self._database.run(lambda: _claim_check_ins(now, most), long=True)

    async def wake_parcels(self, person: Person, now: datetime) -> None:
        await self._database.run(lambda: _wake_parcels(person, now))

    async def next_wake(self, platforms: Collection[str], *, check_ins: bool) -> datetime | None:
        return await self._database.run(lambda: _next_wake(platforms, check_ins=check_ins))

    async def expire(self, now: datetime) -> int:
        return await self._database.run(lambda: _expire(now, shared=self._database.shared), long=True)

    @property
    def abreast(self) -> int:
        return self._database.abreast

    def _prove_keys(self) -> Script[None]:
        """The canary is sealed anew each time, so that a move sees whether its source was open in between."""
        for mark, why in schema.SHUT.items():
            if (yield query("meta_get", name=mark)) is not None:
                raise StorageFault(why)
        sealed = yield query("meta_get", name="canary")
        if sealed is not None and self._vault.unseal(sealed, None) != _CANARY:
            raise StorageFault("The database was sealed with other keys than DEBRIEF_SECRET_KEYS.")
        yield query("meta_put", name="canary", value=self._vault.seal(_CANARY, None))

    def _claim_parcels(self, platform: str, now: datetime, most: int, but: Collection[str]) -> Script[Sequence[Parcel]]:
        """What was under way first: it may have arrived. Then what is ready, each workspace its share."""
        rows = yield query("workspaces_due", platform=platform, now=micros(now))
        waiting = [row[0] for row in rows if row[0] not in but]
        parcels: list[Parcel] = []
        span = {"now": micros(now), "until": micros(now + LEASE), "platform": platform}
        for state in ("sending", "ready"):
            sharing = random.sample(waiting, min(len(waiting), SHARING_MOST))
            for place, workspace in enumerate(sharing):
                share = -(-(most - len(parcels)) // (len(sharing) - place))
                if share <= 0:
                    break
                rows = yield query("parcels_claim", state=state, workspace=workspace, most=share, **span)
                for row in sorted(rows):
                    parcel = yield from self._parcel(platform, workspace, row, again=state == "sending")
                    parcels += [parcel] if parcel else []
        return parcels

    def _parcel(self, platform: str, workspace: str, row: Row, *, again: bool) -> Script[Parcel | None]:
        parcel_id, key, user, sealed, made_at, attempt, check_in = row
        person = Person(platform, workspace, user)
        try:
            body = unseal(self._vault, BODY, sealed, person)
        except StorageFault as fault:
            # One row that does not open may not keep everybody else's from going out.
            log.error("parcel %s is set aside: %s", parcel_id, fault)
            yield query("parcel_park", id=parcel_id, attempt=attempt)
            return None
        return Parcel(
            id=parcel_id,
            key=key,
            person=person,
            screen=body.screen,
            made_at=instant(made_at),
            handle=body.handle,
            check_in=check_in,
            again=again,
            attempt=attempt,
            reach=body.reach,
        )


def _recover() -> Script[None]:
    """Nobody else is here: whatever is leased was left by a crash."""
    yield query("parcels_recover")
    yield query("check_ins_recover")


def _still_ours(parcel: Parcel, until_us: int) -> Script[bool]:
    return bool((yield query("parcel_still_ours", id=parcel.id, attempt=parcel.attempt, until=until_us)))


def _settle(parcel: Parcel, receipt: Receipt, retry_at: datetime) -> Script[None]:
    yield Lock(parcel.person)
    if isinstance(receipt, Sent):
        yield query("parcel_done", id=parcel.id)
        if parcel.check_in:
            yield query("check_in_sent", id=parcel.check_in)
        return
    mine = {"id": parcel.id, "attempt": parcel.attempt}
    if isinstance(receipt, Refused):
        if (yield query("parcel_park", **mine)):
            yield query("check_in_undeliverable", id=parcel.check_in)
        return
    put_off = "parcel_retry" if isinstance(receipt, Later) else "parcel_unknown"
    if (yield query(put_off, wake_at=micros(retry_at), **mine)):
        yield Wake(parcel.person.platform, parcel.id, parcel.attempt, micros(retry_at))


def _put_back(parcel: Parcel, now: datetime) -> Script[None]:
    yield Lock(parcel.person)
    if not (yield from _still_ours(parcel, 0)):
        return
    yield query("parcel_done", id=parcel.id)
    gen = yield query("check_in_back", id=parcel.check_in, wake_at=micros(now))
    if gen is not None:
        yield Wake(CHECK_IN, parcel.check_in, gen[0], micros(now))


def _claim_check_ins(now: datetime, most: int) -> Script[Sequence[CheckIn]]:
    rows = yield query("check_ins_claim", now=micros(now), until=micros(now + LEASE), most=most)
    return [
        CheckIn(row[0], Person(row[1], row[2], row[3]), row[4], row[5], instant(row[6]), row[7])
        for row in sorted(rows, key=lambda row: row[6])
    ]


def _wake_parcels(person: Person, now: datetime) -> Script[None]:
    yield Lock(person)
    for row in (yield query("parcels_wake", now=micros(now), **address(person))):
        yield Wake(person.platform, row[0], row[1], micros(now))


def _next_wake(platforms: Collection[str], *, check_ins: bool) -> Script[datetime | None]:
    wanted = [query("next_parcel", platform=platform) for platform in platforms]
    if check_ins:
        wanted.append(query("next_check_in"))
    first: int | None = None
    for one in wanted:
        at = yield one
        first = at if first is None or (at is not None and at < first) else first
    return None if first is None else instant(first)


def _expire(now: datetime, *, shared: bool) -> Script[int]:
    removed, latest = 0, micros(now - KEEP_LEAST)
    stale = yield query("people_stale", now=micros(now), latest=latest, most=EXPIRE_MOST)
    for row_id, platform, workspace, user in stale:
        yield Lock(Person(platform, workspace, user))
        # Somebody may have come back between the look and the lock.
        if (yield query("person_stale", person_id=row_id, now=micros(now))):
            yield from forget(row_id, Person(platform, workspace, user))
            removed += 1
    removed += yield query("debriefs_expire_sooner", now=micros(now))
    removed += yield query("debriefs_expire", now=micros(now), usual=micros(now - KEEP_USUAL))
    removed += yield query("check_ins_expire", before=micros(now - KEEP_CHECK_INS))
    removed += yield query("inbox_expire", before=micros(now - KEEP_DELIVERY_IDS))
    removed += yield query("parcels_expire", before=micros(now - KEEP_PARKED))
    for stuck in ("parcels_unstick", "check_ins_unstick")[: 1 + shared]:
        removed += yield query(stuck, now=micros(now), horizon=micros(now + WAITS_LONGEST))
    return int(removed)
