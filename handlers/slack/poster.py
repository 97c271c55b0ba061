"""The two calls that show a message, straight over HTTP: slack_sdk's own way costs more than the request.

Each goes out once: a second call after a cut would be a second message.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import aiohttp
import msgspec
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.runtime.ports import Later, Receipt, Sent, Unknown
from bot.runtime.posting import Answer, Origin
from handlers.slack import receipts

Fields = Mapping[str, Any]
_Read = Callable[[Answer, bytes], Receipt]

# Slack answers all its apps from one or two.
ORIGINS = 8
CONTENT_TYPE = "application/json;charset=utf-8"

_encode = msgspec.json.Encoder().encode

# Slack's yes comes first in its answer; what follows is the whole message once more.
_YES = re.compile(rb'\{\s*"ok"\s*:\s*true\b')


class Poster:
    """Address, token and proxy are those of `client`. `timeout_s`: to connect, and then to be answered."""

    def __init__(self, client: AsyncWebClient, connector: aiohttp.BaseConnector, timeout_s: float) -> None:
        self._connector = connector

        def origin(url: URL, **more: str) -> Origin:
            headers = {**client.headers, **more}
            return Origin(connector, url, headers, timeout_s=timeout_s, proxy=client.proxy)

        method = URL(f"{client.base_url}chat.postMessage")
        self._method, self._path = origin(method, Authorization=f"Bearer {client.token}"), method.raw_path_qs
        self._origin = lru_cache(maxsize=ORIGINS)(origin)

    async def message(self, fields: Fields) -> Receipt:
        """chat.postMessage."""
        return await self._post(self._method, self._path, fields, _of_message)

    async def answer(self, response_url: str, fields: Fields) -> Receipt:
        url = URL(response_url)
        return await self._post(self._origin(url.origin()), url.raw_path_qs, fields, _of_answer)

    async def _post(self, origin: Origin, path: str, fields: Fields, read: _Read) -> Receipt:
        if self._connector.closed:
            return Later()
        try:
            answer = await origin.post(path, _encode(fields), CONTENT_TYPE)
        except receipts.FAILURES as error:
            return receipts.of_failure(error, posting=True)
        return Unknown() if answer.body is None else read(answer, answer.body)


def _of_message(answer: Answer, body: bytes) -> Receipt:
    if answer.status == 200 and _YES.match(body):
        return Sent()
    said = None
    if body.strip() and "json" in answer.headers.get("Content-Type", "").casefold():
        try:
            said = json.loads(body)
        except ValueError:
            return Unknown()
    return receipts.of_message(answer.status, answer.headers, said)


def _of_answer(answer: Answer, body: bytes) -> Receipt:
    return receipts.of_response_url(answer.status, answer.headers, body.decode(errors="replace"))
