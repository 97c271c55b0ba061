"""The one core that serves every platform: take an event, post its answer, wake what is due."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
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
from bot.runtime.ports import Clock, MovableClock, Platform, Snapshot, Store, Taken, Waker

log = logging.getLogger(__name__)

# Check-ins claimed at once, and their turns under way at most.
FIRST_BATCH, BATCH, KNOCKS_MOST = 100, 1600, 3200
EXPIRY_EVERY = timedelta(hours=1)
# While a workspace asks for quiet, the others are looked after this often, in seconds.
QUIET_LOOK_S = 1.0
# A skipped clock stops at what falls due on its way, so that nothing comes late; but not at every retry of a week.
STOPS_MOST = 50
AFTER_FAILURE = timedelta(seconds=5)


class Debriefing:
    """Implements bot.runtime.ports.Core."""

    def __init__(self, content: Content, store: Store, clock: Clock, waker: Waker, *, keeps_time: bool = True) -> None:
        """`keeps_time`: what falls due and what expires is done here, whatever the platform."""
        self.clock = clock
        self._keeps_time = keeps_time
        self._platforms: tuple[str, ...] = ()
        self.languages: Sequence[str] = (content.language, *content.translations)
        self.delivery = Delivery(store, clock, waker, content)
        self._content, self._store, self._waker = content, store, waker
        self._expired_at: datetime | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._knocks = 0
        # Knocks leave room for people who wait for their answer.
        self._knocking = asyncio.Semaphore(store.abreast)

    def serve(self, platforms: Mapping[str, Platform]) -> None:
        """The platforms whose parcels are delivered here."""
        self._platforms = tuple(platforms)
        self.delivery.serve(platforms)

    async def take(self, event: Event) -> Taken:
        """Raises StorageFault when the event could not be made durable: then do not acknowledge it."""
        plans = False

        def decide(snapshot: Snapshot) -> Turn:
            nonlocal plans
            turn = advance(self._content, snapshot.conversation, event, missed=snapshot.missed > 0, past=snapshot.past)
            plans = any(isinstance(effect, PlanCheckIn) for effect in turn.effects)
            return turn

        taken = await self._store.transact(event, decide)
        if plans:
            self._waker.nudge()
        return taken

    async def post(self, taken: Taken) -> None:
        if taken.parcel is not None:
            await self.delivery.deliver(taken.parcel)

    def words(self, language: str) -> Mapping[str, str]:
        return self._spoken(language).platform_words

    def apology(self, language: str) -> str:
        return self._spoken(language).words.apology

    def form(self, step: str, choice: str, language: str) -> Form | None:
        return form_at(self._spoken(language), step, choice)

    def _spoken(self, language_or_locale: str) -> Content:
        return self._content.spoken(language_or_locale[:2].casefold())

    async def arrived(self, person: Person) -> None:
        await self.delivery.arrived(person)

    async def skip(self, by: timedelta) -> None:
        clock = self.clock
        if not isinstance(clock, MovableClock):
            raise ProgramError("this clock cannot be skipped")
        until = clock.now() + by
        for _ in range(STOPS_MOST):
            due = await self._next(clock.now())
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
            if self._keeps_time:
                await self._claim_check_ins(now)
            for platform in self._platforms:
                await self._claim_parcels(platform, now)
            if self._keeps_time:
                await self._expire(now)
            return await self._next(now)
        except Exception as error:
            log.error("what is due could not be done, trying again in %s: %s", AFTER_FAILURE, outline(error))
            return now + AFTER_FAILURE

    async def _claim_check_ins(self, now: datetime) -> None:
        """A few first, so that they do not wait for the many; then more and more at once."""
        batch = FIRST_BATCH
        while (room := min(batch, KNOCKS_MOST - self._knocks)) > 0:
            check_ins = await self._store.claim_check_ins(now, room)
            batch = min(2 * batch, BATCH)
            if check_ins:
                passing(Point.CHECK_INS_CLAIMED)
            self._knocks += len(check_ins)
            for check_in in check_ins:
                self._begin(self._knock(check_in))
            if len(check_ins) < room:
                return

    async def _claim_parcels(self, platform: str, now: datetime) -> None:
        hushed = self.delivery.hushed(platform)
        room = 0 if "" in hushed else self.delivery.room(platform)
        if room == 0:
            return
        for parcel in await self._store.claim_parcels(platform, now, room, hushed.keys()):
            self.delivery.hold(parcel)
            self._begin(self.delivery.deliver_claimed(parcel))

    async def _next(self, now: datetime) -> datetime | None:
        """When to look again. Where nothing more may be claimed just now, whoever makes room nudges."""
        hushed = {platform: self.delivery.hushed(platform) for platform in self._platforms}
        open_ones = [platform for platform in self._platforms if not hushed[platform] and self.delivery.room(platform)]
        check_ins = self._keeps_time and self._knocks < KNOCKS_MOST
        at = await self._store.next_wake(open_ones, check_ins=check_ins)
        quiet = [
            now + timedelta(seconds=min(left, QUIET_LOOK_S)) for quiet in hushed.values() for left in quiet.values()
        ]
        return min([at, *quiet] if at else quiet, default=None)

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

    async def _knock(self, check_in: CheckIn) -> None:
        delivery_id = f"check-in:{check_in.id}:{check_in.gen}"
        try:
            async with self._knocking:
                now = self.clock.now()
                await self.take(TimerFired(delivery_id=delivery_id, person=check_in.person, at=now, check_in=check_in))
            passing(Point.KNOCK_TAKEN)
        finally:
            self._knocks -= 1
            self._waker.nudge()

    async def _expire(self, now: datetime) -> None:
        # A clock that was set back would otherwise put it off by as much.
        if self._expired_at is None or abs(now - self._expired_at) >= EXPIRY_EVERY:
            if await self._store.expire(now) == 0:
                self._expired_at = now
            else:
                self._waker.nudge()
