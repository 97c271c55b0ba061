"""What a person was promised and still waits for: at most one of each flow, kept in the lasting slot `promises`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

PROMISES = "promises"
# The one promise that versions before 0.3 knew: when, the wall time, the flow.
_BEFORE = ("waiting", "waiting_wall", "waiting_flow")


class Promise(msgspec.Struct, frozen=True):
    """`at`: aware UTC. `wall`: the time on the person's own clock that it stands for; None for a span of time."""

    flow: str
    at: datetime
    wall: datetime | None = None


def promised(slots: Mapping[str, str]) -> dict[str, Promise]:
    """By flow, the earliest first."""
    rows = slots.get(PROMISES, "")
    at, wall, flow = (slots.get(name, "") for name in _BEFORE)
    if not rows and not at:
        return {}
    found = [_read(*row.split(" ")) for row in rows.split(";") if row]
    if at:
        found.append(_read(flow or "check_in", at, wall))
    return {promise.flow: promise for promise in sorted(found, key=lambda promise: promise.at)}


def written(promises: Mapping[str, Promise]) -> dict[str, str]:
    """The slots that hold exactly these."""
    rows = (f"{p.flow} {p.at.isoformat()} {p.wall.isoformat() if p.wall else ''}" for p in promises.values())
    return {PROMISES: ";".join(rows), **dict.fromkeys(_BEFORE, "")}


def without(slots: Mapping[str, str], *flows: str) -> dict[str, str]:
    """The slots when the promises of these flows are over."""
    return written({flow: promise for flow, promise in promised(slots).items() if flow not in flows})


def with_one(slots: Mapping[str, str], promise: Promise) -> dict[str, str]:
    return written(promised(slots) | {promise.flow: promise})


def zone_named(name: str) -> ZoneInfo | None:
    """A zone of the time zone data; None for any other name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the data, such as Europe
        return None


def _read(flow: str, at: str, wall: str) -> Promise:
    return Promise(flow, datetime.fromisoformat(at).astimezone(UTC), datetime.fromisoformat(wall) if wall else None)
