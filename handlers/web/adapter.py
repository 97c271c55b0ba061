"""The page's two endpoints: its files, and one socket for each open page. Loopback only."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import WSCloseCode, WSMsgType, web

from bot.errors import ProgramError
from bot.model import Event, Person
from bot.runtime.logs import outline
from bot.runtime.ports import Core, Later, Pace, Parcel, Receipt, Sent, Unknown
from handlers.web import inbound, render
from handlers.web.inbound import Fault, Hello, Inbound, Shown, Skip, Speaker

log = logging.getLogger(__name__)

PAGE = Path(__file__).with_name("page")
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

# How long a page may take to say that it has a screen.
SHOWN_WAIT_S = 10.0
# `arrived` ends the wait for a page; the retry only covers a page that came while the receipt was being written.
NO_PAGE_WAIT_S = 300.0
HEARTBEAT_S = 20.0
CLOSE_WAIT_S = 2.0
# Anything larger is cut off by aiohttp before it is in memory as a whole.
SOCKET_LONGEST_BYTES = 1024 * 1024
WAITING_FRAMES_MOST = 256

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _OpenPage:
    """One connected page. Frames wait in `frames`, so that `Shown` is read while an answer is being delivered."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.speaker: Speaker | None = None
        self.frames: asyncio.Queue[Inbound | None] = asyncio.Queue()
        self.greeted = False
        self.has_screen = False

    async def tell(self, frame: str) -> bool:
        """False: the page is gone, and the frame was not sent."""
        try:
            await self.socket.send_str(frame)
        except (ConnectionError, RuntimeError):
            return False
        return True

    async def show(self, screen: str) -> bool:
        told = await self.tell(screen)
        self.has_screen = self.has_screen or told
        return told


@dataclass(frozen=True, slots=True)
class _Sending:
    """A screen that was put on pages. `shown` ends True when one of them has it, False when all are gone."""

    person: Person
    shown: asyncio.Future[bool]


