"""Socket Mode: slack_sdk keeps the connection; from a frame to its acknowledgement there is one task, and it is held.

The library's own way there is longer: a queue, a loop that empties it, listeners.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.runtime.logs import outline
from handlers.slack.tasks import Tasks

# Takes a payload and says the HTTP status to answer with; any other than 200 makes Slack deliver it again.
Turn = Callable[[Mapping[str, Any]], Awaitable[int]]

PING_S = 10.0

_decode = msgspec.json.Decoder().decode

log = logging.getLogger(__name__)


class Socket(SocketModeClient):
    def __init__(
        self, app_token: str, library_log: logging.Logger, client: AsyncWebClient, turns: Tasks, turn: Turn
    ) -> None:
        super().__init__(app_token, library_log, client, ping_interval=PING_S)
        self._turns = turns
        self._turn = turn

    async def enqueue_message(self, message: str) -> None:
        """What the library does with a frame. Those that are no event (hello, disconnect) are left to it."""
        try:
            frame = _read(message)
            envelope_id, payload = frame["envelope_id"], frame["payload"]
        except (ValueError, LookupError, TypeError, RecursionError):
            await super().enqueue_message(message)
        else:
            self._turns.start(self._take(envelope_id, payload if isinstance(payload, dict) else {}))

    async def _take(self, envelope_id: str, payload: Mapping[str, Any]) -> None:
        if await self._turn(payload) != 200:
            return
        try:
            await self.send_socket_mode_response({"envelope_id": envelope_id})
        except Exception as error:
            log.warning("Slack will deliver an event again: %s", outline(error))


def _read(message: str) -> Any:
    """Raises ValueError. Half an emoji somewhere in an event is read as well: the event may not need it."""
    try:
        return _decode(message)
    except (msgspec.MsgspecError, ValueError):
        return json.loads(message)
