"""A core small enough to read, for the page's tests: it remembers like a database and answers from a table."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, ClientWebSocketResponse, web
from msgspec.structs import replace

from bot.errors import ProgramError
from bot.model import (
    RESUME,
    SAFETY,
    Choice,
    ChoicePicked,
    Document,
    Event,
    Field,
    Form,
    FormSubmitted,
    Mark,
    Menu,
    Option,
    Person,
    Screen,
    Timeline,
)
from bot.runtime.ports import Clock, Later, Parcel, Receipt, Sent, Taken, Unknown
from handlers.web.adapter import WebPlatform
from tests.platforms import words

ME = str(uuid4())
WITHIN_S = 15.0
FEELINGS = ("Hurt", "Angry", "Ashamed", "Alone", "Let down", "Confused", "Numb", "Sad")
PLACES = ("At home", "With family", "With friends")
COUNTRIES = tuple(f"Country {number:02}" for number in range(1, 39))


def options(labels: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(label.casefold().replace(" ", "_"), label) for label in labels)


NOTE = Form(
    "Write it down",
    "Keep this",
    (
        Field("happened", "What happened", "paragraph", 2000, hint="A few words are enough."),
        Field("said", "What was said", "line", 120, optional=True),
        Field("feeling", "The strongest feeling", "pick", optional=True, options=options(FEELINGS)),
        Field("place", "Where you were", "pick", options=options(PLACES)),
        Field("when", "When you talk", "when", optional=True),
    ),
)
EXPORT = "A note\n\n<b>über alles</b>\n" * 50
TIMELINE = Timeline(
    "Since September",
    (
        Mark(date(2026, 9, 5), "alone", "With family"),
        Mark(date(2026, 9, 19), "talk", "A long talk in the car, on the way home from the lake and the second dinner"),
        Mark(date(2026, 10, 3), "backed", "Extraordinarilylongplacenamewithoutanyspaceatallinit"),
        Mark(date(2026, 11, 20), "alone", "With friends"),
    ),
    "5 Sep: alone in it\n19 Sep: a talk\n3 Oct: backed up\n20 Nov: alone in it",
)
HELLO = "That sounds hard. Nothing has to be decided tonight.\n\nFirst a minute for you. Only you can see this."


def screen(step: str, text: str, *choices: Choice, menu: Menu | None = None, picture: str = "") -> Screen:
    safety = Choice(SAFETY, "I need safety help")
    return Screen(f"test.{step}", 0, text, "A message for you.", safety, choices, menu, picture)


BREATHE, STEADY = Choice("breathe", "Breathe with me"), Choice("steady", "Steady me")
SCREENS = {
    shown.step: shown
    for shown in (
        screen("hello", HELLO, BREATHE, STEADY, Choice("note", "Write it down", NOTE)),
        screen(
            "breathe",
            "Breathe with the circle. Stop when you like.",
            Choice("done", "I'm calmer"),
            Choice("more", "Something else"),
            picture="breathing",
        ),
        screen(
            "heat",
            "How hot is it now, from 0 to 10?",
            menu=Menu("How hot, 0 to 10", options(tuple(map(str, range(11))))),
        ),
        screen("feel", "What is strongest?", Choice("skip", "Not now"), menu=Menu("A feeling", options(FEELINGS))),
        screen("country", "Where are you?", Choice("skip", "Not now"), menu=Menu("Your country", options(COUNTRIES))),
        screen("kept", "It is kept. You can come back to it tomorrow.", Choice("hello", "Start again")),
        replace(screen("file", "Here is all of it."), document=Document("debrief.txt", EXPORT)),
        replace(screen("times", "What happened when."), timeline=TIMELINE),
        replace(screen("hola", "Aquí estamos.", Choice("note", "Escribir", NOTE)), language="es"),
        screen("help", "If you are in danger, call your local emergency number.", Choice("hello", "Back")),
    )
}
MOVES = {"note": "kept", "steady": "heat", SAFETY: "help", "done": "kept"}


class SmallCore:
    """Implements bot.runtime.ports.Core. It outlives the servers in front of it, as rows outlive a process."""

    def __init__(self) -> None:
        self.clock: Clock = self
        self.languages: Sequence[str] = words.LANGUAGES
        self.movable = True
        self.ahead = timedelta(0)
        self.platform: WebPlatform | None = None
        self.events: list[Event] = []
        self.arrivals: list[Person] = []
        self.receipts: list[Receipt] = []
        self.waiting: list[Parcel] = []
        self.step, self.visit = "test.hello", 1
        self.broken = False
        self.dies_after_storing = False
        self._keys = count(1)
        self._changed = asyncio.Condition()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def take(self, event: Event) -> Taken:
        if self.broken:
            raise ProgramError("the database is away")
        if any(event.delivery_id == known.delivery_id for known in self.events):
            return Taken(None)
        self.events.append(event)
        prefix = self._move(event)
        await self._note()
        shown = SCREENS[self.step]
        parcel = self.parcel(event.person, replace(shown, visit=self.visit, text=prefix + shown.text))
        if self.dies_after_storing:
            self.dies_after_storing = False
            self.waiting.append(parcel)
            raise ProgramError("the machine went away")
        return Taken(parcel)

    def _move(self, event: Event) -> str:
        if isinstance(event, ChoicePicked | FormSubmitted):
            if event.choice != RESUME:
                self.go(MOVES.get(event.choice, event.choice))
            return ""
        return "Kept with your note.\n\n"

    def go(self, step: str) -> None:
        self.step, self.visit = f"test.{step}" if f"test.{step}" in SCREENS else "test.hello", self.visit + 1

    def parcel(self, person: Person, shown: Screen | None = None) -> Parcel:
        number = next(self._keys)
        shown = shown or replace(SCREENS[self.step], visit=self.visit)
        return Parcel(number, f"key-{number}", person, shown, self.now())

    async def post(self, taken: Taken) -> None:
        if taken.parcel:
            await self.deliver(taken.parcel)

    async def deliver(self, parcel: Parcel) -> Receipt:
        assert self.platform
        receipt = await self.platform.send(parcel)
        if isinstance(receipt, Later | Unknown):
            self.waiting.append(replace(parcel, again=isinstance(receipt, Unknown), attempt=parcel.attempt + 1))
        self.receipts.append(receipt)
        await self._note()
        return receipt

    def words(self, language: str) -> Mapping[str, str]:
        return words.words(language)

    def apology(self, language: str) -> str:
        return words.apology(language)

    def form(self, step: str, choice: str, language: str) -> Form | None:
        return next((each.form for each in SCREENS[step].choices if each.id == choice), None)

    async def arrived(self, person: Person) -> None:
        self.arrivals.append(person)
        due, self.waiting = self.waiting, []
        for parcel in due:
            await self.deliver(parcel)
        await self._note()

    async def skip(self, by: timedelta) -> None:
        if not self.movable:
            raise ProgramError("this clock is real")
        self.ahead += by
        await self._note()

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S), self._changed:
            await self._changed.wait_for(holds)

    async def until_sent(self, number: int) -> None:
        await self.until(lambda: sum(isinstance(receipt, Sent) for receipt in self.receipts) >= number)


class Playground:
    """A server over a core that can be stopped and started again at the same address."""

    def __init__(self, core: SmallCore, shown_wait_s: float = 10.0) -> None:
        self.core = core
        self.port = 0
        self._shown_wait_s = shown_wait_s
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        application = web.Application()
        self.core.platform = WebPlatform(self.core, application.router, self._shown_wait_s)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        assert self._runner
        assert self.core.platform
        await self.core.platform.stop()
        await self._runner.cleanup()


@asynccontextmanager
async def playground(core: SmallCore, shown_wait_s: float = 10.0) -> AsyncIterator[Playground]:
    ground = Playground(core, shown_wait_s)
    await ground.start()
    try:
        yield ground
    finally:
        await ground.stop()


class Page:
    """The page as a driver: it says hello, sends frames, and says which screens it has."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    async def send(self, **frame: Any) -> str:
        whole = {"id": str(uuid4()), **frame}
        await self.socket.send_str(json.dumps(whole))
        return str(whole["id"])

    async def hello(self, *, fresh: bool = False, **more: Any) -> str:
        return await self.send(type="hello", person=ME, locale="en-GB", fresh=fresh, **more)

    async def hears(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                frame: dict[str, Any] = await self.socket.receive_json()
                self.heard.append(frame)
                if frame["type"] == kind:
                    return frame

    async def sees(self) -> dict[str, Any]:
        shown = await self.hears("screen")
        await self.socket.send_json({"type": "shown", "key": shown["key"]})
        return shown


@asynccontextmanager
async def page(ground: Playground) -> AsyncIterator[Page]:
    async with (
        ClientSession() as session,
        session.ws_connect(f"{ground.address}/ws", origin=ground.address) as socket,
    ):
        yield Page(socket)
