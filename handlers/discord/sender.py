"""A parcel on its way out: the answer to an interaction while its token lives, otherwise a direct message.

An interaction has one answer, made by the first response or by editing it, so that a repeat changes nothing.
A direct message is guarded by its nonce for a few minutes, and after that by reading the conversation back.
"""

import asyncio
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast

import discord
from msgspec.structs import replace

from bot.model import RESUME, Screen
from bot.runtime.ports import Core, Later, Parcel, Receipt, Refused, Sent, Unknown
from handlers.discord import client as discord_client
from handlers.discord import inbound, position, render
from handlers.discord.client import Interaction
from handlers.discord.direct import Direct, Json
from handlers.discord.inbound import Reply
from handlers.discord.receipts import ADDRESS_IS_GONE, NO_ADDRESS, Line

# Discord remembers a nonce for "a few minutes"; this much of it is relied on.
NONCE_LIVES = timedelta(minutes=2)
# How far a conversation is read back. Discord gives a hundred messages at a time.
PAGE_MESSAGES, PAGES = 100, 5
REMEMBERED_CHANNELS = 10_000
# How far Discord's clock and ours may differ when messages are compared.
CLOCKS_DIFFER = timedelta(minutes=1)
_NO_MENTIONS = discord.AllowedMentions.none().to_dict()
_RINGS = discord.MessageFlags(suppress_embeds=True).value
_SILENT = discord.MessageFlags(suppress_embeds=True, suppress_notifications=True).value


class Waiting:
    """An interaction that Discord expects a first response to. The lock: it takes exactly one.

    `responded`: it has taken that one; `thinking`: which put the answer to a command off.
    `answered`: its screen is there, or may be.
    """

    def __init__(self, client: discord.Client, payload: Json) -> None:
        self._client, self._payload = client, payload
        self.id, self.token = int(payload["id"]), str(payload["token"])
        self.is_command = payload["type"] == discord.InteractionType.application_command.value
        self.in_own_dm = inbound.in_own_dm(payload)
        self.lock = asyncio.Lock()
        self.responded = self.thinking = self.answered = False

    @cached_property
    def interaction(self) -> Interaction:
        """Made when somebody asks for it: most are answered without."""
        return discord_client.interaction(self._client, self._payload)


