"""Slack's payloads as events. Pure. What is not a person speaking to us is None."""

import html
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.model import ChoicePicked, CommandInvoked, Event, FormSubmitted, Handle, MessageReceived, Person
from handlers.slack import position
from handlers.slack.settings import COMMAND

Payload = Mapping[str, Any]

# A response_url lives 30 minutes; the rest is left for the answer to get there.
HANDLE_LIFE = timedelta(minutes=25)

# Subtypes with which a person speaks; all others (edits, deletions, joins, bots) are not for us.
_SPOKEN = frozenset({"", "file_share", "me_message"})

_NOTHING: tuple[Payload] = ({},)

# <https://a.example|label>, <@U123>, <#C123|name>, <!here>
_MARK = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def event(body: Payload, at: datetime) -> Event | None:
    """The event in a payload of the Events API, a slash command or an interaction."""
    match body.get("type"):
        case "event_callback":
            return _message(body, at)
        case "block_actions":
            return _press(body, at)
        case "view_submission":
            return _form(body, at)
        case None if body.get("command") == COMMAND:
            return _command(body, at)
        case _:
            return None


def _message(body: Payload, at: datetime) -> MessageReceived | None:
    said = body["event"]
    spoken = said.get("type") == "message" and (said.get("subtype") or "") in _SPOKEN
    if not spoken or said.get("channel_type") != "im" or said.get("bot_id") or not said.get("user"):
        return None
    return MessageReceived(
        delivery_id=f"event:{body['event_id']}",
        person=_person(body, said["user"]),
        at=at,
        reach=_direct(said.get("channel")),
        text=_plain(said.get("text") or ""),
    )


def _command(body: Payload, at: datetime) -> CommandInvoked:
    """Without a reach: a command in the direct messages of two people looks like one in the bot's own."""
    return CommandInvoked(
        delivery_id=f"command:{body['trigger_id']}",
        person=_person(body, body["user_id"]),
        at=at,
        handle=_handle(body, at, replace=False),
        text=_plain(body.get("text") or "").strip(),
    )


def _press(body: Payload, at: datetime) -> ChoicePicked | None:
    place = position.of_action(body["actions"][0])
    if place is None:
        return None
    container = body.get("container", {})
    # A direct message is answered by the next one, which stays; only an ephemeral message is replaced.
    ephemeral = container.get("is_ephemeral", False)
    # An ephemeral message may stand in the direct messages of two people; a posted one stands in our own alone.
    posted = container.get("is_ephemeral") is False
    return ChoicePicked(
        delivery_id=f"press:{body['trigger_id']}",
        person=_person(body, body["user"]["id"]),
        at=at,
        reach=_direct(container.get("channel_id")) if posted else "",
        handle=_handle(body, at, replace=True) if ephemeral else None,
        step=place.step,
        visit=place.visit,
        choice=place.choice,
    )


def _form(body: Payload, at: datetime) -> FormSubmitted:
    view = body["view"]
    place = position.of_metadata(view["private_metadata"])
    inputs = {field: state for block in view["state"]["values"].values() for field, state in block.items()}
    values = {field: _value(state) for field, state in inputs.items()}
    return FormSubmitted(
        delivery_id=f"form:{view['id']}:{view['hash']}",
        person=_person(body, body["user"]["id"]),
        at=at,
        reach=place.reach,
        handle=place.handle,
        step=place.step,
        visit=place.visit,
        choice=place.choice,
        values={field: value for field, value in values.items() if value},
    )


def _value(state: Payload) -> str:
    match state["type"]:
        case "static_select":
            return str((state.get("selected_option") or {}).get("value", ""))
        case "datetimepicker":
            chosen = state.get("selected_date_time")
            return f"@{chosen}" if chosen else ""
        case _:
            return state.get("value") or ""


def _direct(channel: str | None) -> str:
    """The channel where it is one of direct messages, which Slack names D..."""
    return channel if channel and channel.startswith("D") else ""


def _handle(body: Payload, at: datetime, *, replace: bool) -> Handle | None:
    url = body.get("response_url")
    return Handle(json.dumps({"url": url, "replace": replace}), at + HANDLE_LIFE) if url else None


def _person(body: Payload, user: str) -> Person:
    """An app installed for a whole organisation is spoken to from any workspace of it: one person all the same."""
    installed: Payload = (body.get("authorizations") or _NOTHING)[0]
    whole = installed.get("is_enterprise_install") or body.get("is_enterprise_install")
    team = installed.get("team_id") or body.get("team_id") or (body.get("team") or {}).get("id")
    organisation = (
        installed.get("enterprise_id") or body.get("enterprise_id") or (body.get("enterprise") or {}).get("id")
    )
    workspace = organisation if organisation and (whole in {True, "true"} or not team) else team
    return Person("slack", str(workspace), user)


def _plain(text: str) -> str:
    """What the person typed: Slack writes links and mentions as marks, and &, < and > as entities."""
    return html.unescape(_MARK.sub(_unmarked, text))


def _unmarked(mark: re.Match[str]) -> str:
    sigil, target, label = mark.groups()
    if sigil in {"@", "#"}:
        return sigil + (label or "…")
    return label or target
