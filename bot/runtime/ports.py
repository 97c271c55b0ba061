"""What the core asks of the world. Small Protocols; each has one contract suite that every implementation runs."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import msgspec
from aiohttp import web

from bot.model import CheckIn, Conversation, Debrief, Event, Form, Handle, Person, Screen, Turn
from bot.runtime.environment import Group


class Parcel(msgspec.Struct, frozen=True):
    """One screen on its way to one person.

    `key` (at most 25 characters) names it on the platform, so that a repeat can be told from a new message.
    `again`: an earlier try may or may not have arrived; settle that before sending.
    `check_in`: the check-in's id when this is its knock, else 0.
    `reach`: the platform's own address of the person where it is known, as an Event brought it.
    `only_look`: find out whether an earlier try arrived, and send nothing: Sent, Later (it did not) or Unknown.
    """

    id: int
    key: str
    person: Person
    screen: Screen
    made_at: datetime
    handle: Handle | None = None
    check_in: int = 0
    again: bool = False
    attempt: int = 1
    reach: str = ""
    only_look: bool = False


class Sent(msgspec.Struct, frozen=True):
    """The platform has it."""


class Later(msgspec.Struct, frozen=True):
    """The platform does not have it; try again after so many seconds (0: as we see fit).

    `everyone`: it asked for quiet as such, so whatever else waits for the workspace waits as long.
    """

    after_s: float = 0.0
    everyone: bool = False


class Refused(msgspec.Struct, frozen=True):
    """The platform will never take it (closed DM, account gone). `why` is for the log: no user text."""

    why: str


class Unknown(msgspec.Struct, frozen=True):
    """It may have arrived: a timeout or a cut between sending and the answer."""


Receipt = Sent | Later | Refused | Unknown


class Pace(msgspec.Struct, frozen=True):
    """What a platform takes: messages a second, from all of us together or in each workspace by itself.

    `burst` messages may go ahead of that rate when somebody waits for their answer. What answers an interaction
    through its handle does not count. `any_second`: never more than so many within any one second; 0 where the
    platform does not count so.
    """

    per_s: float
    burst: int = 0
    each_workspace: bool = False
    any_second: int = 0


class Platform(Protocol):
    """One way to reach people. `send` never raises for what the platform answers: it returns a Receipt."""

    name: str
    pace: Pace

    async def start(self) -> None:
        """Connect and begin to take events. Raises PlatformRefused when the platform will not have us."""

    async def send(self, parcel: Parcel) -> Receipt: ...

    async def hears(self) -> bool:
        """Whether events can come in just now."""

    async def stop(self) -> None:
        """Stop taking events, answer those that were taken, close every connection. By then nothing else is sent."""


class Snapshot(msgspec.Struct, frozen=True):
    """What a turn needs to know. `missed`: how many knocks the platform refused since the last visit.

    `past`: the debriefs that were put away, newest first; None where they were not read, since most turns need none.
    """

    conversation: Conversation
    missed: int = 0
    past: tuple[Debrief, ...] | None = None


class Taken(msgspec.Struct, frozen=True):
    """An event that is now durable. `parcel` is what to deliver; None for a repeat or a doubled press."""

    parcel: Parcel | None


Decide = Callable[[Snapshot], Turn]


class Store(Protocol):
    """Rows. Every method is one transaction; times are aware UTC."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def transact(self, event: Event, decide: Decide) -> Taken:
        """Read the snapshot, call `decide` (pure), apply its Turn, commit.

        A Turn that needs the past is decided again, with it.
        """

    async def claim_parcels(
        self, platform: str, now: datetime, most: int, but: Collection[str] = ()
    ) -> Sequence[Parcel]:
        """Lease what waits to be sent on the platform and is due: a fair share to each workspace, `but` to these none.

        Of a workspace, what was under way comes before what is ready, and the oldest first.
        """

    async def still_ours(self, parcel: Parcel, until: datetime) -> bool:
        """Whether a parcel is to be sent by this claim: not cancelled, not claimed again, and leased until then."""

    async def settle_parcel(self, parcel: Parcel, receipt: Receipt, retry_at: datetime) -> None:
        """Write down how a send ended; `retry_at` counts for Later and Unknown.

        Whatever is not Sent counts only while the parcel is still this claim's: another one may be sending it.
        """

    async def put_back(self, parcel: Parcel, now: datetime) -> None:
        """Undo a knock that never left: its check-in is due again, as late as it is."""

    async def claim_check_ins(self, now: datetime, most: int) -> Sequence[CheckIn]:
        """Lease check-ins that are due, earliest first."""

    async def wake_parcels(self, person: Person, now: datetime) -> None:
        """Make what waits to be tried again for this person due now."""

    async def next_wake(self, platforms: Collection[str], *, check_ins: bool) -> datetime | None:
        """The earliest time at which a parcel for one of these platforms waits, or a check-in; None if none does."""

    async def expire(self, now: datetime) -> int:
        """Remove some of what has outlived its keeping, and wake what a wrong clock had put off too far.

        Returns the number of rows touched. 0: all is done.
        """

    @property
    def abreast(self) -> int:
        """How many turns may be under way at once and leave room for others."""


