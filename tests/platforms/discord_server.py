"""A small Discord on loopback: REST. It refuses what Discord refuses, and can be told to misbehave."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from tests.platforms import discord_rules as rules
from tests.platforms.cuts import half_an_answer, in_two_parts
from tests.platforms.discord_answers import Answers
from tests.platforms.discord_gateway import Gateway
from tests.platforms.discord_rules import Refusal, reply
from tests.platforms.discord_world import APPLICATION, BOT, NOT_OURS, Fault, Payload, World, user_payload

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class DiscordServer(World):
    async def __aenter__(self) -> "DiscordServer":
        self.gateway = Gateway(self)
        self._released = asyncio.Event()
        app = web.Application(middlewares=[self._answering], client_max_size=rules.REQUEST_BYTES)
        app.add_routes(
            [
                web.get("/api/v10/users/@me", self._me),
                web.post("/api/v10/users/@me/channels", self._open_dm),
                web.get("/api/v10/oauth2/applications/@me", self._application),
                web.get("/api/v10/applications/{app}/commands", self._get_commands),
                web.put("/api/v10/applications/{app}/commands", self._put_commands),
                web.get("/api/v10/channels/{channel}/messages", self._history),
                web.post("/api/v10/channels/{channel}/messages", self._post),
                *Answers(self).routes(),
                web.get("/gateway/", self.gateway.connect),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.api_url = f"http://{host}:{port}/api/v10"
        self.gateway.url = f"ws://{host}:{port}/gateway/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._released.set()
        await self.gateway.lose()
        await self._runner.cleanup()

    # What goes wrong on purpose, and Discord's shape for what it refuses.

    @web.middleware
    async def _answering(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return await handler(request)
        self.requests.append((request.method, request.path))
        self.transports.add(request.transport)
        fault = next((f for f in self.faults if f.method == request.method and f.part in request.path), None)
        if fault is None:
            return await self._answer(request, handler)
        self.faults.remove(fault)
        await self.changed()
        return await self._misbehave(fault, request, handler)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            by_token = "/webhooks/" in request.path or "/interactions/" in request.path
            if not by_token and request.headers.get("Authorization") != f"Bot {self.token}":
                raise Refusal(401, 0, "401: Unauthorized")
            return await handler(request)
        except Refusal as refusal:
            self.refusals.append(refusal)
            return reply(refusal.body(), status=refusal.status)
        finally:
            await self.changed()

    async def _misbehave(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        if fault.kind in {"limited", "banned"}:
            fault.struck = True
            return _limited(fault)
        answer = await self._answer(request, handler) if fault.accepted else reply({"message": "not done", "code": 0})
        fault.struck = True
        await self.changed()
        if fault.kind == "broken":
            # A redirect leads back here.
            back = {"Location": request.path} if fault.status in range(300, 400) else {}
            return reply({"message": "broken", "code": fault.code}, status=fault.status, headers=back)
        if fault.kind == "unreadable":
            return web.Response(body=b"<html>\xff", status=fault.status, content_type="text/html", charset="utf-8")
        if fault.kind == "half":
            # Discord's status alone tells whether it took what it was given.
            return await half_an_answer(request, _body(answer), answer.status if fault.accepted else fault.status)
        if fault.kind == "parts":
            return await in_two_parts(request, _body(answer), answer.status)
        if fault.kind == "late":
            with suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), fault.after_s)
        if fault.kind == "spent":
            spent = {"Limit": "5", "Remaining": "0", "Reset-After": str(fault.after_s)}
            answer.headers.update({f"X-RateLimit-{name}": value for name, value in spent.items()})
        if fault.kind == "silent":
            await self._released.wait()
        if fault.kind == "cut" and request.transport is not None:
            request.transport.close()
        return answer

    # The routes.

    async def _me(self, _: web.Request) -> web.Response:
        return reply(user_payload(BOT))

    async def _application(self, _: web.Request) -> web.Response:
        plain = {
            "name": "Debrief",
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
        }
        own = {"id": str(APPLICATION), "owner": user_payload(1), "verify_key": "0"}
        return reply({**plain, **own, **self.app})

    async def _get_commands(self, request: web.Request) -> web.Response:
        whole = request.query.get("with_localizations") == "true"
        return reply(self.commands if whole else [_without_localizations(command) for command in self.commands])

    async def _put_commands(self, request: web.Request) -> web.Response:
        commands = await request.json()
        for command in commands:
            rules.refuse_invalid(rules.command_faults(command))
        self.commands = [{**c, "id": str(self.new_id()), "application_id": str(APPLICATION)} for c in commands]
        self.registrations += 1
        return reply(self.commands)

    async def _open_dm(self, request: web.Request) -> web.Response:
        user = int((await request.json())["recipient_id"])
        if user not in self.people:
            raise Refusal(404, 10013, "Unknown User")
        dm = {"id": str(self.dm_of(user)), "type": 1, "last_message_id": None, "recipients": [user_payload(user)]}
        return reply(dm)

    async def _history(self, request: web.Request) -> web.Response:
        channel, _ = self._ours(request)
        limit, before = int(request.query.get("limit", 50)), int(request.query.get("before", 1 << 63))
        there = [m for m in self.messages if m.channel == channel and not m.ephemeral and not m.deleted]
        there = [m for m in there if m.id < before]
        return reply([message.payload() for message in reversed(there[-limit:])])

    def _ours(self, request: web.Request) -> tuple[int, int]:
        """The channel, and whose direct messages with the bot it holds."""
        channel = int(request.match_info["channel"])
        if channel in NOT_OURS:
            raise Refusal(403, 50001, "Missing Access")
        user = self.user_of(channel)
        if user is None:
            raise Refusal(404, 10003, "Unknown Channel")
        return channel, user

    async def _post(self, request: web.Request) -> web.Response:
        channel, user = self._ours(request)
        payload, uploads = await rules.given(request)
        if user in self.closed:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        rules.refuse_invalid(rules.message_faults(payload))
        rules.refuse_empty(payload)
        if payload.get("flags", 0) & rules.EPHEMERAL:
            raise Refusal(400, 50035, "Invalid Form Body", ["flags: only an answer can be ephemeral"])
        nonce = payload.get("nonce", "")
        earlier = self.of_nonce(nonce) if payload.get("enforce_nonce") else None
        message = earlier or self.add(channel, BOT, payload, uploads)
        return reply({**message.payload(), "nonce": nonce})


def _without_localizations(command: Payload) -> Payload:
    kept = {name: value for name, value in command.items() if not name.endswith("_localizations")}
    return {**kept, "options": [_without_localizations(option) for option in command.get("options", [])]}


def _body(answer: web.StreamResponse) -> bytes:
    assert isinstance(answer, web.Response)
    assert isinstance(answer.body, bytes)
    return answer.body


def _limited(fault: Fault) -> web.Response:
    """Without `Via` it is not Discord that answers, but what stands before it."""
    retry = {"Retry-After": f"{fault.after_s:.0f}"}
    if fault.kind == "banned":
        return web.Response(status=429, text="error code: 1015", headers=retry)
    headers = {"Via": "1.1 google", "X-RateLimit-Reset-After": str(fault.after_s), **retry}
    headers["X-RateLimit-Scope"] = fault.scope
    if fault.everywhere:
        headers["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": fault.after_s, "global": fault.everywhere}
    return reply(body, status=429, headers=headers)
