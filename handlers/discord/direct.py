"""The two requests of nearly every turn, straight over HTTP: a message to a channel, and the answer to a press.

discord.py's own way costs more than a trip may. What it does for them is done here: nothing goes into a channel whose
allowance is used up. All else goes through discord.py.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import discord
import msgspec
from yarl import URL

from bot.model import Document
from bot.runtime.ports import Later, Receipt
from bot.runtime.posting import Answer, Origin
from handlers.discord.receipts import Line, seconds
from handlers.discord.settings import DiscordSettings

# The channels whose allowance is used up are looked through when they are as many as this.
SPENT_CHANNELS = 256

_encode = msgspec.json.Encoder().encode

Json = Mapping[str, Any]


class Allowances:
    """When a channel may be written to again, where Discord said that it may not now. `now_s`: the loop's time."""

    def __init__(self) -> None:
        self._free_at_s: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._free_at_s)

    def wait_s(self, channel: int, now_s: float) -> float:
        return max(0.0, self._free_at_s.get(channel, now_s) - now_s)

    def note(self, channel: int, headers: Mapping[str, str], now_s: float) -> None:
        if headers.get("X-RateLimit-Remaining") != "0":
            return
        if len(self) >= SPENT_CHANNELS:
            self._free_at_s = {each: at_s for each, at_s in self._free_at_s.items() if at_s > now_s}
        self._free_at_s[channel] = now_s + seconds(headers.get("X-RateLimit-Reset-After"))


class Direct:
    def __init__(self, settings: DiscordSettings, client: discord.Client, line: Line) -> None:
        url, agent = URL(settings.api_url), {"User-Agent": client.http.user_agent}
        ours = {**agent, "Authorization": f"Bot {settings.token.get_secret_value()}"}
        self._ours = Origin(client.http.connector, url, ours, timeout_s=line.timeout_s)
        # An interaction's token is all that Discord asks for.
        self._anybodys = Origin(client.http.connector, url, agent, timeout_s=line.timeout_s)
        self._base = url.raw_path
        self._line = line
        self._allowances = Allowances()

    async def message(self, channel: int, payload: Json, document: Document | None) -> Receipt:
        """The core writes to a person one message at a time, so an allowance that is not used up is enough for it."""
        if wait_s := self._allowances.wait_s(channel, asyncio.get_running_loop().time()):
            if wait_s > self._line.timeout_s:
                return Later(wait_s)
            await asyncio.sleep(wait_s)
        return await self._line.posted(self._message(channel, payload, document))

    async def _message(self, channel: int, payload: Json, document: Document | None) -> Answer:
        path = f"{self._base}/channels/{channel}/messages"
        if document is None:
            answer = await self._ours.post(path, _encode(payload))
        else:
            form = _form(payload, document)
            answer = await self._ours.post(path, await form.as_bytes(), form.headers["Content-Type"])
        self._allowances.note(channel, answer.headers, asyncio.get_running_loop().time())
        return answer

    async def respond(self, interaction: int, token: str, kind: discord.InteractionResponseType, data: Json) -> Receipt:
        """The first response to an interaction."""
        path = f"{self._base}/interactions/{interaction}/{quote(token, safe='')}/callback"
        return await self._line.posted(self._anybodys.post(path, _encode({"type": kind.value, "data": data})))


def _form(payload: Json, document: Document) -> aiohttp.Payload:
    # Quoted field names would not be the ones that Discord knows.
    form = aiohttp.FormData(quote_fields=False)
    described = {**payload, "attachments": [{"id": 0, "filename": document.name}]}
    form.add_field("payload_json", _encode(described).decode())
    form.add_field("files[0]", document.text.encode(), filename=document.name, content_type="application/octet-stream")
    return form()
