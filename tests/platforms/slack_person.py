"""Somebody on the small Slack: types, uses the command, presses buttons, picks from lists, fills forms."""

import html
from dataclasses import dataclass
from typing import Any

from tests.platforms.slack_server import Delivery, SlackServer
from tests.platforms.slack_world import APP, BOT_USER, ORGANISATION, TEAM, Posted, ResponseUrl


@dataclass
class SlackPerson:
    """`whole_organisation`: the app was installed for all workspaces at once, and payloads name no workspace."""

    slack: SlackServer
    id: str = "U0ANA"
    team: str = TEAM
    zone: str = "Europe/Lisbon"
    locale: str = "pt-PT"
    whole_organisation: bool = False

    def __post_init__(self) -> None:
        self.im = self.id.replace("U", "D", 1)
        user = {"id": self.id, "tz": self.zone, "locale": self.locale, "deleted": False, "im": self.im}
        self.slack.people[self.id] = user

    async def dm(self, text: str, *, raw: str | None = None, **changes: Any) -> Delivery:
        """`raw` is the text in Slack's own marks; `changes` are set on the inner event: a subtype, a bot_id."""
        ts = self.slack.new_ts()
        event = {
            "type": "message",
            "channel": self.im,
            "channel_type": "im",
            "user": self.id,
            "text": html.escape(text, quote=False) if raw is None else raw,
            "ts": ts,
            "event_ts": ts,
            **changes,
        }
        whole = self.whole_organisation
        authorization = {
            "enterprise_id": ORGANISATION if whole else None,
            "team_id": None if whole else self.team,
            "user_id": BOT_USER,
            "is_bot": True,
            "is_enterprise_install": whole,
        }
        payload = {
            "type": "event_callback",
            "team_id": None if whole else self.team,
            "api_app_id": APP,
            "event": event,
            "event_id": self.slack.new_id("Ev"),
            "event_time": int(self.slack.now()),
            "authorizations": [authorization],
        }
        return await self.slack.deliver("events_api", payload)

    async def command(self, text: str = "", channel: str = "C0GENERAL", command: str = "/debrief") -> Delivery:
        payload = {
            "command": command,
            "text": html.escape(text, quote=False),
            "response_url": self._response_url(channel),
            "trigger_id": self.slack.new_trigger(),
            "user_id": self.id,
            "user_name": "ana",
            "team_id": self.team,
            "channel_id": channel,
            "channel_name": "general",
            "api_app_id": APP,
            "is_enterprise_install": "true" if self.whole_organisation else "false",
        }
        if self.whole_organisation:
            payload["enterprise_id"] = ORGANISATION
        return await self.slack.deliver("slash_commands", payload)

    async def press(self, message: Posted, button: str) -> Delivery:
        """`button` is its label, or the id of its choice."""
        buttons = [element for element in message.elements if element["type"] == "button"]
        chosen = [
            element
            for element in buttons
            if element["text"]["text"] == button or element["action_id"].endswith(f":{button}")
        ]
        return await self._act(message, dict(chosen[0]))

    async def pick(self, message: Posted, option: str) -> Delivery:
        for element in message.elements:
            if element["type"] == "static_select":
                chosen = _option(element, option)
                return await self._act(message, {**element, "selected_option": chosen})
        raise AssertionError("no list in this message")

    async def fill(self, view: dict[str, Any], values: dict[str, Any]) -> Delivery:
        """`values` by label: words, an option's label, or Unix seconds for a time."""
        values = dict(values)
        state: dict[str, Any] = {}
        for block in view["blocks"]:
            element, label = block["element"], block["label"]["text"]
            given = values.pop(label, None)
            assert given is not None or block.get("optional"), f"Slack asks for {label!r}"
            state[block["block_id"]] = {element["action_id"]: _state(element, given)}
        assert not values, f"the form has no {list(values)}"
        kept = {key: view[key] for key in ("id", "hash", "callback_id", "private_metadata", "type")}
        return await self._interact(type="view_submission", view={**kept, "state": {"values": state}})

    async def _act(self, message: Posted, action: dict[str, Any]) -> Delivery:
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.ephemeral,
        }
        return await self._interact(
            type="block_actions",
            container=container,
            channel={"id": message.channel},
            response_url=self._response_url(message.channel, message),
            actions=[{**action, "action_ts": self.slack.new_ts()}],
        )

    async def _interact(self, **fields: Any) -> Delivery:
        whole = self.whole_organisation
        payload = {
            "api_app_id": APP,
            "user": {"id": self.id, "team_id": self.team},
            "team": None if whole else {"id": self.team, "domain": "example"},
            "enterprise": {"id": ORGANISATION} if whole else None,
            "is_enterprise_install": whole,
            "trigger_id": self.slack.new_trigger(),
            **fields,
        }
        return await self.slack.deliver("interactive", payload)

    def _response_url(self, channel: str, original: Posted | None = None) -> str:
        url_id = self.slack.new_id("r")
        self.slack.response_urls[url_id] = ResponseUrl(channel, self.id, self.slack.now(), original)
        return f"{self.slack.root}respond/{url_id}"


def _option(element: Any, label: str) -> dict[str, Any]:
    groups = element.get("option_groups") or [element]
    options = [option for group in groups for option in group["options"]]
    return next(option for option in options if option["text"]["text"] == label)


def _state(element: dict[str, Any], given: Any) -> dict[str, Any]:
    match element["type"]:
        case "plain_text_input":
            assert given is None or len(given) <= element["max_length"]
            return {"type": "plain_text_input", "value": given}
        case "static_select":
            return {"type": "static_select", "selected_option": given and _option(element, given)}
        case _:
            return {"type": "datetimepicker", "selected_date_time": given}