class Clock(Protocol):
    def now(self) -> datetime: ...


@runtime_checkable
class MovableClock(Clock, Protocol):
    """The playground's clock: it can be put forward."""

    def skip(self, by: timedelta) -> None: ...


CHECK_IN = "check_in"


class Wake(msgspec.Struct, frozen=True):
    """Asked for in a transaction: once it is committed, somebody has to look at `at_us` (UTC microseconds).

    `kind` is CHECK_IN or a platform's name: whose work it is. `id` and `turn` name the row and which of its
    waits is meant, so that a wake-up is asked for once.
    """

    kind: str
    id: int
    turn: int
    at_us: int


class Waker(Protocol):
    """Calls `work` when something is due. `work` returns when it next wants to be called, or None."""

    async def run(self, work: Callable[[], Awaitable[datetime | None]]) -> None:
        """Runs until cancelled."""

    def nudge(self) -> None:
        """Something changed: call `work` soon."""


class Core(Protocol):
    """What a platform's adapter may ask of Debrief."""

    clock: Clock
    languages: Sequence[str]
    """Those that Debrief speaks, such as `es`; English first."""

    def words(self, language: str) -> Mapping[str, str]:
        """The platforms' own words (content/platforms.yaml), by their ids. `language`: as `form`, or a locale."""

    def apology(self, language: str) -> str:
        """What to tell a person whose event could not be taken, where the platform will not deliver it again."""

    async def take(self, event: Event) -> Taken:
        """Make the event and its answer durable. Acknowledge to the platform only after this returns."""

    async def post(self, taken: Taken) -> None:
        """Deliver the answer now. Call it after the acknowledgement; never raises."""

    def form(self, step: str, choice: str, language: str) -> Form | None:
        """The form that this choice opens, from content alone: no storage, no waiting. `language`: its screen's."""

    async def arrived(self, person: Person) -> None:
        """The person can be reached again (a page opened): deliver what waits for them."""

    async def skip(self, by: timedelta) -> None:
        """Put a movable clock forward and wake what is due. Raises ProgramError on a real clock."""


class Finding(msgspec.Struct, frozen=True):
    """One line of `debrief doctor`. `mend` is empty when all is well."""

    what: str
    ok: bool
    mend: str = ""


class Plug(Protocol):
    """How a platform comes in: the entry point group `debrief.platforms` names one of these each.

    Importing it must be cheap: the platform's library is imported by `build` and `doctor` only.
    """

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> type[Group]: ...

    @property
    def fallback(self) -> bool:
        """Opens when no other platform is configured."""

    def configured(self, settings: Any) -> bool:
        """Is this platform set up at all?"""

    def faults(self, settings: Any) -> list[str]:
        """What is wrong with its settings, each with its mend; no network."""

    def build(self, settings: Any, core: Core, routes: web.UrlDispatcher) -> Platform:
        """Make the adapter, adding any HTTP endpoint of its own to the shared server."""

    async def doctor(self, settings: Any) -> list[Finding]:
        """Ask the platform itself: token, scopes, intents."""
