"""One parcel to one person: through the interaction's response_url while it lives, else by direct message."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Handle
from bot.runtime.ports import Core, Later, Parcel, Receipt, Sent, Unknown
from handlers.slack import receipts, render
from handlers.slack.patience import Patience
from handlers.slack.poster import Poster

METADATA_TYPE = "debrief"
REMEMBERED_CHANNELS = 10_000

# How far a conversation is read back: a thousand messages, a fifth of what Slack lets us read in a minute.
PAGE_MESSAGES, PAGES = 100, 10

# Slack's clock stamps the messages, ours the parcels.
_CLOCKS_APART = timedelta(minutes=10)


class Sender:
    """The libraries' own retries must be off: they would post a message twice after a cut."""

    def __init__(
        self, client: AsyncWebClient, connector: aiohttp.BaseConnector, core: Core, patience: Patience
    ) -> None:
        self._client = client
        self._poster = Poster(client, connector, patience.send)
        self._core = core
        self._page_s = patience.page
        self._channels: dict[str, str] = {}

    async def send(self, parcel: Parcel) -> Receipt:
        found: str | Receipt = Later()
        if parcel.only_look or (parcel.again and (parcel.handle is None or parcel.screen.document)):
            found = await self._settle(parcel)
        if found == parcel.key:
            return Sent()
        if parcel.only_look:
            return Later() if isinstance(found, str | Later) else Unknown()
        if not isinstance(found, str) and found != Later():
            return found
        receipt = await self._pages(parcel, found if isinstance(found, str) else "")
        return await self._screen(parcel) if receipt == Sent() else receipt

    async def _screen(self, parcel: Parcel) -> Receipt:
        message = render.message(parcel.screen, self._core.words(parcel.screen.language))
        if parcel.handle is not None and not (parcel.again and parcel.screen.document):
            # An ephemeral answer leaves no trace to settle by: a direct message has to say that there is one. Where
            # a document stands in the direct messages already, what belongs below it does as well.
            return Later() if parcel.again else await self._answer(parcel.handle, message)
        return _once_begun(await self._direct(parcel, parcel.key, message), begun=parcel.screen.document is not None)

    async def _pages(self, parcel: Parcel, arrived: str) -> Receipt:
        """A document's messages, before its screen and always by direct message: an ephemeral one is gone at the
        next reload. `arrived`: the key of the last one that is there; they are sent in order."""
        begin = int(arrived.rpartition(".")[2]) if arrived else 0
        for number, page in enumerate(render.pages(parcel.screen)[begin:], begin + 1):
            receipt = await self._direct(parcel, f"{parcel.key}.{number}", page)
            if receipt != Sent():
                return _once_begun(receipt, begun=number > 1)
            await asyncio.sleep(self._page_s)
        return Sent()

    async def _answer(self, handle: Handle, message: render.Message) -> Receipt:
        target = json.loads(handle.token)
        fields = {
            "text": message.text,
            "blocks": message.blocks,
            "response_type": "ephemeral",
            "replace_original": target["replace"],
        }
        return await self._poster.answer(target["url"], fields)

    async def _direct(self, parcel: Parcel, key: str, message: render.Message) -> Receipt:
        """To the address that we know. Where Slack says that there is none such, once more to the one it opens."""
        known = self._known(parcel)
        receipt = await self._post(known, key, message) if known else receipts.NO_ADDRESS
        if receipt not in receipts.ADDRESS_IS_GONE:
            return receipt
        opened, not_opened = await self._open(parcel.person.user)
        if not opened:
            return not_opened
        return await self._post(opened, key, message) if opened != known else receipt

    async def _settle(self, parcel: Parcel) -> str | Receipt:
        """The key of what arrived last of the parcel. Later: nothing did. Otherwise it may lie where we cannot see."""
        known = self._known(parcel)
        there = await self._look(known, parcel) if known else receipts.NO_ADDRESS
        if isinstance(there, str) or there not in receipts.ADDRESS_IS_GONE:
            return there
        opened, not_opened = await self._open(parcel.person.user)
        if not opened:
            return receipts.unsettled(not_opened)
        found = await self._look(opened, parcel)
        return there if known and found == Later() else found

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

    async def _post(self, channel: str, key: str, message: render.Message) -> Receipt:
        fields = {
            "channel": channel,
            "text": message.text,
            "blocks": message.blocks,
            "metadata": {"event_type": METADATA_TYPE, "event_payload": {"id": key}},
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return await self._poster.message(fields)

    async def _look(self, channel: str, parcel: Parcel) -> str | Receipt:
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
                keys = (_key(message) for message in messages)
                if found := next((key for key in keys if key.partition(".")[0] == parcel.key), ""):
                    return found
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor or (messages and float(messages[-1]["ts"]) < since):
                    return Later()
        except receipts.FAILURES as error:
            return receipts.unsettled(receipts.of_failure(error, posting=False))
        return Unknown()


def _once_begun(receipt: Receipt, *, begun: bool) -> Receipt:
    """Of a document that is there in part, "not yet" would be a lie: the next try has to find the rest."""
    return receipts.unsettled(receipt) if begun else receipt


def _key(message: Mapping[str, Any]) -> str:
    """The key of the parcel, or of the part of one, that this message is, where it is one of ours."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return str(payload.get("id", "")) if metadata.get("event_type") == METADATA_TYPE else ""
