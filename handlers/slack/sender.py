"""One parcel to one person: through the interaction's response_url while it lives, else by direct message."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.model import Handle
from bot.runtime.ports import Later, Parcel, Receipt, Sent, Unknown
from handlers.slack import receipts, render

METADATA_TYPE = "debrief"
REMEMBERED_CHANNELS = 10_000

# How far a conversation is read back: a thousand messages, a fifth of what Slack lets us read in a minute.
PAGE_MESSAGES, PAGES = 100, 10

# Slack's clock stamps the messages, ours the parcels.
_CLOCKS_APART = timedelta(minutes=10)


class Sender:
    """The libraries' own retries must be off: they would post a message twice after a cut."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._session = session
        self._channels: dict[str, str] = {}

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.only_look:
            receipt = await self._settle(parcel)
            return receipt if isinstance(receipt, Sent | Later) else Unknown()
        message = render.message(parcel.screen)
        if parcel.handle is not None:
            # An ephemeral answer leaves no trace to settle by: a direct message has to say that there is one.
            return Later() if parcel.again else await self._answer(parcel.handle, message)
        if parcel.again and (receipt := await self._settle(parcel)) != Later():
            return receipt
        return await self._direct(parcel, message)

    async def _answer(self, handle: Handle, message: render.Message) -> Receipt:
        target = json.loads(handle.token)
        webhook = AsyncWebhookClient(
            target["url"], session=self._session, retry_handlers=[], logger=self._client.logger
        )
        try:
            answer = await webhook.send(
                text=message.text,
                blocks=message.blocks,
                response_type="ephemeral",
                replace_original=target["replace"],
            )
        except receipts.FAILURES as error:
            return receipts.of_failure(error, posting=True)
        return receipts.of_response_url(answer.status_code, answer.headers, answer.body)

    async def _direct(self, parcel: Parcel, message: render.Message) -> Receipt:
        """To the address that we know. Where Slack says that there is none such, once more to the one it opens."""
        known = self._known(parcel)
        receipt = await self._post(known, parcel, message) if known else receipts.NO_ADDRESS
        if receipt not in receipts.ADDRESS_IS_GONE:
            return receipt
        opened, not_opened = await self._open(parcel.person.user)
        if not opened:
            return not_opened
        return await self._post(opened, parcel, message) if opened != known else receipt

    async def _settle(self, parcel: Parcel) -> Receipt:
        """Sent: an earlier try arrived. Later: none did. Otherwise it may lie where we cannot see it."""
        known = self._known(parcel)
        receipt = await self._look(known, parcel) if known else receipts.NO_ADDRESS
        if receipt not in receipts.ADDRESS_IS_GONE:
            return receipt
        opened, not_opened = await self._open(parcel.person.user)
        if not opened:
            return receipts.unsettled(not_opened)
        found = await self._look(opened, parcel)
        return receipt if known and found == Later() else found

    def _known(self, parcel: Parcel) -> str:
        """One that Slack opened for us is newer than what the parcel was given."""
        return self._channels.get(parcel.person.user) or parcel.reach

    async def _open(self, user: str) -> tuple[str, Receipt]:
        """The channel, or why there is none. However it went, it showed nothing to the person."""
        self._channels.pop(user, None)
        try:
            answer = await self._client.conversations_open(users=user)
        except receipts.FAILURES as error:
            return "", receipts.of_failure(error, posting=False)
        if len(self._channels) >= REMEMBERED_CHANNELS:
            self._channels.clear()
        channel = self._channels[user] = answer["channel"]["id"]
        return channel, Sent()

    async def _post(self, channel: str, parcel: Parcel, message: render.Message) -> Receipt:
        try:
            await self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                metadata={"event_type": METADATA_TYPE, "event_payload": {"id": parcel.key}},
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        except receipts.FAILURES as error:
            return receipts.of_failure(error, posting=True)
        return Sent()

    async def _look(self, channel: str, parcel: Parcel) -> Receipt:
        """From the newest message back to when the parcel was made, and a page at least: that time may have been
        read from a clock that was put right since."""
        since = (parcel.made_at - _CLOCKS_APART).timestamp()
        cursor = ""
        try:
            for _ in range(PAGES):
                page = await self._client.conversations_history(
                    channel=channel, include_all_metadata=True, limit=PAGE_MESSAGES, cursor=cursor or None
                )
                messages = page["messages"]
                if any(_key(message) == parcel.key for message in messages):
                    return Sent()
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor or (messages and float(messages[-1]["ts"]) < since):
                    return Later()
        except receipts.FAILURES as error:
            return receipts.unsettled(receipts.of_failure(error, posting=False))
        return Unknown()


def _key(message: Mapping[str, Any]) -> str | None:
    """The key of the parcel that this message is, where it is one of ours."""
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}).get("id") if metadata.get("event_type") == METADATA_TYPE else None
