"""A method of Slack's that asked for quiet gets it: until its Retry-After is over it is not called."""

import asyncio
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.runtime.ports import Later
from handlers.slack import receipts

# Limits hold for a method in a workspace. A post has one for its channel as well and does not say which it was:
# delivery waits with it. views.open cannot wait, a person has just pressed.
_KEPT = frozenset({"conversations.history", "conversations.open", "users.info"})


class QuietClient(AsyncWebClient):
    """Raises AskedForQuiet where Slack wants no call yet."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._until: dict[str, float] = {}

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        left_s = self._until.get(api_method, 0.0) - asyncio.get_running_loop().time()
        if left_s > 0:
            raise receipts.AskedForQuiet(left_s)
        try:
            return await super().api_call(api_method, **how)
        except SlackApiError as error:
            receipt = receipts.of_failure(error, posting=False)
            if api_method in _KEPT and isinstance(receipt, Later):
                self.hush(api_method, receipt.after_s)
            raise

    def hush(self, api_method: str, seconds: float) -> None:
        self._until[api_method] = asyncio.get_running_loop().time() + seconds
