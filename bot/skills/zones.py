"""A time zone from the time on somebody's clock and the country of their locale. Nothing is looked up outside."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.flows.hearing import HearingDoc, fold
from bot.model import Option
from bot.skills.base import Answer, Ask, skill
from bot.skills.when import clock_times

# Offsets of zones are multiples of a quarter of an hour; a clock may be a few minutes off.
STEP = timedelta(minutes=15)
OPTIONS_MOST = 24


def candidates(
    words: str, now: datetime, locale: str, known: tuple[Option, ...], hearings: Sequence[HearingDoc]
) -> tuple[Option, ...]:
    """The zones that the words can mean, best first: a zone's name, or a time of day.

    `known` are the zones of the list (id is the IANA name). Zones of the locale's country win over all others,
    those of the list first: one of each kind, since two that show the same time today may not do so all year.
    """
    name = fold(words)
    if named := tuple(option for option in known if name in (fold(option.id), fold(option.label))):
        return named
    if elsewhere := _cities().get(name):
        return (Option(elsewhere, _city(elsewhere)),)
    offsets = {_offset(now, at) for at in clock_times(words, hearings)}
    territory = locale.replace("_", "-").partition("-")[2].upper()
    home = tuple(_of_countries().get(territory, ())) if territory else ()
    labels = {option.id: option.label for option in known}
    at_home = [zone for zone in home if _now_offset(zone, now) in offsets]
    if at_home:
        listed = [zone for zone in at_home if zone in labels] or at_home
        kinds = {_this_year(zone, now): zone for zone in reversed(listed)}
        return tuple(Option(zone, labels.get(zone, _city(zone))) for zone in reversed(kinds.values()))
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


def _this_year(zone: str, now: datetime) -> tuple[timedelta | None, ...]:
    return tuple(_now_offset(zone, now + timedelta(days=30 * month)) for month in range(12))


def _of_countries() -> Mapping[str, Sequence[str]]:
    """The zones of each country, by its ISO code."""
    from babel.core import get_global  # noqa: PLC0415  no start needs it

    return get_global("territory_zones")


@cache
def _cities() -> dict[str, str]:
    """Every zone there is, by the city that it is called after."""
    return {fold(_city(zone)): zone for zones in _of_countries().values() for zone in zones}


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _find(ask: Ask) -> Answer:
    """From the slot `clock`: `one` keeps the zone, `several` offers the rest, `unclear` asks again."""
    found = _candidates(ask)
    if len(found) == 1:
        return Answer("one", slots={"zone": found[0].id, "clock": ""})
    return Answer("several" if found else "unclear")


def _candidates(ask: Ask) -> tuple[Option, ...]:
    known = ask.content.lists["zones"]
    return candidates(ask.slot("clock"), ask.now, ask.slot("locale"), known, ask.content.hearings)


def _choose(ask: Ask) -> Answer:
    return Answer(options=_candidates(ask))


FIND_ZONE = skill(_find, outcomes=("one", "several", "unclear"))
ZONE_OPTIONS = skill(_choose, options=True)
