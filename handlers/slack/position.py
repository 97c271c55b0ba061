"""Where a button or a form was shown, written into Slack's own fields, so that it works after a restart."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.model import ENGLISH, ChoicePicked, Handle

METADATA_LONGEST_CHARS = 3_000

_BUTTON, _MENU = "pick", "menu"


class Position(msgspec.Struct, frozen=True):
    step: str
    visit: int
    choice: str
    handle: Handle | None = None
    reach: str = ""


def button_id(step: str, visit: int, choice: str) -> str:
    return f"{_BUTTON}:{visit}:{step}:{choice}"


def menu_id(step: str, visit: int) -> str:
    return f"{_MENU}:{visit}:{step}"


def language(action: Mapping[str, Any]) -> str:
    """The language of the screen that a pressed button stands on, which is its value. None: it is an older one."""
    return str(action.get("value") or ENGLISH)


def of_action(action: Mapping[str, Any]) -> Position | None:
    """The position of a pressed button or a picked option; None when it is not one of ours."""
    kind, _, rest = str(action.get("action_id", "")).partition(":")
    visit, _, rest = rest.partition(":")
    if not visit.isdecimal():
        return None
    if kind == _BUTTON:
        step, _, choice = rest.partition(":")
        return Position(step, int(visit), choice)
    if kind == _MENU and action.get("selected_option"):
        return Position(rest, int(visit), str(action["selected_option"]["value"]))
    return None


def metadata(press: ChoicePicked) -> str:
    """What a form carries along: its position, and the way back to the message whose button opened it."""
    fields: dict[str, Any] = {"step": press.step, "visit": press.visit, "choice": press.choice, "reach": press.reach}
    if press.handle is None:
        return json.dumps(fields)
    answer = {"token": press.handle.token, "until": press.handle.expires_at.timestamp()}
    whole = json.dumps(fields | {"answer": answer})
    return whole if len(whole) <= METADATA_LONGEST_CHARS else json.dumps(fields)


def of_metadata(text: str) -> Position:
    fields = json.loads(text)
    answer = fields.get("answer")
    handle = answer and Handle(answer["token"], datetime.fromtimestamp(answer["until"], UTC))
    return Position(fields["step"], fields["visit"], fields["choice"], handle, fields.get("reach", ""))
