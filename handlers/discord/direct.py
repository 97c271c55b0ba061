"""The two requests of nearly every turn, straight over aiohttp: a message to a channel, and the answer to a press.

discord.py's own way costs more than a trip may. What it does for them is done here: one try, nothing into a
channel whose allowance is used up, and its exceptions for what Discord refuses. All else goes through discord.py.
"""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import aiohttp
import discord
import msgspec
from yarl import URL

from bot.model import Document
from handlers.discord import receipts
from handlers.discord.inbound import Interaction

# The channels whose allowance is used up are looked through when they are as many as this.
SPENT_CHANNELS = 256
# Whose addresses are kept as aiohttp wants them.
CHANNELS = 1_000

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
        self._free_at_s[channel] = now_s + float(headers.get("X-RateLimit-Reset-After", 0))


class Direct:
    """To be used through `Line.attempt`, which makes a receipt of what is raised. `timeout_s` bounds each request."""

    def __init__(self, client: discord.Client, api_url: str, timeout_s: float) -> None:
        self._client = client
        self._api_url = api_url
        self._session = aiohttp.ClientSession(
            connector=client.http.connector,
            connector_owner=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=timeout_s),
        )
        self._agent = {"User-Agent": client.http.user_agent}
        self._of_json = {**self._agent, "Content-Type": "application/json"}
        self._allowances = Allowances()
        self._timeout_s = timeout_s
        self._messages = lru_cache(maxsize=CHANNELS)(lambda channel: URL(f"{api_url}/channels/{channel}/messages"))

    async def close(self) -> None:
        await self._session.close()

    async def message(self, channel: int, payload: Json, document: Document | None) -> None:
        """The core writes to a person one message at a time, so an allowance that is not used up is enough for it."""
        if wait_s := self._allowances.wait_s(channel, asyncio.get_running_loop().time()):
            if wait_s > self._timeout_s:
                raise receipts.RateLimited(wait_s, everywhere=False)
            await asyncio.sleep(wait_s)
        url = self._messages(channel)
        headers = {**(self._agent if document else self._of_json), "Authorization": f"Bot {self._client.http.token}"}
        data = _form(payload, document) if document else _encode(payload)
        async with self._session.post(url, headers=headers, allow_redirects=False, data=data) as response:
            self._allowances.note(channel, response.headers, asyncio.get_running_loop().time())
            await receipts.judge(response)

    async def respond(self, interaction: Interaction, kind: discord.InteractionResponseType, data: Json) -> None:
        """The first response to it. Its token is all that Discord asks for."""
        token = quote(interaction.token, safe="")
        url = URL(f"{self._api_url}/interactions/{interaction.id}/{token}/callback", encoded=True)
        body = _encode({"type": kind.value, "data": data})
        async with self._session.post(url, headers=self._of_json, allow_redirects=False, data=body) as response:
            await receipts.judge(response)


def _form(payload: Json, document: Document) -> aiohttp.FormData:
    # Quoted field names would not be the ones that Discord knows.
    form = aiohttp.FormData(quote_fields=False)
    described = {**payload, "attachments": [{"id": 0, "filename": document.name}]}
    form.add_field("payload_json", _encode(described).decode())
    form.add_field("files[0]", document.text.encode(), filename=document.name, content_type="application/octet-stream")
    return form
