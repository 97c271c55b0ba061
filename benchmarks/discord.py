"""Discord on loopback for round trips: the gateway, the few calls that a bot makes, and people who write and press."""

import asyncio
import base64
import itertools
import json
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from benchmarks import wire
from benchmarks.trips import SAID
from bot.content import Content
from bot.forms import form_at
from bot.model import SAFETY
from handlers.discord import position

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, HELLO, HEARTBEAT_ACK = 0, 1, 2, 10, 11
BUTTON, COMPONENT = 2, 3
BOT, APPLICATION = 10**18 + 1, 10**18 + 2
PEOPLE, CHANNELS = 2 * 10**18, 3 * 10**18
TOKEN = ".".join([base64.urlsafe_b64encode(str(APPLICATION).encode()).decode().rstrip("="), "A" * 6, "0" * 38])
# What a floor's message is pressed on; ours is pressed on its own buttons.
_ECHOED: Json = {"type": BUTTON, "style": 2, "label": "Again", "custom_id": "echo"}


class DiscordChat:
    """Implements benchmarks.trips.Chat and benchmarks.wire.Site."""

    def __init__(self, content: Content) -> None:
        self.port = 0
        self._content = content
        self._link: wire.Wire | None = None
        self._deflate = zlib.compressobj()
        self._sequence = 0
        self._commands: list[Json] = []
        self._ids = itertools.count(4 * 10**18)
        self._spoken: dict[int, int] = {}
        self._shown: dict[int, tuple[Json, Json]] = {}
        self._answers: dict[int, asyncio.Future[None]] = {}

    async def trip(self, person: int) -> None:
        spoken = self._spoken[person] = self._spoken.get(person, 0) + 1
        answered = self._answers[person] = asyncio.get_running_loop().create_future()
        if spoken == 1 or (person + spoken) % 2:
            text = SAID[(person + spoken) % len(SAID)]
            self._dispatch("MESSAGE_CREATE", self._message(CHANNELS + person, PEOPLE + person, text, []))
        else:
            self._dispatch("INTERACTION_CREATE", self._press(person))
        await answered

    def opened(self, link: wire.Wire) -> None:
        self._link, self._deflate = link, zlib.compressobj()
        self._tell(HELLO, {"heartbeat_interval": 41_250})

    def heard(self, _: wire.Wire, text: bytes) -> None:
        op = json.loads(text)["op"]
        if op == HEARTBEAT:
            self._tell(HEARTBEAT_ACK, None)
        elif op == IDENTIFY:
            own = {"id": str(APPLICATION), "flags": 0}
            session = {"session_id": "bench", "resume_gateway_url": self.gateway}
            self._dispatch("READY", {"v": 10, "user": _user(BOT), "guilds": [], "application": own, **session})

    def answer(self, method: str, path: str, _: str, body: bytes) -> bytes:
        return json.dumps(self._answered(method, path.removeprefix("/api/v10").split("/")[1:], body)).encode()

    def _answered(self, method: str, path: list[str], body: bytes) -> Any:
        match path:
            case ["channels", channel, "messages"]:
                return self._posted(int(channel), json.loads(body))
            case ["interactions", asked, _, "callback"]:
                interaction = {"id": asked, "type": COMPONENT, "response_message_id": None}
                return {"interaction": interaction, "resource": {"type": 6}}
            case ["users", "@me", "channels"]:
                person = int(json.loads(body)["recipient_id"]) - PEOPLE
                return {"id": str(CHANNELS + person), "type": 1, "recipients": [_user(PEOPLE + person)]}
            case ["users", "@me"]:
                return _user(BOT)
            case ["oauth2", "applications", "@me"]:
                flags = {"bot_public": True, "bot_require_code_grant": False, "flags": 0, "icon": None}
                own = {"id": str(APPLICATION), "owner": _user(1), "verify_key": "0", "name": "D", "description": ""}
                return {**own, **flags}
            case ["applications", _, "commands"]:
                self._commands = self._commands if method == "GET" else self._registered(json.loads(body))
                return self._commands
        raise LookupError(f"the benchmarks' Discord has no {method} {path}")

    def _registered(self, commands: list[Json]) -> list[Json]:
        own = {"id": "1", "application_id": str(APPLICATION), "version": "1", "default_member_permissions": None}
        return [{**command, **own} for command in commands]

    def _posted(self, channel: int, given: Json) -> Json:
        """As Discord answers: with the whole message."""
        person = channel - CHANNELS
        shown = self._message(channel, BOT, given["content"], given.get("components", []))
        self._shown[person] = shown, self._button(shown["components"])
        waiting = self._answers.pop(person, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        return {**shown, "nonce": given.get("nonce")}

    def _button(self, rows: list[Json]) -> Json:
        """The first that moves on: not one that opens a form, and safety only where there is nothing else."""
        buttons: list[Json] = [item for row in rows for item in row["components"] if item["type"] == BUTTON]
        for button in buttons:
            place = position.read(button["custom_id"])
            if place and place.choice != SAFETY and form_at(self._content, place.step, place.choice) is None:
                return button
        return buttons[-1] if buttons else _ECHOED

    def _message(self, channel: int, author: int, text: str, components: list[Json]) -> Json:
        empty: Json = {name: [] for name in ("mentions", "mention_roles", "attachments", "embeds")}
        return {
            **empty,
            "id": str(next(self._ids)),
            "type": 0,
            "channel_id": str(channel),
            "channel_type": 1,
            "author": _user(author),
            "content": text,
            "timestamp": "2026-11-22T20:00:00.000000+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "pinned": False,
            "flags": 0,
            "components": components,
        }

    def _press(self, person: int) -> Json:
        shown, button = self._shown[person]
        return {
            "id": str(next(self._ids)),
            "application_id": str(APPLICATION),
            "type": COMPONENT,
            "token": "t" * 150,
            "version": 1,
            "data": {"custom_id": button["custom_id"], "component_type": BUTTON},
            "locale": "en-GB",
            "app_permissions": "0",
            "entitlements": [],
            "attachment_size_limit": 0,
            "authorizing_integration_owners": {"1": str(PEOPLE + person)},
            "context": 1,
            "user": _user(PEOPLE + person),
            "channel": {"id": shown["channel_id"], "type": 1},
            "channel_id": shown["channel_id"],
            "message": shown,
        }

    def _dispatch(self, event: str, payload: Json) -> None:
        self._sequence += 1
        self._tell(DISPATCH, payload, self._sequence, event)

    def _tell(self, op: int, data: Any, sequence: int | None = None, event: str | None = None) -> None:
        assert self._link is not None
        frame = json.dumps({"op": op, "d": data, "s": sequence, "t": event}).encode()
        self._link.binary(self._deflate.compress(frame) + self._deflate.flush(zlib.Z_SYNC_FLUSH))

    @property
    def gateway(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway/"

    def env(self) -> Mapping[str, str]:
        api = f"http://127.0.0.1:{self.port}/api/v10"
        return {"DISCORD_API_URL": api, "DISCORD_GATEWAY_URL": self.gateway, "DISCORD_TOKEN": TOKEN}


def _user(user: int) -> Json:
    return {"id": str(user), "username": f"u{user}", "discriminator": "0", "avatar": None, "bot": user == BOT}


@asynccontextmanager
async def discord(content: Content) -> AsyncIterator[DiscordChat]:
    chat = DiscordChat(content)
    server = await wire.listen(chat)
    chat.port = wire.port(server)
    try:
        yield chat
    finally:
        server.close()