class Sender:
    def __init__(self, client: discord.Client, core: Core, line: Line, direct: Direct) -> None:
        self._client = client
        self._requests = direct
        self._core = core
        self._line = line
        self._opened: dict[str, int] = {}
        self.waiting: dict[int, Waiting] = {}

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.handle is not None and not parcel.only_look:
            return await self._reply(parcel, Reply.load(parcel.handle.token))
        return await self._direct(parcel)

    async def tell(self, channel: str, words: str) -> None:
        """A line outside the conversation that the core keeps: once, and silently."""
        await self._conversation(int(channel)).send(words, silent=True)

    async def _reply(self, parcel: Parcel, reply: Reply) -> Receipt:
        waiting = self.waiting.get(reply.interaction)
        if waiting is None:
            return await self._edit_response(reply, parcel)
        async with waiting.lock:
            if waiting.responded or parcel.again:
                receipt = await self._edit_response(reply, parcel)
            else:
                receipt = await self._first_response(waiting, parcel)
                waiting.responded = isinstance(receipt, Sent)
        waiting.answered = isinstance(receipt, Sent | Unknown)
        return receipt

    async def _first_response(self, waiting: Waiting, parcel: Parcel) -> Receipt:
        text, view = self._words(parcel.screen), render.view(parcel.screen, parcel.key)
        files = render.files(parcel.screen)
        response = waiting.interaction.response
        if waiting.is_command:
            # In the bot's own direct messages the answer stays: an ephemeral one is gone when the app reloads,
            # and nobody else sees that conversation. Silent: what a person asked for needs no notification.
            request = response.send_message(
                text,
                view=view,
                files=files,
                ephemeral=not waiting.in_own_dm,
                suppress_embeds=True,
                silent=True,
            )
            _, receipt = await self._line.attempt(request)
        else:
            _, receipt = await self._line.attempt(response.edit_message(content=text, view=view, attachments=files))
        return receipt

    async def _edit_response(self, reply: Reply, parcel: Parcel) -> Receipt:
        """Also after a restart: the token is all it takes. Where there was no first response, the token is dead."""
        webhook = discord.Webhook.partial(reply.application, reply.token, client=self._client)
        _, receipt = await self._line.attempt(
            webhook.edit_message(
                cast("int", "@original"),  # Discord's name for the first response; discord.py's type knows numbers only
                content=self._words(parcel.screen),
                view=render.view(parcel.screen, parcel.key),
                attachments=render.files(parcel.screen),
            )
        )
        return receipt

    async def _direct(self, parcel: Parcel) -> Receipt:
        """While an earlier try is not settled, "not yet" would be a lie: it is Unknown until then."""
        settled = not (parcel.again or parcel.only_look)
        if quiet_s := self._line.quiet_s():
            return Later(quiet_s, everyone=True) if settled else Unknown()
        if parcel.only_look or not (settled or self._guarded(parcel)):
            receipt = await self._settle(parcel)
            if parcel.only_look:
                return receipt if isinstance(receipt, Sent | Later) else Unknown()
            if receipt != Later():
                return receipt
            settled = True
        receipt = await self._write(parcel, settled=settled)
        return Unknown() if isinstance(receipt, Later) and not settled else receipt

    def _guarded(self, parcel: Parcel) -> bool:
        return timedelta(0) <= self._core.clock.now() - parcel.made_at <= NONCE_LIVES

    async def _write(self, parcel: Parcel, *, settled: bool) -> Receipt:
        """To the address that we know. Where Discord says that there is none such, once more to the one it opens;
        but an earlier try may lie at the first."""
        known = self._known(parcel)
        receipt = await self._post(known, parcel) if known else NO_ADDRESS
        if receipt not in ADDRESS_IS_GONE:
            return receipt
        if known and not settled:
            return await self._settle(parcel)
        opened, not_opened = await self._open(parcel)
        if not opened:
            return not_opened
        return await self._post(opened, parcel) if opened != known else receipt

    async def _settle(self, parcel: Parcel) -> Receipt:
        """Sent: an earlier try arrived. Later: none did. Otherwise it may lie where we cannot see it."""
        known = self._known(parcel)
        receipt = await self._look(known, parcel) if known else NO_ADDRESS
        if receipt not in ADDRESS_IS_GONE:
            return receipt
        opened, not_opened = await self._open(parcel)
        if not opened:
            return Unknown() if isinstance(not_opened, Later) else not_opened
        found = await self._look(opened, parcel)
        return receipt if known and found == Later() else found

    def _known(self, parcel: Parcel) -> int:
        """One that Discord opened for us is newer than what the parcel was given. 0: none."""
        return self._opened.get(parcel.person.user) or int(parcel.reach or 0)

    async def _open(self, parcel: Parcel) -> tuple[int, Receipt]:
        """The channel, or why there is none. However it went, it showed nothing to the person."""
        user = parcel.person.user
        self._opened.pop(user, None)
        if wait_s := self._line.no_opening_s():
            return 0, Later(wait_s)
        opening = self._client.create_dm(discord.Object(int(user)))
        channel, receipt = await self._line.attempt(opening, opening=True)
        if channel is None:
            return 0, receipt if isinstance(receipt, Refused | Later) else Later()
        if len(self._opened) >= REMEMBERED_CHANNELS:
            self._opened.clear()
        self._opened[user] = channel.id
        return channel.id, Sent()

    def _conversation(self, channel: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel, type=discord.ChannelType.private)

    async def _post(self, channel: int, parcel: Parcel) -> Receipt:
        payload = {
            "content": self._direct_words(parcel),
            "components": render.rows(parcel.screen, parcel.key),
            "nonce": parcel.key,
            "enforce_nonce": True,
            "flags": _RINGS if _may_ring(parcel) else _SILENT,
            "allowed_mentions": _NO_MENTIONS,
        }
        return await self._requests.message(channel, payload, parcel.screen.document)

    async def _look(self, channel: int, parcel: Parcel) -> Receipt:
        found, receipt = await self._line.attempt(self._arrived(channel, parcel))
        if found is None:
            return receipt if isinstance(receipt, Refused) else Unknown()
        return Sent() if found else Later()

    async def _arrived(self, channel: int, parcel: Parcel) -> bool | None:
        """From the newest message back to when the parcel was made, and a page at least: that time may have been
        read from a clock that was put right since. None: there is more than we read."""
        since = parcel.made_at - CLOCKS_DIFFER
        read = 0
        async for message in self._conversation(channel).history(limit=PAGE_MESSAGES * PAGES):
            if self._is(message, parcel, since):
                return True
            read += 1
            if read >= PAGE_MESSAGES and message.created_at < since:
                return False
        return None if read == PAGE_MESSAGES * PAGES else False

    def _is(self, message: discord.Message, parcel: Parcel, since: datetime) -> bool:
        """A nonce is not part of the history; the parcel's key in the safety button is. When the message was
        answered in between, its buttons are gone: then its words and its time have to do."""
        if self._client.user is None or message.author.id != self._client.user.id:
            return False
        keys = {position.mark(custom_id) for custom_id in _custom_ids(message)}
        same_words = message.content.strip() == self._direct_words(parcel).strip()
        return parcel.key in keys or (not keys and same_words and message.created_at >= since)

    def _direct_words(self, parcel: Parcel) -> str:
        """What rings shows on a lock screen as it stands: then the glance is all that it says."""
        screen = parcel.screen
        return self._words(replace(screen, text=screen.glance, timeline=None) if _may_ring(parcel) else screen)

    def _words(self, screen: Screen) -> str:
        return render.content(screen, self._core.words(screen.language))


def _may_ring(parcel: Parcel) -> bool:
    """A notification shows the message itself, so only neutral ones may ring: a check-in's knock, and the line
    that an answer waits. Whoever has just written or pressed has the conversation open."""
    return bool(parcel.check_in) or any(choice.id == RESUME for choice in parcel.screen.choices)


def _custom_ids(message: discord.Message) -> set[str]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return {str(getattr(item, "custom_id", "")) for row in rows for item in row.children}
