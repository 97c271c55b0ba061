"""One parcel to one person: through the interaction's response_url while it lives, else by direct message."""

import json
from datetime import timedelta

import aiohttp
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.model import Handle
from bot.runtime.ports import Later, Parcel, Receipt, Sent
from handlers.slack import receipts, render

METADATA_TYPE = "debrief"
REMEMBERED_CHANNELS = 10_000

# Slack's clock stamps the messages, ours the parcels.
_CLOCKS_APART = timedelta(minutes=10)


class Sender:
    """The libraries' own retries must be off: they would post a message twice after a cut."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._session = session
        self._channels: dict[str, str] = {}

    async def send(self, parcel: Parcel) -> Receipt:
        message = render.message(parcel.screen)
        if parcel.handle is not None:
            # An ephemeral answer leaves no trace to settle by: a direct message has to say that there is one.
            return Later() if parcel.again else await self._answer(parcel.handle, message)
        try:
            channel = await self._channel(parcel.person.user)
            if parcel.again and await self._arrived(channel, parcel):
                return Sent()
        except receipts.FAILURES as error:
            receipt = receipts.of_failure(error, posting=False)
            return receipts.unsettled(receipt) if parcel.again else receipt
        return await self._post(channel, parcel, message)

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

    async def _post(self, channel: str, parcel: Parcel, message: render.Message) -> Receipt:
        try:
            await self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                metadata=Metadata(METADATA_TYPE, {"id": parcel.key}),
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        except receipts.FAILURES as error:
            self._channels.pop(parcel.person.user, None)
            return receipts.of_failure(error, posting=True)
        return Sent()

    async def _channel(self, user: str) -> str:
        if user not in self._channels:
            answer = await self._client.conversations_open(users=user)
            if len(self._channels) >= REMEMBERED_CHANNELS:
                self._channels.clear()
            self._channels[user] = answer["channel"]["id"]
        return self._channels[user]

    async def _arrived(self, channel: str, parcel: Parcel) -> bool:
        """Is the parcel's key on a message in the direct messages since it was made?"""
        history = await self._client.conversations_history(
            channel=channel,
            oldest=f"{(parcel.made_at - _CLOCKS_APART).timestamp():.6f}",
            include_all_metadata=True,
            limit=100,
        )
        async for page in history:
            for message in page["messages"]:
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == METADATA_TYPE and payload.get("id") == parcel.key:
                    return True
        return False