class WebPlatform:
    """Satisfies bot.runtime.ports.Platform for the pages that are open on this machine."""

    name = "web"
    pace = Pace(1000)

    def __init__(self, core: Core, routes: web.UrlDispatcher, shown_wait_s: float = SHOWN_WAIT_S) -> None:
        self._core = core
        self._shown_wait_s = shown_wait_s
        self._pages: set[_OpenPage] = set()
        self._workers: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._sending: dict[str, _Sending] = {}
        self._files = {path.name: path for path in PAGE.iterdir() if path.suffix in KINDS}
        routes.add_get("/", _loopback_only(self._file))
        routes.add_get("/page/words.json", _loopback_only(self._words))
        routes.add_get("/page/{name}", _loopback_only(self._file))
        routes.add_get("/ws", _loopback_only(self._converse, socket=True))

    async def start(self) -> None:
        """Nothing to connect: pages come to us."""

    async def hears(self) -> bool:
        return not self._stopped

    async def stop(self) -> None:
        self._stopped = True
        await asyncio.gather(*(page.socket.close(code=WSCloseCode.GOING_AWAY) for page in self._pages))
        await asyncio.gather(*self._workers)

    async def send(self, parcel: Parcel) -> Receipt:
        """Show the screen on every page of the person; the first page to say that it has it is enough."""
        sending = _Sending(parcel.person, asyncio.get_running_loop().create_future())
        self._sending[parcel.key] = sending
        try:
            async with asyncio.timeout(self._shown_wait_s):
                frame = render.screen(parcel)
                told = [page for page in self._pages_of(parcel.person) if await page.show(frame)]
                if not told:
                    return Later(NO_PAGE_WAIT_S)
                return Sent() if await sending.shown else Unknown()
        except TimeoutError:
            return Unknown()
        finally:
            self._sending.pop(parcel.key, None)

    def _pages_of(self, person: Person) -> list[_OpenPage]:
        return [page for page in self._pages if page.greeted and page.speaker and page.speaker.person == person]

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = self._files.get(request.match_info.get("name", "index.html"))
        if path is None:
            return web.Response(status=404, text="There is nothing here.", headers=HEADERS)
        return web.FileResponse(path, headers={**HEADERS, "Content-Type": KINDS[path.suffix]})

    async def _words(self, _: web.Request) -> web.StreamResponse:
        words = {language: dict(self._core.words(language)) for language in self._core.languages}
        return web.json_response(words, headers=HEADERS)

    async def _converse(self, request: web.Request) -> web.StreamResponse:
        if self._stopped:
            return web.Response(status=503, text="Debrief is stopping.", headers=HEADERS)
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, timeout=CLOSE_WAIT_S, max_msg_size=SOCKET_LONGEST_BYTES, compress=False
        )
        await socket.prepare(request)
        page = _OpenPage(socket)
        self._pages.add(page)
        worker = asyncio.create_task(self._work(page))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)
        try:
            await self._listen(page)
        finally:
            self._leave(page)
            await worker
        return socket

    async def _listen(self, page: _OpenPage) -> None:
        async for message in page.socket:
            if message.type is WSMsgType.ERROR:
                return
            text = message.data if message.type is WSMsgType.TEXT else ""
            frame = inbound.read(text, page.speaker, self._core.clock.now())
            if isinstance(frame, Shown):
                self._note_shown(page, frame.key)
                continue
            if isinstance(frame, Hello):
                page.speaker = inbound.speaker(frame)
            page.frames.put_nowait(frame)
            if page.frames.qsize() > WAITING_FRAMES_MOST:
                await page.socket.close(code=WSCloseCode.TRY_AGAIN_LATER)

    def _note_shown(self, page: _OpenPage, key: str) -> None:
        sending = self._sending.get(key)
        if sending and page.speaker and sending.person == page.speaker.person and not sending.shown.done():
            sending.shown.set_result(True)

    def _leave(self, page: _OpenPage) -> None:
        """Take the page out, and end every send that only this page could still have answered."""
        self._pages.discard(page)
        page.frames.put_nowait(None)
        for sending in self._sending.values():
            if not sending.shown.done() and not self._pages_of(sending.person):
                sending.shown.set_result(False)

    async def _work(self, page: _OpenPage) -> None:
        """Handle one page's frames in order. What arrived before the page left is still taken."""
        try:
            while (frame := await page.frames.get()) is not None:
                await self._handle(page, frame)
        except Exception as error:
            # Not acknowledged, so the page connects again and sends it again.
            log.error("A frame of the page was not taken: %s", outline(error))
            await page.socket.close(code=WSCloseCode.INTERNAL_ERROR)

    async def _handle(self, page: _OpenPage, frame: Inbound) -> None:
        match frame:
            case Hello():
                await self._greet(page, frame)
            case Skip():
                await self._skip(page, frame)
            case Fault():
                await page.tell(render.fault(frame.why, frame.id))
            case Event():
                taken = await self._core.take(frame)
                await page.tell(render.taken(frame.delivery_id))
                await self._core.post(taken)

    async def _greet(self, page: _OpenPage, hello: Hello) -> None:
        page.greeted = True
        await page.tell(render.clock(self._core.clock.now()))
        await self._core.arrived(inbound.speaker(hello).person)
        if hello.fresh and not page.has_screen:
            taken = await self._core.take(inbound.resume(hello, self._core.clock.now()))
            await page.tell(render.taken(hello.id))
            await self._core.post(taken)
        else:
            await page.tell(render.taken(hello.id))

    async def _skip(self, page: _OpenPage, skip: Skip) -> None:
        try:
            await self._core.skip(skip.by)
        except ProgramError:
            await page.tell(render.fault("clock_fixed", skip.id))
            return
        await page.tell(render.taken(skip.id))
        for each in list(self._pages):
            await each.tell(render.clock(self._core.clock.now()))


def _loopback_only(handler: Handler, *, socket: bool = False) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        why = inbound.refusal(
            request.remote or "", request.headers.get("Host", ""), request.headers.get("Origin"), socket=socket
        )
        if why:
            return web.Response(status=403, text=why, headers=HEADERS)
        return await handler(request)

    return guarded
