"""What may come in from the page: who may speak at all, and frames to events. Pure."""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, TypedDict

import msgspec

from bot.model import RESUME, ChoicePicked, CommandInvoked, Event, FormSubmitted, MessageReceived, Person

# A note of 20,000 characters fits even when each one needs an escape; far larger frames end the connection.
FRAME_LONGEST_CHARS = 64 * 1024
SKIP_LONGEST_S = 31 * 24 * 60 * 60

_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)"
_LOCALE = r"^([A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4})?$(?!\n)"

Uuid = Annotated[str, msgspec.Meta(pattern=_UUID)]
Name = Annotated[str, msgspec.Meta(max_length=200)]


def refusal(peer: str, host: str, origin: str | None, *, socket: bool) -> str:
    """Why this request may not speak to us, or nothing.

    The host is checked against DNS rebinding, a socket's origin against other sites open in the same browser.
    """
    if not _is_loopback(peer):
        return "This page is for the machine that it runs on."
    if not _HOST.fullmatch(host):
        return "This page answers to localhost only."
    if socket and (origin or "").lower() != f"http://{host.lower()}":
        return "This connection was asked for by another site."
    return ""


def _is_loopback(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


class _Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """What a frame has, no more and no less, and what its values must be."""


class Hello(_Frame, frozen=True, tag="hello"):
    """The first frame of a connection. `fresh`: the page has nothing to show yet."""

    id: Uuid
    person: Uuid
    locale: Annotated[str, msgspec.Meta(pattern=_LOCALE)] = ""
    fresh: bool = False


class Shown(_Frame, frozen=True, tag="shown"):
    """The page has the screen of this key, and keeps it."""

    key: Name


class Skip(_Frame, frozen=True, tag="skip"):
    """Put the playground's clock forward."""

    id: Uuid
    seconds: Annotated[int, msgspec.Meta(gt=0, le=SKIP_LONGEST_S)]

    @property
    def by(self) -> timedelta:
        return timedelta(seconds=self.seconds)


class _Said(_Frame, frozen=True, tag="said"):
    id: Uuid
    text: str


class _Command(_Frame, frozen=True, tag="command"):
    id: Uuid
    text: str = ""


class _Picked(_Frame, frozen=True, tag="picked"):
    id: Uuid
    step: Name
    visit: Annotated[int, msgspec.Meta(ge=0)]
    choice: Name


class _Submitted(_Frame, frozen=True, tag="submitted"):
    id: Uuid
    step: Name
    visit: Annotated[int, msgspec.Meta(ge=0)]
    choice: Name
    values: dict[Name, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A frame that cannot be used. `why`: the id of the page's word for it; `id` is the frame's own, if it had one."""

    why: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who a connection belongs to, once it has said hello."""

    person: Person
    locale: str


class _Who(TypedDict):
    delivery_id: str
    person: Person
    at: datetime
    locale: str


Inbound = Hello | Shown | Skip | Event | Fault

_FRAMES = msgspec.json.Decoder(Hello | Shown | Skip | _Said | _Command | _Picked | _Submitted)


def read(text: str, speaker: Speaker | None, now: datetime) -> Inbound:
    """One frame as sent. Never raises: what cannot be used comes back as a Fault."""
    if len(text) > FRAME_LONGEST_CHARS:
        return Fault("too_long_at_once", _frame_id(text))
    try:
        frame = _FRAMES.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Fault("unreadable", _frame_id(text))
    if isinstance(frame, Hello):
        return Fault("unreadable", frame.id) if speaker else frame
    if isinstance(frame, Shown):
        return frame
    if speaker is None:
        return Fault("unreadable", frame.id)
    return frame if isinstance(frame, Skip) else _event(frame, speaker, now)


def speaker(hello: Hello) -> Speaker:
    return Speaker(Person("web", "", hello.person), hello.locale)


def resume(hello: Hello, now: datetime) -> Event:
    """A page with nothing to show asks where the conversation stands."""
    frame = _Picked(id=hello.id, step="", visit=0, choice=RESUME)
    return _event(frame, speaker(hello), now)


def _event(frame: _Said | _Command | _Picked | _Submitted, speaker: Speaker, now: datetime) -> Event:
    who = _Who(delivery_id=frame.id, person=speaker.person, at=now, locale=speaker.locale)
    match frame:
        case _Said():
            return MessageReceived(**who, text=frame.text)
        case _Command():
            return CommandInvoked(**who, text=frame.text)
        case _Picked():
            return ChoicePicked(**who, step=frame.step, visit=frame.visit, choice=frame.choice)
        case _Submitted():
            step, visit, choice, values = frame.step, frame.visit, frame.choice, frame.values
            return FormSubmitted(**who, step=step, visit=visit, choice=choice, values=values)


def _frame_id(text: str) -> str:
    """The id of a frame that is not usable, so that the page can stop sending it again."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    found = frame.get("id") if isinstance(frame, Mapping) else ""
    return found if isinstance(found, str) and re.fullmatch(_UUID, found) else ""
