"""A parcel to its person, and what came of it written down. May crash anywhere: the lease brings the parcel back.

A knock that did not get through for an hour is put back: its check-in is due again, and the late rule decides.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from msgspec.structs import replace

from bot.content import Content
from bot.model import RESUME, Choice, Person, Screen
from bot.runtime.logs import outline
from bot.runtime.pace import Lanes
from bot.runtime.points import Point, passing
from bot.runtime.ports import Clock, Later, Parcel, Platform, Receipt, Sent, Store, Unknown, Waker

log = logging.getLogger(__name__)

# Well inside the lease, so that nobody else takes up a parcel that is still on its way.
SEND_S = 30.0
# An answer that was only just made is nobody else's yet.
JUST_MADE = timedelta(seconds=30)
# After this an answer is no longer read by somebody who is looking at the chat.
LATE = timedelta(minutes=2)
BACKOFF_FIRST, BACKOFF_LONGEST = timedelta(seconds=2), timedelta(minutes=10)
# A knock later than this is no longer what was asked for.
STALE_KNOCK = timedelta(hours=1)
# How many seconds of a platform's pace are in hand at most: well inside the lease, and enough to keep it busy.
IN_HAND_S, IN_HAND_LEAST = 1.0, 32
# What has not left within this time after it was claimed is looked up again before it does.
FRESH_S = 1.0


class Delivery:
    """One parcel at a time for each person, in the order in which they were given."""

    def __init__(self, store: Store, clock: Clock, waker: Waker, content: Content) -> None:
        self._platforms: Mapping[str, Platform] = {}
        self._lanes: dict[str, Lanes] = {}
        self._in_hand: Counter[str] = Counter()
        self._store, self._clock, self._waker, self._content = store, clock, waker, content
        self._turns: WeakValueDictionary[Person, asyncio.Lock] = WeakValueDictionary()

    def serve(self, platforms: Mapping[str, Platform]) -> None:
        """From now on these are ours."""
        self._platforms = platforms
        self._lanes = {name: Lanes(platform.pace) for name, platform in platforms.items()}

    def room(self, platform: str) -> int:
        """How many more parcels may be claimed now: none while the last ones are not half gone."""
        most = max(IN_HAND_LEAST, int(self._platforms[platform].pace.per_s * IN_HAND_S))
        left = most - self._in_hand[platform]
        return left if left >= most // 2 else 0

    def hushed(self, platform: str) -> Mapping[str, float]:
        """Workspaces of the platform that asked for quiet, and for how many seconds; "" means all of them."""
        return self._lanes[platform].hushed()

    async def deliver_claimed(self, parcel: Parcel) -> None:
        """A parcel that `room` had room for."""
        platform = parcel.person.platform
        try:
            await self.deliver(parcel)
        finally:
            was_full = not self.room(platform)
            self._in_hand[platform] -= 1
            if was_full and self.room(platform):
                self._waker.nudge()

    def hold(self, parcel: Parcel) -> None:
        """Count a claimed parcel as in hand; `deliver_claimed` lets it go."""
        self._in_hand[parcel.person.platform] += 1

    async def deliver(self, parcel: Parcel) -> None:
        """Send and settle. Never raises: what fails stays in the outbox."""
        platform = self._platforms.get(parcel.person.platform)
        if platform is None:
            return
        lane = self._lanes[platform.name].of(parcel.person.workspace)
        lock = self._turns.get(parcel.person) or self._turns.setdefault(parcel.person, asyncio.Lock())
        async with lock:
            if not await self._wanted(parcel):
                return
            looked_at = asyncio.get_running_loop().time()
            departure = None
            if parcel.handle is None:
                # The last thing before the send, so that messages leave as evenly as the lane lets them go.
                departure = await lane.turn(urgent=not parcel.check_in)
            if asyncio.get_running_loop().time() - looked_at > FRESH_S and not await self._wanted(parcel):
                return
            sent = self._discreet(parcel)
            passing(Point.SEND_NEXT)
            receipt = await self._send(platform, sent)
            # What was not even sent says nothing of how long a message is on its way.
            if departure is not None and not isinstance(receipt, Later):
                lane.answered(departure)
            passing(Point.SENT)
            try:
                await self._store.settle_parcel(parcel, receipt, self._retry_at(sent, receipt, self._clock.now()))
            except Exception as error:
                log.error("a delivery was not written down, its lease brings it back: %s", outline(error))
            passing(Point.SETTLED)
        if isinstance(receipt, Later) and receipt.everyone:
            lane.hush(receipt.after_s)
        if not isinstance(receipt, Sent):
            log.warning("%s: not delivered (%s)", parcel.person.platform, type(receipt).__name__)
            self._waker.nudge()

    async def _wanted(self, parcel: Parcel) -> bool:
        """A parcel may have waited behind others: it may be cancelled, or somebody else's, by now.

        It stays ours for as long as a send may take: its lease must not end while it is on its way.
        """
        now = self._clock.now()
        if parcel.attempt == 1 and not parcel.check_in and now - parcel.made_at < JUST_MADE:
            return True
        try:
            if self._stale(parcel) and not parcel.again:
                await self._store.put_back(parcel, now)
                self._waker.nudge()
                return False
            return await self._store.still_ours(parcel, now + timedelta(seconds=SEND_S))
        except Exception as error:
            log.error("a delivery waits for its lease to end: %s", outline(error))
            return False

    async def arrived(self, person: Person) -> None:
        """Deliver what waits for the person. Behind the lock: a send that just found nobody is written down first."""
        async with self._turns.setdefault(person, asyncio.Lock()):
            await self._store.wake_parcels(person, self._clock.now())
        self._waker.nudge()

    def _stale(self, parcel: Parcel) -> bool:
        return bool(parcel.check_in) and self._clock.now() - parcel.made_at > STALE_KNOCK

    async def _send(self, platform: Platform, parcel: Parcel) -> Receipt:
        try:
            async with asyncio.timeout(SEND_S):
                return await platform.send(parcel)
        except TimeoutError:
            return Unknown()
        except Exception as error:
            log.error("%s: send failed: %s", parcel.person.platform, outline(error))
            return Unknown()

    def _discreet(self, parcel: Parcel) -> Parcel:
        """A late answer says only that it is there: the phone may lie on the table by now.

        A handle is tried again only to settle whether the answer arrived; one that the platform turned down is dead.
        """
        now = self._clock.now()
        if self._stale(parcel):
            return replace(parcel, only_look=True)
        if parcel.handle is not None:
            turned_down = parcel.attempt > 1 and not parcel.again
            neutral = turned_down or parcel.handle.expires_at <= now
        else:
            neutral = not parcel.check_in and now - parcel.made_at > LATE
        if not neutral:
            return parcel
        return replace(parcel, handle=None, screen=self._neutral(parcel.screen))

    def _neutral(self, screen: Screen) -> Screen:
        words = self._content.spoken(screen.language).words
        return Screen(
            step=screen.step,
            visit=screen.visit,
            text=words.waiting,
            glance=words.glance,
            safety=screen.safety,
            choices=(Choice(RESUME, words.resume),),
            language=screen.language,
        )

    def _retry_at(self, parcel: Parcel, receipt: Receipt, now: datetime) -> datetime:
        backoff: timedelta = min(BACKOFF_FIRST * 2 ** min(parcel.attempt - 1, 16), BACKOFF_LONGEST)
        if not isinstance(receipt, Later):
            return now + backoff
        if receipt.after_s == 0 and parcel.handle is not None:
            return now
        return now + max(timedelta(seconds=receipt.after_s), backoff)
