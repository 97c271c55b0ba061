"""The two calls that show a message, straight over the HTTP session: slack_sdk's own way costs more than the request.

Each goes out once: a second call after a cut would be a second message.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import msgspec
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.runtime.ports import Later, Receipt, Sent, Unknown
from handlers.slack import receipts

Fields = Mapping[str, Any]
_Read = Callable[[aiohttp.ClientResponse], Awaitable[Receipt]]

_encode = msgspec.json.Encoder().encode

# Slack's yes comes first in its answer; what follows is the whole message once more.
_YES = re.compile(rb'\{\s*"ok"\s*:\s*true\b')


class Poster:
    """Settings, token and proxy are those of `client`."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._proxy = client.proxy
        self._method = URL(f"{client.base_url}chat.postMessage")
        self._headers = {**client.headers, "Content-Type": "application/json;charset=utf-8"}
        self._headers_of_method = {**self._headers, "Authorization": f"Bearer {client.token}"}

    async def message(self, fields: Fields) -> Receipt:
        """chat.postMessage."""
        return await self._post(self._method, self._headers_of_method, fields, _of_message)

    async def answer(self, response_url: str, fields: Fields) -> Receipt:
        return await self._post(response_url, self._headers, fields, _of_answer)

    async def _post(self, url: URL | str, headers: Mapping[str, str], fields: Fields, read: _Read) -> Receipt:
        if self._session.closed:
            return Later()
        try:
            body = _encode(fields)
            async with self._session.post(url, data=body, headers=headers, proxy=self._proxy) as response:
                return await read(response)
        except receipts.FAILURES as error:
            return receipts.of_failure(error, posting=True)


async def _of_message(response: aiohttp.ClientResponse) -> Receipt:
    if response.status == 200 and _YES.match(await response.read()):
        return Sent()
    try:
        answer = await response.json()
    except aiohttp.ContentTypeError:
        answer = None
    except ValueError:
        return Unknown()
    return receipts.of_message(response.status, response.headers, answer)


async def _of_answer(response: aiohttp.ClientResponse) -> Receipt:
    return receipts.of_response_url(response.status, response.headers, await response.text(errors="replace"))
