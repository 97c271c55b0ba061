"""A time zone from the time on somebody's clock and the country of their locale. Nothing is looked up outside."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from bot.model import Option
from bot.skills.base import Answer, Ask, skill
from bot.skills.when import clock_times

# Offsets of zones are multiples of a quarter of an hour; a clock may be a few minutes off.
STEP = timedelta(minutes=15)
OPTIONS_MOST = 24


def candidates(words: str, now: datetime, locale: str, known: tuple[Option, ...]) -> tuple[Option, ...]:
    """The zones that the words can mean, best first: a zone's name, or a time of day.

    `known` are the zones of the list (id is the IANA name). Zones of the locale's country win over all others.
    """
    named = tuple(o for o in known if words.casefold().strip() in (o.id.casefold(), o.label.casefold()))
    if named:
        return named
    offsets = {_offset(now, at) for at in clock_times(words)}
    territory = locale.replace("_", "-").partition("-")[2].upper()
    home = tuple(get_global("territory_zones").get(territory, ())) if territory else ()
    labels = {option.id: option.label for option in known}
    at_home = [zone for zone in sorted(home, key=lambda zone: zone not in labels) if _now_offset(zone, now) in offsets]
    if at_home:
        return (Option(at_home[0], labels.get(at_home[0], _city(at_home[0]))),)
    return tuple(option for option in known if _now_offset(option.id, now) in offsets)[:OPTIONS_MOST]


def _offset(now: datetime, wall: time) -> timedelta:
    """How far the wall time is from UTC, between -11:45 and +12:00, or +14:00 at the most by the caller's match."""
    utc = now.astimezone(UTC)
    minutes = (wall.hour - utc.hour) * 60 + wall.minute - utc.minute
    steps = round(minutes / 15)
    return ((steps * STEP + timedelta(hours=12)) % timedelta(hours=24)) - timedelta(hours=12)


def _now_offset(zone: str, now: datetime) -> timedelta | None:
    """The zone's offset at `now`, wrapped to the same half day as a clock shows it."""
    try:
        offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return ((offset + timedelta(hours=12)) % timedelta(hours=24)) - timedelta(hours=12)


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _find(ask: Ask) -> Answer:
    """From the slot `clock`: `one` keeps the zone, `several` offers the rest, `unclear` asks again."""
    found = _candidates(ask)
    if len(found) == 1:
        return Answer("one", slots={"zone": found[0].id, "clock": ""})
    return Answer("several" if found else "unclear")


def _candidates(ask: Ask) -> tuple[Option, ...]:
    return candidates(ask.slot("clock"), ask.now, ask.slot("locale"), ask.content.lists["zones"])


def _choose(ask: Ask) -> Answer:
    return Answer(options=_candidates(ask))


FIND_ZONE = skill(_find, outcomes=("one", "several", "unclear"))
ZONE_OPTIONS = skill(_choose, options=True)
