"""A small Slack on loopback: Web API, response_url, Socket Mode and signed requests.

It refuses what Slack would refuse, with Slack's codes. People on it are in `slack_person`.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.platforms import slack_rules

T = TypeVar("T")

PATIENCE_S = 5.0
TRIGGER_LIFE_S = 3.0
RESPONSE_URL_LIFE_S = 30 * 60
RESPONSE_URL_USES = 5

TEAM, ORGANISATION, APP, BOT_USER, BOT = "T0TEAM", "E0ORG", "A0APP", "U0BOT", "B0BOT"

SCOPE_OF = {
    "chat.postMessage": "chat:write",
    "conversations.open": "im:write",
    "conversations.history": "im:history",
    "users.info": "users:read",
}


@dataclass
class Posted:
    """A message as its reader has it. `text` is what a notification shows."""

    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]]
    ts: str
    ephemeral: bool = False
    metadata: Mapping[str, Any] | None = None

    @property
    def words(self) -> str:
        return "\n\n".join(block["text"]["text"] for block in self.blocks if block["type"] == "section")

    @property
    def elements(self) -> list[dict[str, Any]]:
        return [element for block in self.blocks for element in slack_rules.elements_of(block)]  # type: ignore[misc]

    @property
    def buttons(self) -> list[str]:
        return [element["text"]["text"] for element in self.elements if element["type"] == "button"]


@dataclass
class Delivery:
    """One payload on its way to the app. `acked` becomes the HTTP status, 200 for a Socket Mode acknowledgement."""

    kind: str
    payload: dict[str, Any]
    envelope_id: str
    acked: asyncio.Future[int]
    sent_at: float
    retries: int = 0
    acked_at: float = 0.0

    async def ack(self) -> int:
        return await asyncio.wait_for(asyncio.shield(self.acked), PATIENCE_S)


@dataclass
class Fault:
    """What goes wrong with one call. `done`: the call still has its effect before it goes wrong."""

    status: int = 200
    error: str = ""
    retry_after_s: int | None = None
    cut: bool = False
    hang: bool = False
    done: bool = False


@dataclass
class ResponseUrl:
    channel: str
    user: str
    made_at: float
    uses: int = 0
    original: Posted | None = None


@dataclass
class SlackServer:
    bot_token: str = "xoxb-good"
    app_token: str = "xapp-good"
    signing_secret: str = "s3cret"
    granted: set[str] = field(default_factory=lambda: {*SCOPE_OF.values(), "commands"})
    revoked: bool = False
    app_url: str = ""  # set: signed requests go there; empty: Socket Mode
    ahead_s: float = 0.0
    port: int = 0
    page: int = 100

    def __post_init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.messages: list[Posted] = []
        self.views: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.deliveries: list[Delivery] = []
        self.connections = 0
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.response_urls: dict[str, ResponseUrl] = {}
        self.triggers: dict[str, float] = {}
        self._ids = itertools.count(1)
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._posts: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{id}", self._respond)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._client = aiohttp.ClientSession()

    async def stop(self) -> None:
        self._closing.set()
        for socket in self._sockets:
            await socket.close()
        for post in self._posts:
            post.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):08d}"

    def now(self) -> float:
        return time.time() + self.ahead_s

    async def until(self, look: Callable[[], T]) -> T:
        """Waits until `look` gives something true."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            return await self._changed.wait_for(look)

    async def next_message(self, after: int = 0) -> Posted:
        return await self.until(lambda: self.messages[after] if len(self.messages) > after else None)  # type: ignore[return-value]

    def called(self, method: str) -> list[dict[str, Any]]:
        return [args for name, args in self.calls if name == method]

    # To the app

    async def deliver(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """`kind` is Socket Mode's: events_api, slash_commands, interactive."""
        acked = asyncio.get_running_loop().create_future()
        delivery = Delivery(kind, payload, self.new_id("env"), acked, time.monotonic())
        self.deliveries.append(delivery)
        await self._send(delivery)
        return delivery

    async def deliver_again(self, delivery: Delivery) -> Delivery:
        """As Slack does when no acknowledgement came in time."""
        again = Delivery(
            delivery.kind,
            delivery.payload,
            self.new_id("env"),
            asyncio.get_running_loop().create_future(),
            time.monotonic(),
            retries=delivery.retries + 1,
        )
        self.deliveries.append(again)
        await self._send(again)
        return again

    async def _send(self, delivery: Delivery) -> None:
        if self.app_url:
            post = asyncio.create_task(self._post(delivery))
            self._posts.add(post)
            post.add_done_callback(self._posts.discard)
            return
        await self.until(lambda: self._sockets)
        envelope: dict[str, Any] = {
            "envelope_id": delivery.envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.retries:
            envelope |= {"retry_attempt": delivery.retries, "retry_reason": "timeout"}
        await self._sockets[-1].send_json(envelope)

    async def _post(self, delivery: Delivery) -> None:
        kind, body = "application/json", json.dumps(delivery.payload)
        if delivery.kind != "events_api":
            kind = "application/x-www-form-urlencoded"
            fields = {"payload": body} if delivery.kind == "interactive" else delivery.payload
            body = urlencode(fields)
        headers = {"Content-Type": kind, **self.signature(body)}
        if delivery.retries:
            headers |= {"X-Slack-Retry-Num": str(delivery.retries), "X-Slack-Retry-Reason": "http_timeout"}
        async with self._client.post(self.app_url, data=body, headers=headers) as answer:
            await self._acknowledge(delivery, answer.status)

    def signature(self, body: str, secret: str = "") -> dict[str, str]:
        at = str(int(time.time()))
        key = (secret or self.signing_secret).encode()
        digest = hmac.new(key, f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def _acknowledge(self, delivery: Delivery, status: int) -> None:
        delivery.acked_at = time.monotonic()
        if not delivery.acked.done():
            delivery.acked.set_result(status)
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # Socket Mode

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=408)
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})
        self._sockets.append(socket)
        self.connections += 1
        await self._notify()
        try:
            for delivery in [waiting for waiting in self.deliveries if not waiting.acked.done()]:
                await self._send(delivery)
            async for frame in socket:
                if frame.type == WSMsgType.TEXT:
                    await self._ack_frame(frame.json())
        finally:
            with suppress(ValueError):
                self._sockets.remove(socket)
        return socket

    async def _ack_frame(self, frame: Mapping[str, Any]) -> None:
        for delivery in self.deliveries:
            if delivery.envelope_id == frame["envelope_id"]:
                await self._acknowledge(delivery, 200)

    async def disconnect(self) -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
