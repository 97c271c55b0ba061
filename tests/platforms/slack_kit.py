"""What the Slack tests share: a core small enough to read, and the adapter joined to the small Slack."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.model import Choice, Event, Field, Form, Menu, Option, Person, Screen
from bot.runtime.environment import Secret
from bot.runtime.ports import Clock, Parcel, Receipt, Taken
from handlers.slack.adapter import PATH, SlackAdapter
from handlers.slack.patience import Patience
from handlers.slack.settings import SlackSettings
from tests.platforms import words
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackServer
from tests.platforms.slack_world import PATIENCE_S

T = TypeVar("T")

GLANCE = "A note for you. Open it when it suits you."
NOTE = Form(
    title="Write it down",
    submit="Keep it",
    fields=(
        Field("happened", "What happened", "paragraph", longest=2000),
        Field("feeling", "The strongest feeling", "pick", optional=True, options=(Option("hurt", "Hurt"),)),
        Field("when", "When to check in", "when", optional=True),
    ),
)
SCREEN = Screen(
    step="cool_down.hello",
    visit=3,
    text="That sounds hard.\n\nNothing has to be decided tonight.",
    glance=GLANCE,
    safety=Choice("safety", "I don't feel safe"),
    choices=(Choice("breathe", "Breathe with me"), Choice("note", "Write it down", NOTE)),
    menu=Menu("How hot is it?", tuple(Option(str(heat), f"{heat} of 10") for heat in range(11))),
)

BOTH_WAYS = pytest.mark.parametrize("socket_mode", [True, False], ids=["socket mode", "signed http"])

# Short where a test waits for patience to run out, long where it must not.
QUICK = Patience(form=2.0, hint=1.0, send=2.0, connect=2.0, page=0.0, watch=0.05, stop=2.0)


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class TableCore:
    """Takes each delivery once and answers it with `screen`. While `may_take` or `may_post` is clear, that waits."""

    def __init__(self) -> None:
        self.clock: Clock = RealClock()
        self.languages: Sequence[str] = words.LANGUAGES
        self.screen: Screen | None = SCREEN
        self.forms = {(SCREEN.step, "note"): NOTE}
        self.events: list[Event] = []
        self.receipts: list[Receipt] = []
        self.platform: SlackAdapter | None = None
        self.trouble: Exception | None = None
        self.may_take = asyncio.Event()
        self.may_take.set()
        self.taking = asyncio.Event()
        self.may_post = asyncio.Event()
        self.may_post.set()
        self.posting = asyncio.Event()
        self._changed = asyncio.Condition()
        self._numbers = count(1)

    async def take(self, event: Event) -> Taken:
        self.taking.set()
        await self.may_take.wait()
        if self.trouble is not None:
            raise self.trouble
        if any(known.delivery_id == event.delivery_id for known in self.events):
            return Taken(None)
        await self._add(self.events, event)
        if self.screen is None:
            return Taken(None)
        number = next(self._numbers)
        at, handle = self.clock.now(), event.handle
        return Taken(Parcel(number, f"key{number}", event.person, self.screen, at, handle, reach=event.reach))

    async def post(self, taken: Taken) -> None:
        self.posting.set()
        await self.may_post.wait()
        if taken.parcel is not None and self.platform is not None:
            await self._add(self.receipts, await self.platform.send(taken.parcel))

    def words(self, language: str) -> Mapping[str, str]:
        return words.words(language)

    def apology(self, language: str) -> str:
        return words.apology(language)

    def form(self, step: str, choice: str, language: str) -> Form | None:
        form = self.forms.get((step, choice))
        return form if form is None or language == "en" else replace(form, title=f"{form.title} ({language})")

    async def arrived(self, person: Person) -> None:
        raise NotImplementedError

    async def skip(self, by: timedelta) -> None:
        raise NotImplementedError

    async def event(self, number: int = 0) -> Event:
        await self._until(lambda: len(self.events) > number)
        return self.events[number]

    async def receipt(self, number: int = 0) -> Receipt:
        await self._until(lambda: len(self.receipts) > number)
        return self.receipts[number]

    async def _until(self, look: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(look)

    async def _add(self, to: list[T], one: T) -> None:
        to.append(one)
        async with self._changed:
            self._changed.notify_all()


@dataclass
class Bench:
    slack: SlackServer
    core: TableCore
    adapter: SlackAdapter
    ana: SlackPerson

    def parcel(self, **changes: object) -> Parcel:
        """A check-in, say: nobody asked just now."""
        fields: dict[str, object] = {
            "id": 1,
            "key": "checkin1",
            "person": Person("slack", "T0TEAM", self.ana.id),
            "screen": SCREEN,
            "made_at": datetime.now(UTC),
        }
        return Parcel(**(fields | changes))  # type: ignore[arg-type]


def settings(
    slack: SlackServer, *, socket_mode: bool = True, bot_token: str = BOT_TOKEN, app_token: str = APP_TOKEN
) -> SlackSettings:
    return SlackSettings(
        bot_token=Secret(bot_token),
        app_token=Secret(app_token if socket_mode else ""),
        signing_secret=Secret("" if socket_mode else SIGNING_SECRET),
        api_url=slack.api_url,
    )


@asynccontextmanager
async def small_slack(port: int = 0) -> AsyncIterator[SlackServer]:
    slack = SlackServer(port)
    await slack.start()
    try:
        yield slack
    finally:
        await slack.stop()


@asynccontextmanager
async def joined(
    slack: SlackServer, *, socket_mode: bool = True, patience: Patience = QUICK, core: TableCore | None = None
) -> AsyncIterator[Bench]:
    """The real adapter on the real libraries, started; for signed HTTP on a server of its own."""
    core = core or TableCore()
    app = web.Application()
    adapter = SlackAdapter(settings(slack, socket_mode=socket_mode), core, app.router, patience)
    core.platform = adapter
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    if not socket_mode:
        slack.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    try:
        await adapter.start()
        yield Bench(slack, core, adapter, SlackPerson(slack))
    finally:
        core.may_take.set()
        core.may_post.set()
        await adapter.stop()
        await runner.cleanup()


@asynccontextmanager
async def bench(*, socket_mode: bool = True, patience: Patience = QUICK) -> AsyncIterator[Bench]:
    async with small_slack() as slack, joined(slack, socket_mode=socket_mode, patience=patience) as both:
        yield both
