"""The one core that serves every platform: take an event, post its answer, wake what is due."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from bot.content import Content
from bot.engine import advance
from bot.errors import ProgramError
from bot.forms import form_at
from bot.model import CheckIn, Event, Form, Person, PlanCheckIn, TimerFired, Turn
from bot.runtime.delivery import Delivery
from bot.runtime.logs import outline
from bot.runtime.points import Point, passing
from bot.runtime.ports import Clock, MovableClock, Snapshot, Store, Taken, Waker

log = logging.getLogger(__name__)

BATCH = 200
EXPIRY_EVERY = timedelta(hours=1)
# A skipped clock stops at what falls due on its way, so that nothing comes late; but not at every retry of a week.
STOPS_MOST = 50
AFTER_FAILURE = timedelta(seconds=5)


class Debriefing:
    """Implements bot.runtime.ports.Core."""

    def __init__(self, content: Content, store: Store, clock: Clock, waker: Waker) -> None:
        self.clock = clock
        self.apology = content.words.apology
        self.delivery = Delivery(store, clock, waker, content.words)
        self._content, self._store, self._waker = content, store, waker
        self._expired_at: datetime | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def take(self, event: Event) -> Taken:
        """Raises StorageFault when the event could not be made durable: then do not acknowledge it."""
        plans = False

        def decide(snapshot: Snapshot) -> Turn:
            nonlocal plans
            turn = advance(self._content, snapshot.conversation, event, missed=snapshot.missed > 0)
            plans = any(isinstance(effect, PlanCheckIn) for effect in turn.effects)
            return turn

        taken = await self._store.transact(event, decide)
        if plans:
            self._waker.nudge()
        return taken

    async def post(self, taken: Taken) -> None:
        if taken.parcel is not None:
            await self.delivery.deliver(taken.parcel)

    def form(self, step: str, choice: str) -> Form | None:
        return form_at(self._content, step, choice)

    async def arrived(self, person: Person) -> None:
        await self.delivery.arrived(person)

    async def skip(self, by: timedelta) -> None:
        clock = self.clock
        if not isinstance(clock, MovableClock):
            raise ProgramError("this clock cannot be skipped")
        until = clock.now() + by
        for _ in range(STOPS_MOST):
            due = await self._store.next_wake()
            if due is None or due >= until:
                break
            clock.skip(max(due - clock.now(), timedelta(0)))
            await self.work()
            await self.settled()
        clock.skip(max(until - clock.now(), timedelta(0)))
        self._waker.nudge()

    async def work(self) -> datetime | None:
        """Begin what is due; returns when something is due next. Never raises: what failed is tried again soon.

        Deliveries go on by themselves: one that hangs keeps nobody else's check-in waiting.
        """
        now = self.clock.now()
        try:
            check_ins = await self._store.claim_check_ins(now, BATCH)
            if check_ins:
                passing(Point.CHECK_INS_CLAIMED)
            for check_in in check_ins:
                self._begin(self._knock(check_in, now))
            for parcel in await self._store.claim_parcels(now, BATCH):
                self._begin(self.delivery.deliver(parcel))
            await self._expire(now)
            return await self._store.next_wake()
        except Exception as error:
            log.error("what is due could not be done, trying again in %s: %s", AFTER_FAILURE, outline(error))
            return now + AFTER_FAILURE

    async def settled(self, within_s: float = 5.0) -> None:
        """Wait for the deliveries under way; after `within_s` seconds they are cancelled, and their leases end."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=within_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a check-in was not taken, its lease brings it back: %s", outline(error))

    async def _knock(self, check_in: CheckIn, now: datetime) -> None:
        delivery_id = f"check-in:{check_in.id}:{check_in.gen}"
        event = TimerFired(delivery_id=delivery_id, person=check_in.person, at=now, check_in=check_in)
        taken = await self.take(event)
        passing(Point.KNOCK_TAKEN)
        await self.post(taken)

    async def _expire(self, now: datetime) -> None:
        if self._expired_at is None or now - self._expired_at >= EXPIRY_EVERY:
            await self._store.expire(now)
            self._expired_at = now
