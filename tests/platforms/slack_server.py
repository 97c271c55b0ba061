"""A small Slack on loopback: Web API, response_url, Socket Mode and signed requests.

It refuses what Slack would refuse, with Slack's codes. The people on it are in `slack_person`.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.platforms.slack_web_api import WebApi
from tests.platforms.slack_world import APP, PATIENCE_S, World

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-good", "xapp-good", "s3cret"


@dataclass
class Delivery:
    """One payload on its way to the app. `status`: the HTTP status, or 200 for a Socket Mode acknowledgement."""

    kind: str
    payload: dict[str, Any]
    envelope_id: str
    retries: int
    sent_at: float
    status: asyncio.Future[int]
    acked_at: float = 0.0

    async def ack(self) -> int:
        return await asyncio.wait_for(asyncio.shield(self.status), PATIENCE_S)


class SlackServer(World):
    """With `app_url` set, payloads go there as signed requests; otherwise over the app's Socket Mode connection."""

    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.port = port
        self.app_url = ""
        self.deliveries: list[Delivery] = []
        self.connections = 0
        self._api = WebApi(self, BOT_TOKEN, APP_TOKEN)
        self._sockets: list[web.WebSocketResponse] = []
        self._posts: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        app = web.Application()
        self._api.routes(app)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self._client = aiohttp.ClientSession()

    async def stop(self) -> None:
        self._api.closing.set()
        await self.drop()
        for post in self._posts:
            post.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def api_url(self) -> str:
        return f"{self.root}api/"

    async def deliver(self, kind: str, payload: dict[str, Any], retries: int = 0) -> Delivery:
        """`kind` is Socket Mode's: events_api, slash_commands, interactive."""
        status = asyncio.get_running_loop().create_future()
        delivery = Delivery(kind, payload, self.new_id("env"), retries, time.monotonic(), status)
        self.deliveries.append(delivery)
        if self.app_url:
            post = asyncio.create_task(self._post(delivery))
            self._posts.add(post)
            post.add_done_callback(self._posts.discard)
        elif self._sockets:
            # Where the connection is gone, or not there yet, the next one brings what was not acknowledged.
            with suppress(ConnectionError):
                await self._push(self._sockets[-1], delivery)
        return delivery

    async def deliver_again(self, delivery: Delivery) -> Delivery:
        """As Slack does when no acknowledgement came in time."""
        return await self.deliver(delivery.kind, delivery.payload, delivery.retries + 1)

    async def _post(self, delivery: Delivery) -> None:
        kind, body = "application/json", json.dumps(delivery.payload)
        if delivery.kind != "events_api":
            kind = "application/x-www-form-urlencoded"
            body = urlencode({"payload": body} if delivery.kind == "interactive" else delivery.payload)
        headers = {"Content-Type": kind, **signature(body)}
        if delivery.retries:
            headers |= {"X-Slack-Retry-Num": str(delivery.retries), "X-Slack-Retry-Reason": "http_timeout"}
        async with self._client.post(self.app_url, data=body, headers=headers) as answer:
            await self._settle(delivery, answer.status)

    async def _push(self, socket: web.WebSocketResponse, delivery: Delivery) -> None:
        envelope = {
            "envelope_id": delivery.envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.retries:
            envelope |= {"retry_attempt": delivery.retries, "retry_reason": "timeout"}
        await socket.send_json(envelope)

    async def _settle(self, delivery: Delivery, status: int) -> None:
        delivery.acked_at = time.monotonic()
        if not delivery.status.done():
            delivery.status.set_result(status)
        await self.changed()

    async def _link(self, request: web.Request) -> web.StreamResponse:
        """A Socket Mode connection. What was not acknowledged on an earlier one comes again."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._api.tickets:
            return web.Response(status=408)
        self._api.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})
        for delivery in [waiting for waiting in self.deliveries if not waiting.status.done()]:
            delivery.retries += 1
            await self._push(socket, delivery)
        self._sockets.append(socket)
        self.connections += 1
        await self.changed()
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                await self._acknowledged(frame.json())
        with suppress(ValueError):
            self._sockets.remove(socket)
        return socket

    async def _acknowledged(self, frame: Mapping[str, Any]) -> None:
        for delivery in self.deliveries:
            if delivery.envelope_id == frame["envelope_id"]:
                await self._settle(delivery, 200)

    async def refresh(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours."""
        await self.frame('{"type": "disconnect", "reason": "refresh_requested"}')

    async def frame(self, text: str) -> None:
        for socket in list(self._sockets):
            await socket.send_str(text)

    async def drop(self) -> None:
        for socket in list(self._sockets):
            await socket.close()


def signature(body: str, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
