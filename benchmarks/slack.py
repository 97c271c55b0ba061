"""Slack on loopback for round trips: Socket Mode, the few calls that a bot makes, and people who write and press."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from benchmarks import wire
from benchmarks.trips import SAID
from bot.content import Content
from bot.forms import form_at
from bot.model import SAFETY
from handlers.slack import position

Json = dict[str, Any]

TEAM, APP, BOT_USER, BOT = "T0BENCH", "A0BENCH", "U0BOT", "B0BOT"
# What a floor's message is pressed on; ours is pressed on its own buttons.
_AGAIN: Json = {"type": "plain_text", "text": "Again"}
_ECHOED: Json = {"type": "button", "action_id": "echo", "value": "again", "text": _AGAIN}


class SlackChat:
    """Implements benchmarks.trips.Chat and benchmarks.wire.Site."""

    def __init__(self, content: Content) -> None:
        self.port = 0
        self.joined = asyncio.Event()
        self._content = content
        self._link: wire.Wire | None = None
        self._ids = itertools.count(1)
        self._spoken: dict[int, int] = {}
        self._buttons: dict[str, Json] = {}
        self._acks: dict[str, asyncio.Future[None]] = {}
        self._answers: dict[str, asyncio.Future[None]] = {}

    async def trip(self, person: int) -> None:
        spoken = self._spoken[person] = self._spoken.get(person, 0) + 1
        channel = f"D{person:08d}"
        loop = asyncio.get_running_loop()
        envelope = f"env-{next(self._ids)}"
        acknowledged = self._acks[envelope] = loop.create_future()
        answered = self._answers[channel] = loop.create_future()
        if spoken == 1 or (person + spoken) % 2:
            kind, payload = "events_api", self._message(person, channel, SAID[(person + spoken) % len(SAID)])
        else:
            kind, payload = "interactive", self._press(person, channel)
        frame = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind == "interactive",
        }
        assert self._link is not None
        self._link.text(json.dumps(frame).encode())
        await answered
        await acknowledged

    def opened(self, link: wire.Wire) -> None:
        self._link = link
        link.text(b'{"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0BENCH"}}')
        self.joined.set()

    def heard(self, _: wire.Wire, text: bytes) -> None:
        self._acks.pop(json.loads(text)["envelope_id"]).set_result(None)

    def answer(self, _: str, path: str, query: str, body: bytes) -> bytes:
        match path.rpartition("/")[2]:
            case "chat.postMessage":
                return self._posted(json.loads(body))
            case "users.info":
                user = {"id": "U", "team_id": TEAM, "name": "ana", "tz": "Europe/Lisbon", "locale": "en-GB"}
                return _ok(user=user)
            case "apps.connections.open":
                return _ok(url=f"ws://127.0.0.1:{self.port}/link?ticket={next(self._ids)}")
            case "auth.test":
                return _ok(user_id=BOT_USER, bot_id=BOT, team_id=TEAM, url="https://example.slack.com/", user="debrief")
            case "conversations.open":
                return _ok(channel={"id": parse_qs(query)["users"][0].replace("U", "D", 1)})
            case other:
                raise LookupError(f"the benchmarks' Slack has no {other}")

    def _posted(self, given: Json) -> bytes:
        """As Slack answers: with the whole message."""
        channel, blocks = given["channel"], given.get("blocks", [])
        self._buttons[channel] = self._button(blocks)
        waiting = self._answers.pop(channel, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        ts = f"{time.time():.6f}"
        message = {"user": BOT_USER, "type": "message", "ts": ts, "bot_id": BOT, "app_id": APP, "team": TEAM}
        return _ok(channel=channel, ts=ts, message={**message, "text": given["text"], "blocks": blocks})

    def _button(self, blocks: list[Json]) -> Json:
        """The first that moves on: not one that opens a form, and safety only where there is nothing else."""
        elements: list[Json] = [element for block in blocks for element in block.get("elements", [])]
        buttons = [element for element in elements if element["type"] == "button"]
        for button in sorted(buttons, key=lambda one: one["action_id"].endswith(f":{SAFETY}")):
            place = position.of_action(button)
            if place is not None and form_at(self._content, place.step, place.choice) is None:
                return button
        return _ECHOED

    def _message(self, person: int, channel: str, text: str) -> Json:
        ts = f"{time.time():.6f}"
        rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        said = {
            "user": f"U{person:08d}",
            "type": "message",
            "ts": ts,
            "client_msg_id": f"c0ffee00-0000-4000-8000-{next(self._ids):012d}",
            "text": text,
            "team": TEAM,
            "blocks": [{"type": "rich_text", "block_id": "b1", "elements": [rich]}],
            "channel": channel,
            "event_ts": ts,
            "channel_type": "im",
        }
        allowed = {
            "enterprise_id": None,
            "team_id": TEAM,
            "user_id": BOT_USER,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": "verification",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": APP,
            "event": said,
            "type": "event_callback",
            "event_id": f"Ev{next(self._ids):09d}",
            "event_time": int(time.time()),
            "authorizations": [allowed],
            "is_ext_shared_channel": False,
            "event_context": "4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMEJFTkNIIiwiYWlkIjoiQTBCRU5DSCJ9",
        }

    def _press(self, person: int, channel: str) -> Json:
        ts = f"{time.time():.6f}"
        shown = {"user": BOT_USER, "type": "message", "ts": ts, "bot_id": BOT, "app_id": APP, "team": TEAM}
        section = {"type": "section", "block_id": "b1", "text": {"type": "plain_text", "text": SAID[0], "emoji": False}}
        actions = {"type": "actions", "block_id": "b2", "elements": [_ECHOED, _ECHOED, _ECHOED]}
        return {
            "type": "block_actions",
            "user": {"id": f"U{person:08d}", "username": "ana", "name": "ana", "team_id": TEAM},
            "api_app_id": APP,
            "token": "verification",
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
            "trigger_id": f"{next(self._ids)}.123.abcdef",
            "team": {"id": TEAM, "domain": "example"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel, "name": "directmessage"},
            "message": {**shown, "text": "A message for you.", "blocks": [section, actions]},
            "state": {"values": {}},
            "response_url": f"http://127.0.0.1:{self.port}/respond/1",
            "actions": [{**self._buttons[channel], "block_id": "b2", "action_ts": ts}],
        }

    def env(self) -> Mapping[str, str]:
        return {
            "SLACK_API_URL": f"http://127.0.0.1:{self.port}/api/",
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_APP_TOKEN": "xapp-bench",
        }


def _ok(**fields: Any) -> bytes:
    return json.dumps({"ok": True, **fields}).encode()


@asynccontextmanager
async def slack(content: Content) -> AsyncIterator[SlackChat]:
    chat = SlackChat(content)
    server = await wire.listen(chat)
    chat.port = wire.port(server)
    try:
        yield chat
    finally:
        server.close()
