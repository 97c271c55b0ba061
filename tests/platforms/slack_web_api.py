"""The small Slack's Web API and response_url endpoint: it checks calls as Slack does and answers with Slack's codes."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from tests.platforms import slack_rules
from tests.platforms.cuts import half_an_answer
from tests.platforms.slack_world import APP, BOT, BOT_USER, TEAM, Fault, Posted, World

RESPONSE_URL_LIFE_S = 30 * 60
RESPONSE_URL_USES = 5

SCOPE_OF = {
    "chat.postMessage": "chat:write",
    "conversations.open": "im:write",
    "conversations.history": "im:history",
    "users.info": "users:read",
}

Answer = dict[str, Any]


class WebApi:
    def __init__(self, world: World, bot_token: str, app_token: str) -> None:
        self.world = world
        self.bot_token = bot_token
        self.app_token = app_token
        self.tickets: set[str] = set()
        self.closing = asyncio.Event()
        self._methods = {
            "auth.test": self._auth_test,
            "users.info": self._users_info,
            "conversations.open": self._conversations_open,
            "conversations.history": self._conversations_history,
            "chat.postMessage": self._chat_post_message,
            "views.open": self._views_open,
            "apps.connections.open": self._apps_connections_open,
        }

    def routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/respond/{id}", self._respond)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _arguments(request)
        self.world.calls.append((method, given))
        await self.world.changed()
        fault = self._next_fault(method, given.get("channel", ""))
        if fault and not fault.done:
            return await self._go_wrong(request, fault)
        answer = self._answer(method, given, request)
        await self.world.changed()
        if fault:
            return await self._go_wrong(request, fault, answer)
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(sorted(self.world.granted))})

    def _answer(self, method: str, given: Mapping[str, Any], request: web.Request) -> Answer:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or given.get("token", "")
        if method not in self._methods:
            return _no("unknown_method")
        if error := self._token_error(method, token):
            return _no(error)
        scope = SCOPE_OF.get(method)
        if scope and scope not in self.world.granted:
            return _no("missing_scope", needed=scope, provided=",".join(self.world.granted))
        return self._methods[method](given, request)

    def _token_error(self, method: str, token: str) -> str:
        if not token:
            return "not_authed"
        if method == "apps.connections.open":
            return "" if token == self.app_token else "invalid_auth"
        if token != self.bot_token:
            return "invalid_auth"
        return "token_revoked" if self.world.revoked else ""

    def _next_fault(self, name: str, channel: str = "") -> Fault | None:
        waiting = self.world.faults[name]
        fault = next((fault for fault in waiting if fault.channel in {"", channel}), None)
        if fault is not None and fault.after:
            fault.after -= 1
            return None
        if fault is not None:
            waiting.remove(fault)
        return fault

    async def _go_wrong(self, request: web.Request, fault: Fault, answer: Answer | None = None) -> web.StreamResponse:
        fault.struck = True
        await self.world.changed()
        if fault.half:
            return await half_an_answer(request, json.dumps(answer or _yes()).encode())
        if fault.late_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), fault.late_s)
            return web.json_response(answer or _yes())
        if fault.hang:
            await self.closing.wait()
        if fault.cut or fault.hang:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
        if not fault.error:
            return web.Response(status=fault.status, headers=headers, text=fault.said, content_type=fault.kind)
        return web.json_response(_no(fault.error), status=fault.status, headers=headers)

    def _auth_test(self, given: Mapping[str, Any], request: web.Request) -> Answer:
        return _yes(user_id=BOT_USER, bot_id=BOT, team_id=TEAM, url="https://example.slack.com/", user="debrief")

    def _users_info(self, given: Mapping[str, Any], request: web.Request) -> Answer:
        person = self.world.people.get(given["user"])
        if person is None:
            return _no("user_not_found")
        shown = person if given.get("include_locale") in {"1", "true", True} else {**person, "locale": None}
        return _yes(user=shown)

    def _conversations_open(self, given: Mapping[str, Any], request: web.Request) -> Answer:
        user = given.get("users", "")
        if user not in self.world.people:
            return _no("user_not_found")
        if self.world.people[user]["deleted"]:
            return _no("user_disabled")
        return _yes(channel={"id": self.world.people[user]["im"]})

    def _conversations_history(self, given: Mapping[str, Any], request: web.Request) -> Answer:
        """Newest first, in pages, as Slack has it. The cursor is the place of the next page."""
        if self._reader(given["channel"]) is None:
            return _no("channel_not_found")
        oldest, start = float(given.get("oldest", 0)), int(given.get("cursor") or 0)
        told = [
            _as_in_history(message, with_metadata=given.get("include_all_metadata") in {"1", "true"})
            for message in reversed(self.world.messages)
            if message.channel == given["channel"] and not message.ephemeral and float(message.ts) > oldest
        ]
        size = min(self.world.page_size, int(given.get("limit", 100)))
        more = start + size < len(told)
        cursor = str(start + size) if more else ""
        page = told[start : start + size]
        return _yes(messages=page, has_more=more, response_metadata={"next_cursor": cursor})

    def _reader(self, channel: str) -> str | None:
        """Whose direct messages with the bot these are. All other channels are hidden from it."""
        return next((user for user, person in self.world.people.items() if person["im"] == channel), None)

    def _chat_post_message(self, given: Mapping[str, Any], request: web.Request) -> Answer:
        channel = given.get("channel", "")
        reader = self._reader(channel)
        if reader is None or reader in self.world.closed_to_us:
            return _no("channel_not_found")
        if slack_rules.faults_of_metadata(given.get("metadata")):
            return _no("invalid_metadata_format")
        if found := slack_rules.faults_of_message(given.get("text"), given.get("blocks")):
            return _no("invalid_blocks", errors=found)
        if slack_rules.too_long(given["blocks"]):
            return _no("msg_blocks_too_long")
        message = Posted(
            channel,
            given["text"],
            given["blocks"],
            self.world.new_ts(),
            reader=reader,
            metadata=given["metadata"],
            given=given,
        )
        self.world.messages.append(message)
        return _yes(channel=channel, ts=message.ts)

    def _views_open(self, given: Mapping[str, Any], request: web.Request) -> Answer:
        if error := self.world.take_trigger(given.get("trigger_id", "")):
            return _no(error)
        if found := slack_rules.faults_of_view(given["view"]):
            return _no("invalid_arguments", response_metadata={"messages": found})
        view = {**given["view"], "id": self.world.new_id("V"), "hash": self.world.new_id("hash."), "app_id": APP}
        for block in view["blocks"]:
            block.setdefault("block_id", self.world.new_id("b"))
        self.world.views.append(view)
        return _yes(view=view)

    def _apps_connections_open(self, given: Mapping[str, Any], request: web.Request) -> Answer:
        ticket = self.world.new_id("ticket")
        self.tickets.add(ticket)
        return _yes(url=f"ws://{request.host}/link?ticket={ticket}&app_id={APP}")

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        given = await request.json()
        # Whoever holds the address may post to it: the token is for the Web API alone.
        assert "Authorization" not in request.headers
        self.world.calls.append(("response_url", given))
        fault = self._next_fault("response_url")
        if fault and not fault.done:
            return await self._go_wrong(request, fault)
        status, answer = self._answered(request.match_info["id"], given)
        await self.world.changed()
        return await self._go_wrong(request, fault) if fault else web.json_response(answer, status=status)

    def _answered(self, url_id: str, given: Mapping[str, Any]) -> tuple[int, Answer]:
        url = self.world.response_urls[url_id]
        if self.world.now() - url.made_at > RESPONSE_URL_LIFE_S:
            return 404, _no("expired_url")
        url.uses += 1
        if url.uses > RESPONSE_URL_USES:
            return 404, _no("used_url")
        if slack_rules.faults_of_message(given.get("text"), given.get("blocks")):
            return 400, _no("invalid_blocks")
        # Without the word Slack decides by where the request came from.
        ephemeral = given.get("response_type") == "ephemeral"
        message = Posted(url.channel, given["text"], given["blocks"], self.world.new_ts(), url.reader, ephemeral)
        message.given = given
        if given.get("replace_original") and url.original in self.world.messages:
            self.world.messages.remove(url.original)
        self.world.messages.append(message)
        return 200, _yes()


def _as_in_history(message: Posted, *, with_metadata: bool) -> Answer:
    told = {"type": "message", "user": BOT_USER, "bot_id": BOT, "text": message.text, "ts": message.ts}
    return {**told, "metadata": message.metadata} if with_metadata and message.metadata else told


async def _arguments(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= json.loads(await request.text() or "{}")
    else:
        given |= dict(await request.post())
    return given


def _yes(**more: Any) -> Answer:
    return {"ok": True, **more}


def _no(error: str, **more: Any) -> Answer:
    return {"ok": False, "error": error, **more}
