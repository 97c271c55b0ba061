"""Somebody on the small Discord: writes, uses the command, presses, picks and fills in."""

from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from typing import Literal

from tests.platforms import discord_rules as rules
from tests.platforms.discord_answers import COMMAND, COMPONENT, MODAL_SUBMIT
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import (
    APPLICATION,
    FRIENDS_CHAT,
    GROUP_CHAT,
    SERVER,
    SERVER_CHANNEL,
    Interaction,
    Message,
    Payload,
    user_payload,
)

Where = Literal["server", "dm", "group", "friend"]


class Person:
    def __init__(self, discord: DiscordServer, *, locale: str = "en-GB") -> None:
        self.discord = discord
        self.id = discord.new_id()
        self.locale = locale
        discord.people.add(self.id)

    @property
    def dm_channel(self) -> int:
        return self.discord.dm_of(self.id)

    def sees(self) -> list[Message]:
        return self.discord.shown_to(self.id)

    async def sees_new(self, after: Sequence[Message] = ()) -> Message:
        """The newest message of the bot, once there is one that was not there before."""
        fresh = await self.discord.until(lambda: [m for m in self.sees() if m not in after and not m.loading])
        return fresh[-1]

    async def dm(self, text: str, **more: object) -> Message:
        """Write to the bot."""
        message = self.discord.add(self.dm_channel, self.id, {"content": text})
        await self.discord.gateway.message({**message.payload(), **more})
        return message

    async def command(self, where: Where, text: str = "") -> Interaction:
        """`/debrief text`"""
        options = [{"name": "text", "type": 3, "value": text}] if text else []
        data = {"id": "1", "name": "debrief", "type": 1, "options": options}
        return await self.interact(COMMAND, where, data)

    async def press(self, message: Message, label: str, token: str = "") -> Interaction:
        button = next(item for item in message.items if item.get("label") == label)
        data = {"custom_id": button["custom_id"], "component_type": rules.BUTTON}
        return await self.interact(COMPONENT, self._place(message), data, message, token)

    async def pick(self, message: Message, label: str) -> Interaction:
        for select in message.items:
            for option in select.get("options", []):
                if option["label"] == label:
                    data = {
                        "custom_id": select["custom_id"],
                        "component_type": rules.SELECT,
                        "values": [option["value"]],
                    }
                    return await self.interact(COMPONENT, self._place(message), data, message)
        raise LookupError(f"no option {label}")

    async def fill(self, opened: Interaction, values: Mapping[str, str]) -> Interaction:
        """Submit the form that `opened` showed: label -> what is typed, or the label of what is picked."""
        modal, message = opened.modal, opened.message
        assert modal is not None, "no form was opened"
        assert message is not None, "a form is opened by a press"
        labels = [_filled(label, values.get(label["label"], "")) for label in modal["components"]]
        data = {"custom_id": modal["custom_id"], "components": labels}
        return await self.interact(MODAL_SUBMIT, self._place(message), data, message)

    def _place(self, message: Message) -> Where:
        if message.channel == self.dm_channel:
            return "dm"
        elsewhere: dict[int, Where] = {SERVER_CHANNEL: "server", GROUP_CHAT: "group", FRIENDS_CHAT: "friend"}
        return elsewhere[message.channel]

    async def interact(
        self, kind: int, where: Where, data: Payload, message: Message | None = None, token: str = ""
    ) -> Interaction:
        discord, token = self.discord, token or token_urlsafe(48)
        elsewhere = {"server": SERVER_CHANNEL, "group": GROUP_CHAT, "friend": FRIENDS_CHAT}
        channel = elsewhere.get(where, self.dm_channel)
        asked = Interaction(discord.new_id(), token, kind, self.id, channel, discord.now(), message)
        discord.interactions.append(asked)
        payload: Payload = {
            "id": str(asked.id),
            "application_id": str(APPLICATION),
            "type": kind,
            "token": asked.token,
            "version": 1,
            "data": data,
            "locale": self.locale,
            "app_permissions": "0",
            "entitlements": [],
            "attachment_size_limit": 0,
            "authorizing_integration_owners": {"1": str(self.id)},
            "channel_id": str(channel),
            **_context(where, channel, user_payload(self.id)),
        }
        if message is not None:
            payload["message"] = message.payload()
        asked.payload = payload
        await discord.gateway.dispatch("INTERACTION_CREATE", payload)
        return asked


def _context(where: Where, channel: int, user: Payload) -> Payload:
    if where == "dm":
        return {"context": 1, "user": user, "channel": {"id": str(channel), "type": 1, "recipients": [user]}}
    if where == "friend":
        return {"context": 2, "user": user, "channel": {"id": str(channel), "type": 1, "recipients": []}}
    if where == "group":
        return {"context": 2, "user": user, "channel": {"id": str(channel), "type": 3, "recipients": []}}
    member = {"user": user, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "permissions": "0", "flags": 0}
    return {
        "context": 0,
        "guild_id": str(SERVER),
        "guild": {"id": str(SERVER), "locale": "en-US", "features": []},
        "channel": {"id": str(channel), "type": 0, "name": "general", "position": 0, "guild_id": str(SERVER)},
        "member": {**member, "deaf": False, "mute": False},
    }


def _filled(label: Payload, value: str) -> Payload:
    """What the app sends for one field; it keeps a person from leaving out or overfilling it."""
    field = label["component"]
    assert value or not field.get("required", True), f"{label['label']} must be filled in"
    answer: Payload = {"type": field["type"], "custom_id": field["custom_id"], "id": 2}
    if field["type"] == rules.TEXT_INPUT:
        assert len(value) <= field.get("max_length", 4000), f"{label['label']} is too long"
        answer["value"] = value
    else:
        picked = [option["value"] for option in field["options"] if option["label"] == value]
        answer |= {"values": picked} if field["type"] == rules.SELECT else {"value": next(iter(picked), None)}
    return {"type": rules.LABEL, "id": 1, "component": answer}
