"""Values to sealed bytes and back, and times to UTC microseconds and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from bot.errors import StorageFault
from bot.model import Conversation, Handle, Person, Screen
from bot.storage.vault import Vault

Value = TypeVar("Value")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Body(msgspec.Struct, frozen=True):
    """What a parcel's sealed body holds. `reach` is the platform's own address of the person, where known."""

    screen: Screen
    handle: Handle | None
    reach: str = ""


CONVERSATION = msgspec.json.Decoder(Conversation)
BODY = msgspec.json.Decoder(Body)
SLOTS: msgspec.json.Decoder[Mapping[str, str]] = msgspec.json.Decoder(dict[str, str])
_encode = msgspec.json.Encoder().encode


def seal(vault: Vault, value: Conversation | Body | dict[str, str], person: Person) -> bytes:
    return vault.seal(_encode(value), person)


def unseal(vault: Vault, kind: msgspec.json.Decoder[Value], sealed: bytes, person: Person) -> Value:
    """Raises StorageFault when it does not open, or holds what this version does not know."""
    text = vault.unseal(sealed, person)
    try:
        return kind.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # Its own words would quote the person's.
        raise StorageFault("A sealed row has another shape than this version of Debrief knows.") from None


def micros(at: datetime) -> int:
    """An aware time as UTC microseconds, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    return _EPOCH + value * _MICROSECOND


def address(person: Person) -> dict[str, Any]:
    return {"platform": person.platform, "workspace": person.workspace, "user": person.user}
