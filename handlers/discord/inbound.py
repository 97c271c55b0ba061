"""What Discord says, as events. Pure: ids and strings in, one event out, or None when it is not for us."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.model import ChoicePicked, CommandInvoked, FormSubmitted, Handle, MessageReceived, Person
from handlers.discord import position
from handlers.discord.position import Position

Interaction = discord.Interaction[discord.Client]

# Discord's token lives 15 minutes; the last one is left for the answer to travel.
TOKEN_LIVES = timedelta(minutes=14)

_SAID = frozenset({discord.MessageType.default, discord.MessageType.reply})
_ROW, _LABEL = 1, 18


@dataclass(frozen=True, slots=True)
class Reply:
    """The way back to one interaction: what a Handle's token holds."""

    application: int
    interaction: int
    token: str

    def dump(self) -> str:
        return json.dumps([self.application, self.interaction, self.token])

    @staticmethod
    def load(text: str) -> "Reply":
        return Reply(*json.loads(text))


def person(user_id: int) -> Person:
    return Person("discord", "", str(user_id))


def message(message: discord.Message, at: datetime) -> MessageReceived | None:
    """A direct message from a person. Servers, bots (ourselves too) and Discord's own notices are not for us."""
    # A server that discord.py does not know shows in the channel alone.
    if not isinstance(message.channel, discord.DMChannel) or message.author.bot or message.type not in _SAID:
        return None
    return MessageReceived(
        delivery_id=str(message.id),
        person=person(message.author.id),
        at=at,
        reach=str(message.channel.id),
        text=message.content,
    )


def command(interaction: Interaction, text: str, at: datetime) -> CommandInvoked:
    return CommandInvoked(**_common(interaction, at), handle=_handle(interaction, at), text=text)


def press(interaction: Interaction, shown: Position, at: datetime) -> ChoicePicked | None:
    """A button, or an option of a select (whose value is the choice), at its position."""
    data: Mapping[str, Any] = interaction.data or {}
    choice = shown.choice or next(iter(data.get("values", ())), "")
    if not choice:
        return None
    return ChoicePicked(
        **_common(interaction, at),
        handle=_edited(interaction, at),
        step=shown.step,
        visit=shown.visit,
        choice=choice,
    )


def form(interaction: Interaction, at: datetime) -> FormSubmitted | None:
    data: Mapping[str, Any] = interaction.data or {}
    shown = position.read(str(data.get("custom_id", "")))
    if shown is None:
        return None
    return FormSubmitted(
        **_common(interaction, at),
        handle=_edited(interaction, at),
        step=shown.step,
        visit=shown.visit,
        choice=shown.choice,
        values=dict(_values(data.get("components", ()))),
    )


def in_own_dm(interaction: Interaction) -> bool:
    """In the bot's direct messages, and not in those that the person has with somebody else."""
    return interaction.context.dm_channel


def _reach(interaction: Interaction) -> str:
    """An app of the person's own is also used in groups and in direct messages with others: never there."""
    channel = interaction.channel
    return str(channel.id) if in_own_dm(interaction) and isinstance(channel, discord.DMChannel) else ""


def _common(interaction: Interaction, at: datetime) -> dict[str, Any]:
    return {
        "delivery_id": str(interaction.id),
        "person": person(interaction.user.id),
        "at": at,
        "locale": str(interaction.locale),
        "reach": _reach(interaction),
    }


def _handle(interaction: Interaction, at: datetime) -> Handle:
    reply = Reply(interaction.application_id, interaction.id, interaction.token)
    return Handle(reply.dump(), at + TOKEN_LIVES)


def _edited(interaction: Interaction, at: datetime) -> Handle | None:
    """An ephemeral message is replaced in place. In a direct message the next screen is a new message:
    the words stay readable, and a nonce guards it against doubling, which an interaction's answer has not."""
    shown = interaction.message
    return _handle(interaction, at) if shown is not None and shown.flags.ephemeral else None


def _values(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for component in components:
        if component["type"] == _LABEL:
            yield from _values([component["component"]])
        elif component["type"] == _ROW:
            yield from _values(component["components"])
        elif "values" in component:
            yield component["custom_id"], next(iter(component["values"]), "")
        elif "value" in component:
            yield component["custom_id"], component["value"] or ""
