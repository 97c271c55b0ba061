"""A parcel on its way out: the answer to an interaction while its token lives, otherwise a direct message.

An interaction has one answer, made by the first response or by editing it, so that a repeat changes nothing.
A direct message is guarded by its nonce for a few minutes, and after that by reading the conversation back.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

import discord

from bot.model import RESUME
from bot.runtime.ports import Clock, Later, Parcel, Receipt, Refused, Sent, Unknown
from handlers.discord import inbound, position, render
from handlers.discord.inbound import Interaction, Reply
from handlers.discord.receipts import Line

# Discord remembers a nonce for "a few minutes"; this much of it is relied on.
NONCE_LIVES = timedelta(minutes=2)
READ_BACK_MESSAGES = 50
# How far Discord's clock and ours may differ when messages are compared.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(slots=True)
class Waiting:
    """An interaction that Discord expects a first response to. The lock: it takes exactly one.

    `answered`: its screen is there, or may be.
    """

    interaction: Interaction
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answered: bool = False


class Sender:
    def __init__(self, client: discord.Client, clock: Clock, line: Line) -> None:
        self._client = client
        self._clock = clock
        self._line = line
        self.waiting: dict[int, Waiting] = {}

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.handle is not None:
            return await self._reply(parcel, Reply.load(parcel.handle.token))
        return await self._direct(parcel)

    async def _reply(self, parcel: Parcel, reply: Reply) -> Receipt:
        waiting = self.waiting.get(reply.interaction)
        if waiting is None:
            return await self._edit_response(reply, parcel)
        async with waiting.lock:
            if waiting.interaction.response.is_done() or parcel.again:
                receipt = await self._edit_response(reply, parcel)
            else:
                receipt = await self._first_response(waiting.interaction, parcel)
        waiting.answered = isinstance(receipt, Sent | Unknown)
        return receipt

    async def _first_response(self, interaction: Interaction, parcel: Parcel) -> Receipt:
        text, view = render.content(parcel.screen), render.view(parcel.screen, parcel.key)
        if interaction.type is discord.InteractionType.application_command:
            # In the bot's own direct messages the answer stays: an ephemeral one is gone when the app reloads,
            # and nobody else sees that conversation. Silent: what a person asked for needs no notification.
            request = interaction.response.send_message(
                text, view=view, ephemeral=not inbound.in_own_dm(interaction), suppress_embeds=True, silent=True
            )
            _, receipt = await self._line.attempt(request)
        else:
            _, receipt = await self._line.attempt(interaction.response.edit_message(content=text, view=view))
        return receipt

    async def _edit_response(self, reply: Reply, parcel: Parcel) -> Receipt:
        """Also after a restart: the token is all it takes. Where there was no first response, the token is dead."""
        webhook = discord.Webhook.partial(reply.application, reply.token, client=self._client)
        _, receipt = await self._line.attempt(
            webhook.edit_message(
                cast("int", "@original"),  # Discord's name for the first response; discord.py's type knows numbers only
                content=render.content(parcel.screen),
                view=render.view(parcel.screen, parcel.key),
            )
        )
        return receipt

    async def _direct(self, parcel: Parcel) -> Receipt:
        """While an earlier try is not settled, "not yet" would be a lie: it is Unknown until then."""
        settled = not parcel.again
        channel, receipt = await self._channel(parcel)
        if channel is not None and parcel.again and self._clock.now() - parcel.made_at > NONCE_LIVES:
            found, receipt = await self._line.attempt(self._arrived(channel, parcel))
            if found:
                return Sent()
            settled = found is False
            if not settled:
                return Unknown()
        if channel is not None:
            receipt = await self._post(channel, parcel)
        return Unknown() if isinstance(receipt, Later) and not settled else receipt

    async def _channel(self, parcel: Parcel) -> tuple[discord.DMChannel | None, Receipt]:
        if quiet_s := self._line.quiet_s():
            return None, Later(quiet_s)
        opening = self._client.create_dm(discord.Object(int(parcel.person.user)))
        channel, receipt = await self._line.attempt(opening, shared=True)
        # However the opening went, it showed nothing to the person.
        if channel is None and not isinstance(receipt, Refused | Later):
            receipt = Later()
        return channel, receipt

    async def _post(self, channel: discord.DMChannel, parcel: Parcel) -> Receipt:
        screen = parcel.screen
        _, receipt = await self._line.attempt(
            channel.send(
                _direct_words(parcel),
                view=render.view(screen, parcel.key),
                nonce=parcel.key,
                suppress_embeds=True,
                silent=not _may_ring(parcel),
            )
        )
        return receipt

    async def _arrived(self, channel: discord.DMChannel, parcel: Parcel) -> bool:
        """A nonce is not part of the history; the parcel's key in the safety button is. When the message was
        answered in between, its buttons are gone: then its words and its time have to do."""
        words = _direct_words(parcel).strip()
        since = parcel.made_at - CLOCKS_DIFFER
        async for message in channel.history(limit=READ_BACK_MESSAGES):
            if self._client.user is None or message.author.id != self._client.user.id:
                continue
            keys = {position.mark(custom_id) for custom_id in _custom_ids(message)}
            if parcel.key in keys or (not keys and message.content.strip() == words and message.created_at >= since):
                return True
        return False


def _may_ring(parcel: Parcel) -> bool:
    """A notification shows the message itself, so only neutral ones may ring: a check-in's knock, and the line
    that an answer waits. Whoever has just written or pressed has the conversation open."""
    return bool(parcel.check_in) or any(choice.id == RESUME for choice in parcel.screen.choices)


def _direct_words(parcel: Parcel) -> str:
    """What rings shows on a lock screen as it stands: then the glance is all that it says."""
    screen = parcel.screen
    return render.content(replace(screen, text=screen.glance) if _may_ring(parcel) else screen)


def _custom_ids(message: discord.Message) -> set[str]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return {str(getattr(item, "custom_id", "")) for row in rows for item in row.children}
