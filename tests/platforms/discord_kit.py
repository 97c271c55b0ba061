"""A core of a few lines that remembers what it was told, and the adapter between it and the small Discord."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from secrets import token_urlsafe

from msgspec.structs import replace

from bot.errors import ProgramError
from bot.model import (
    SAFETY,
    Choice,
    ChoicePicked,
    Event,
    Field,
    Form,
    Handle,
    Menu,
    Option,
    Screen,
)
from bot.model import Person as Somebody
from bot.runtime.environment import Secret
from bot.runtime.ports import Clock, Parcel, Receipt, Taken
from handlers.discord.adapter import DiscordAdapter
from handlers.discord.invalid import MOST
from handlers.discord.settings import DiscordSettings
from tests.platforms import words
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import APPLICATION, World

TOKEN = ".".join([base64.urlsafe_b64encode(str(APPLICATION).encode()).decode().rstrip("="), "A" * 6, "0" * 38])
# Long enough for loopback on a busy machine, short enough to wait for.
IMPATIENT_S = 1.5
GLANCE = "A message for you."
FEELINGS = tuple(Option(name.casefold(), name) for name in ("Hurt", "Angry", "Alone"))
HEAT = tuple(Option(str(number), f"{number} of 10") for number in range(11))
NOTE = Form(
    "Write it down",
    "Keep it",
    (
        Field("happened", "What happened", "paragraph", longest=2_000, optional=True),
        Field("feeling", "The strongest feeling", "pick", options=FEELINGS),
        Field("heat", "How hot is it", "pick", options=HEAT),
        Field("when", "When shall we talk", "when", optional=True, hint="2026-11-23 09:30 or tomorrow 9:30"),
    ),
)


def screen(
    number: int, text: str = "", *, menu: Menu | None = None, choices: tuple[Choice, ...] | None = None
) -> Screen:
    usual = (Choice("breathe", "Breathe with me"), Choice("note", "Write it down", NOTE))
    return Screen(
        step=f"test.step{number}",
        visit=number,
        text=text or f"Screen {number}",
        glance=GLANCE,
        safety=Choice(SAFETY, "I need safety help"),
        choices=usual if choices is None else choices,
        menu=menu,
    )


class FakeCore:
    """Implements bot.runtime.ports.Core. Every event gets the next screen; a doubled press gets none."""

    def __init__(self, world: World) -> None:
        self.clock: Clock = world
        self.languages: Sequence[str] = words.LANGUAGES
        self.adapter: DiscordAdapter | None = None
        self.taking: list[Event] = []
        self.events: list[Event] = []
        self.parcels: list[Parcel] = []
        self.receipts: list[Receipt] = []
        self.open = asyncio.Event()
        self.open.set()
        self.silent = False
        self.answer: Callable[[int], Screen] = screen
        self._world = world
        self._pressed: set[tuple[str, int, str]] = set()

    async def take(self, event: Event) -> Taken:
        self.taking.append(event)
        await self._world.changed()
        await self.open.wait()
        self.events.append(event)
        await self._world.changed()
        if self.silent or self._doubled(event):
            return Taken(None)
        return Taken(self.parcel(event.person, self.answer(len(self.events)), event.handle, event.reach))

    def parcel(self, person: Somebody, shown: Screen, handle: Handle | None = None, reach: str = "") -> Parcel:
        number = len(self.parcels) + 1
        parcel = Parcel(number, token_urlsafe(12), person, shown, self.clock.now(), handle, reach=reach)
        self.parcels.append(parcel)
        return parcel

    async def post(self, taken: Taken) -> None:
        if taken.parcel is not None:
            await self.send(taken.parcel)

    async def send(self, parcel: Parcel) -> Receipt:
        assert self.adapter is not None
        receipt = await self.adapter.send(parcel)
        self.receipts.append(receipt)
        await self._world.changed()
        return receipt

    async def check_in(self, person: Person, text: str = "Your check-in, as you asked.") -> Parcel:
        """A parcel that nobody asked for just now."""
        parcel = self.parcel(Somebody("discord", "", str(person.id)), screen(90, text))
        return replace(parcel, check_in=7)

    def words(self, language: str) -> Mapping[str, str]:
        return words.words(language)

    def apology(self, language: str) -> str:
        return words.apology(language)

    def form(self, step: str, choice: str, language: str) -> Form | None:
        if not step.startswith("test.") or choice != "note":
            return None
        return NOTE if language == "en" else replace(NOTE, title=f"{NOTE.title} ({language})")

    async def arrived(self, person: Somebody) -> None:
        raise ProgramError(f"Discord does not say when {person.user} arrives")

    async def skip(self, by: timedelta) -> None:
        raise ProgramError(f"a real clock does not skip {by}")

    def _doubled(self, event: Event) -> bool:
        if not isinstance(event, ChoicePicked):
            return False
        press = (event.step, event.visit, event.choice)
        doubled = press in self._pressed
        self._pressed.add(press)
        return doubled


def settings(server: DiscordServer, token: str = TOKEN) -> DiscordSettings:
    return DiscordSettings(token=Secret(token), api_url=server.api_url, gateway_url=server.gateway.url)


@asynccontextmanager
async def connected(
    server: DiscordServer,
    core: FakeCore,
    *,
    request_s: float = 15.0,
    defer_after_s: float = 15.0,
    most_invalid: int = MOST,
) -> AsyncIterator[DiscordAdapter]:
    adapter = DiscordAdapter(
        settings(server), core, request_s=request_s, defer_after_s=defer_after_s, most_invalid=most_invalid
    )
    core.adapter = adapter
    await adapter.start()
    try:
        yield adapter
    finally:
        await adapter.stop()


async def knock(core: FakeCore, ann: Person, reach: int | None = None) -> Parcel:
    """A check-in, to the address that is known (hers, where none is named)."""
    return replace(await core.check_in(ann), reach=str(ann.dm_channel if reach is None else reach))
