"""What Discord's gateway says, as events. Pure: a payload in, one event out, or None when it is not for us.

The payloads are Discord's own: discord.py's objects of them cost as much again as all the rest of taking them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
import msgspec

from bot.model import ENGLISH, ChoicePicked, CommandInvoked, FormSubmitted, Handle, MessageReceived, Person
from handlers.discord import position
from handlers.discord.position import Position

Json = Mapping[str, Any]

# Discord's token lives 15 minutes; the last one is left for the answer to travel.
TOKEN_LIVES = timedelta(minutes=14)

_SAID = frozenset({discord.MessageType.default.value, discord.MessageType.reply.value})
_EPHEMERAL = discord.MessageFlags(ephemeral=True).value
_PRIVATE = discord.ChannelType.private.value
# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-context-types
_OWN_DM = 1
_ROW, _LABEL = 1, 18


class Reply(msgspec.Struct, frozen=True):
    """The way back to one interaction: what a Handle's token holds."""

    application: int
    interaction: int
    token: str

    def dump(self) -> str:
        return json.dumps([self.application, self.interaction, self.token])

    @staticmethod
    def load(text: str) -> "Reply":
        return Reply(*json.loads(text))


def message(data: Json, at: datetime) -> MessageReceived | None:
    """A direct message from a person. Servers, bots (ourselves too) and Discord's own notices are not for us."""
    author = data["author"]
    if "guild_id" in data or author.get("bot") or data["type"] not in _SAID:
        return None
    return MessageReceived(
        delivery_id=data["id"], person=_person(author), at=at, reach=data["channel_id"], text=data["content"]
    )


def command(data: Json, at: datetime) -> CommandInvoked:
    options = {option["name"]: option["value"] for option in data["data"].get("options", ())}
    return CommandInvoked(**_common(data, at), handle=_handle(data, at), text=str(options.get("text", "")))


def shown(data: Json) -> Position | None:
    """Where a press happened, or where the form was opened that was submitted. None: nothing of ours."""
    return position.read(data["data"]["custom_id"])


def press(data: Json, shown: Position, at: datetime) -> ChoicePicked | None:
    """A button, or an option of a select (whose value is the choice), at its position."""
    choice = shown.choice or next(iter(data["data"].get("values", ())), "")
    if not choice:
        return None
    return ChoicePicked(
        **_common(data, at), handle=_edited(data, at), step=shown.step, visit=shown.visit, choice=choice
    )


def form(data: Json, shown: Position, at: datetime) -> FormSubmitted:
    return FormSubmitted(
        **_common(data, at),
        handle=_edited(data, at),
        step=shown.step,
        visit=shown.visit,
        choice=shown.choice,
        values=dict(_values(data["data"].get("components", ()))),
    )


def in_own_dm(data: Json) -> bool:
    """In the bot's direct messages, and not in those that the person has with somebody else."""
    return bool(data.get("context") == _OWN_DM)


def _reach(data: Json) -> str:
    """An app of the person's own is also used in groups and in direct messages with others: never there."""
    channel = data.get("channel") or {}
    return str(channel["id"]) if in_own_dm(data) and channel.get("type") == _PRIVATE else ""


def _common(data: Json, at: datetime) -> dict[str, Any]:
    return {
        "delivery_id": data["id"],
        # In a server they are a member of it.
        "person": _person((data.get("member") or data)["user"]),
        "at": at,
        "locale": data.get("locale") or ENGLISH,
        "reach": _reach(data),
    }


def _person(user: Json) -> Person:
    return Person("discord", "", user["id"])


def _handle(data: Json, at: datetime) -> Handle:
    reply = Reply(int(data["application_id"]), int(data["id"]), data["token"])
    return Handle(reply.dump(), at + TOKEN_LIVES)


def _edited(data: Json, at: datetime) -> Handle | None:
    """An ephemeral message is replaced in place. In a direct message the next screen is a new message:
    the words stay readable, and a nonce guards it against doubling, which an interaction's answer has not."""
    shown = data.get("message")
    return _handle(data, at) if shown and shown.get("flags", 0) & _EPHEMERAL else None


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
