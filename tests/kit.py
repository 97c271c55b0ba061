"""The person as a driver: says, picks, fills, waits - over the real core and store, on a platform that is a fake.

The fakes are small and have names: Wristwatch (a clock set by hand), Postbox (a platform that keeps what it is given).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from bot.app import load_content
from bot.content import Content
from bot.model import (
    ChoicePicked,
    CommandInvoked,
    Event,
    FormSubmitted,
    Handle,
    MessageReceived,
    Person,
    Screen,
)
from bot.runtime.core import Debriefing
from bot.runtime.ports import MovableClock, Pace, Parcel, Receipt, Sent
from bot.storage.store import SqlStore
from bot.storage.turns import at_once
from bot.storage.vault import Vault
from tests.back_ends import KEY, BackEnd, SqliteBackEnd

EVENING = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
SOMEBODY = Person("postbox", "workspace", "somebody")


@cache
def content() -> Content:
    """The real content, read once."""
    return load_content()


class Wristwatch:
    """A clock that moves only by hand."""

    def __init__(self, at: datetime = EVENING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def skip(self, by: timedelta) -> None:
        self.at += by


class Postbox:
    """A platform that keeps every parcel, and answers with the receipts that were laid out for it, then Sent."""

    name = "postbox"
    pace = Pace(100_000)

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.receipts: list[Receipt] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def hears(self) -> bool:
        return True

    async def send(self, parcel: Parcel) -> Receipt:
        self.parcels.append(parcel)
        return self.receipts.pop(0) if self.receipts else Sent()

    @property
    def screens(self) -> list[Screen]:
        return [parcel.screen for parcel in self.parcels]


class Doorbell:
    """A waker that only remembers being nudged: tests call `core.work()` themselves."""

    def __init__(self) -> None:
        self.nudges = 0

    async def run(self, work: Any) -> None:
        await asyncio.Event().wait()

    def nudge(self) -> None:
        self.nudges += 1


@dataclass(slots=True)
class House:
    """A running core and everything a test looks at."""

    core: Debriefing
    store: SqlStore
    clock: MovableClock
    postbox: Postbox
    bell: Doorbell
    _ids: Any = field(default_factory=count)

    def somebody(self, person: Person = SOMEBODY, *, zone: str = "Europe/London", locale: str = "en-GB") -> "Driver":
        return Driver(self, person, zone, locale)

    async def works(self) -> None:
        """Do all that is due, to its end."""
        nudges = -1
        while nudges != self.bell.nudges:
            nudges = self.bell.nudges
            await self.core.work()
            await self.core.settled()

    def delivery_id(self) -> str:
        return f"delivery-{next(self._ids)}"


@dataclass(slots=True)
class Driver:
    """One person at their phone."""

    house: House
    person: Person
    zone: str
    locale: str
    handle: Handle | None = None

    @property
    def screen(self) -> Screen:
        """What they saw last."""
        return next(p.screen for p in reversed(self.house.postbox.parcels) if p.person == self.person)

    async def says(self, text: str) -> Screen:
        return await self._do(MessageReceived(text=text, **self._base()))

    async def commands(self, text: str = "") -> Screen:
        return await self._do(CommandInvoked(text=text, **self._base()))

    async def picks(self, choice: str) -> Screen:
        return await self._do(self.press(choice))

    async def fills(self, choice: str, values: Mapping[str, str]) -> Screen:
        at = self.screen
        return await self._do(FormSubmitted(step=at.step, visit=at.visit, choice=choice, values=values, **self._base()))

    async def plans_for_tomorrow(self) -> None:
        """From the first screen to a check-in that waits."""
        await self.fills("note", {"note": "they let it pass", "feeling": "hurt", "heat_before": "7"})
        await self.picks("on")
        await self.picks("3")
        assert (await self.picks("morning")).step == "planning.done"

    def press(self, choice: str) -> ChoicePicked:
        """The press as an event, not yet sent."""
        return ChoicePicked(step=self.screen.step, visit=self.screen.visit, choice=choice, **self._base())

    async def waits(self, by: timedelta) -> Screen:
        """Time passes, and what falls due is done."""
        self.house.clock.skip(by)
        await self.house.works()
        return self.screen

    async def _do(self, event: Event) -> Screen:
        await self.house.core.post(await self.house.core.take(event))
        return self.screen

    def _base(self) -> dict[str, Any]:
        return {
            "delivery_id": self.house.delivery_id(),
            "person": self.person,
            "at": self.house.clock.now(),
            "zone": self.zone,
            "locale": self.locale,
            "handle": self.handle,
        }


def store_at(place: Path | BackEnd) -> SqlStore:
    back_end = SqliteBackEnd(place) if isinstance(place, Path) else place
    return SqlStore(back_end.database(), Vault([KEY]), at_once)


@asynccontextmanager
async def house(
    place: Path | BackEnd, clock: MovableClock | None = None, postbox: Postbox | None = None
) -> AsyncIterator[House]:
    """A core over the database at `place`. Opening the same place again is a restart."""
    store, bell = store_at(place), Doorbell()
    clock, postbox = clock or Wristwatch(), postbox or Postbox()
    await store.open()
    try:
        core = Debriefing(content(), store, clock, bell)
        core.serve({postbox.name: postbox})
        yield House(core, store, clock, postbox, bell)
    finally:
        await store.close()
