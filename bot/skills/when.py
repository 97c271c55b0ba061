"""Words to an instant. Wall-clock words are resolved in the person's zone, across DST gaps and folds (PEP 495).

Which words mean what is content (hearing/*.yaml); only figures are read here.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

import msgspec

from bot.flows.hearing import HearingDoc, PartDoc, TimeDoc, Unit, Weekday, fold, without_front

MORNING, EVENING = time(10, 0), time(19, 0)
LATER = timedelta(hours=3)
LAST_HOUR = time(21, 30)
# Until then the night still belongs to the evening before: "tomorrow" said at 01:00 is the coming morning.
NIGHT_ENDS = time(5, 0)

_DAY_MINUTES, _HALF_DAY_MINUTES = 24 * 60, 12 * 60
_CLOCK = re.compile(r"(?<!\d)(?P<hour>\d{1,2})(?:[:.h](?P<minute>[0-5]\d))?h?\s*(?P<half>[ap]m)?(?![\d:])")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)t?")
_AMOUNT = re.compile(r"(\d{1,5})\s*(\D+)")
_HALF = re.compile(r"(?<=[\dh])\s*([ap])\.?\s?m\b\.?")
# It ends a short form (sáb.) and does not stand within a clock (9.30).
_DOT = re.compile(r"\.(?=\s|$)")
_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_UNITS: Mapping[Unit, timedelta] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
Found = TypeVar("Found")


class Resolved(msgspec.Struct, frozen=True):
    """An instant in UTC. `moved`: the wall time asked for does not exist that day (clocks go forward).

    `span`: so much time from now, whatever the clocks say.
    """

    at: datetime
    moved: bool = False
    span: bool = False


def resolve(day: date, wall: time, zone: ZoneInfo) -> Resolved:
    """A wall time as an instant: the first of two in a fold; in a gap, as much later as the clocks jump."""
    local = datetime.combine(day, wall, tzinfo=zone)
    at = local.astimezone(UTC)
    return Resolved(at, moved=at.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None))


def tomorrow(now: datetime, zone: ZoneInfo) -> date:
    """The day that a person awake at `now` calls tomorrow."""
    local = now.astimezone(zone)
    return local.date() if local.time() < NIGHT_ENDS else local.date() + timedelta(days=1)


def understand(text: str, now: datetime, zone: ZoneInfo, hearings: Sequence[HearingDoc]) -> Resolved | None:
    """A time as people write it, or None: `2026-11-23 09:30`, `tomorrow 9am`, `sat 18:00`, `in 20 minutes`, `21:15`.

    Also the flow's own words (`tomorrow_morning`, `later_today`, ...) and `@<unix seconds>` from a date picker.
    `hearings`: the languages to try, the person's own first.
    """
    words = text.strip()
    try:
        if words.startswith("@"):
            return _instant(words[1:])
        if words in _OWN_WORDS:
            return _OWN_WORDS[words](now, zone)
        words = _plain(words.replace("_", " "))
        return next((found for one in hearings if (found := _understand(words, now, zone, one.time))), None)
    except OverflowError:  # a date beyond the calendar
        return None


def clock_times(text: str, hearings: Sequence[HearingDoc]) -> tuple[time, ...]:
    """The times of day that the words may mean: both halves of the day when they do not say which."""
    words = _plain(text)
    return next((found for one in hearings if (found := _clock_times(words, one.time))), ())


def _understand(words: str, now: datetime, zone: ZoneInfo, said: TimeDoc) -> Resolved | None:
    if (span := _span(words, said)) is not None:
        return Resolved(now + span, span=True)
    if words in said.whole:
        return _OWN_WORDS[said.whole[words]](now, zone)
    return _day_and_clock(words, now, zone, said)


def _clock_times(words: str, said: TimeDoc) -> tuple[time, ...]:
    part, words = _take(words, _parts(said))
    past, words = _take(words, said.past)
    told = _told(words, said, _CLOCK.search, counts=past is not None)
    if told is None:
        told = (part.at,) if part and part.begins is None else ()
    return tuple(_wall(minutes + (past or 0)) for minutes in _fitting(told, part) or told)


def _plain(text: str) -> str:
    return " ".join(_DOT.sub(" ", _HALF.sub(r"\1m ", fold(text.replace(",", " ")))).split())


def _instant(digits: str) -> Resolved | None:
    if not digits.isascii() or not digits.isdigit() or len(digits) > 11:
        return None
    return Resolved(datetime.fromtimestamp(int(digits), UTC))


def _later_today(now: datetime, zone: ZoneInfo) -> Resolved:
    """Three hours on, but not into the night: then tomorrow morning."""
    local, later = now.astimezone(zone), (now + LATER).astimezone(zone)
    if local.time() >= NIGHT_ENDS and later.date() == local.date() and later.time() <= LAST_HOUR:
        return Resolved((now + LATER).replace(second=0, microsecond=0))
    return resolve(tomorrow(now, zone), MORNING, zone)


def _same_time_tomorrow(now: datetime, zone: ZoneInfo) -> Resolved:
    local = now.astimezone(zone).replace(second=0, microsecond=0)
    return resolve(local.date() + timedelta(days=1), local.time(), zone)


_OWN_WORDS: Mapping[str, Callable[[datetime, ZoneInfo], Resolved]] = {
    "later_today": _later_today,
    "same_time_tomorrow": _same_time_tomorrow,
    "tomorrow_morning": lambda now, zone: resolve(tomorrow(now, zone), MORNING, zone),
    "tomorrow_evening": lambda now, zone: resolve(tomorrow(now, zone), EVENING, zone),
}


def _span(words: str, said: TimeDoc) -> timedelta | None:
    """So much time from now."""
    bare = without_front(words, said.within) or words
    if bare in said.spans:
        return timedelta(minutes=said.spans[bare])
    if match := _AMOUNT.fullmatch(bare):
        amount, unit = int(match[1]), match[2]
    else:
        number, _, unit = bare.partition(" ")
        amount = 1 if number in said.one else said.numbers.get(number, 0)
        if not amount:
            return None
    return next((amount * _UNITS[name] for name, phrases in said.units.items() if unit in phrases), None)


def _day_and_clock(words: str, now: datetime, zone: ZoneInfo, said: TimeDoc) -> Resolved | None:
    today = now.astimezone(zone).date()
    part, words = _take(words, _parts(said))
    day, weekly, words = _day(words, now, zone, said)
    past, words = _take(words, said.past)
    told = _told(words, said, _CLOCK.fullmatch, counts=past is not None)
    if told is None:
        told = (part.at,) if part else (_minutes(MORNING),) if day else ()
    minutes = next((minutes + (past or 0) for minutes in _fitting(told, part)), None)
    if minutes is None:
        return None
    if part is not None and part.today and day is None:
        in_the_night = now.astimezone(zone).time() < NIGHT_ENDS and minutes >= _DAY_MINUTES
        day = today - timedelta(days=1) if in_the_night else today
    if day is None:
        coming = (resolve(today + timedelta(days=n), _wall(minutes), zone) for n in range(3))
        return next(found for found in coming if found.at > now)
    day += timedelta(days=minutes // _DAY_MINUTES)
    found = resolve(day, _wall(minutes), zone)
    return resolve(day + timedelta(weeks=1), _wall(minutes), zone) if weekly and found.at <= now else found


def _day(words: str, now: datetime, zone: ZoneInfo, said: TimeDoc) -> tuple[date | None, bool, str]:
    """The day named, if any, whether it is a day of the week, and the words without it."""
    today = now.astimezone(zone).date()
    named, rest = _calendar_day(words)
    if named is not None:
        return named, False, rest
    ahead, rest = _take(words, said.days)
    if ahead is not None:
        return (tomorrow(now, zone) + timedelta(days=ahead - 1) if ahead else today), False, rest
    name, rest = _take(words, {phrase: name for name, phrases in said.weekdays.items() for phrase in phrases})
    if name is None:
        return None, False, words
    is_next, rest = _take(rest, dict.fromkeys(said.next, True))
    ahead = (_WEEKDAYS.index(name) - today.weekday()) % 7 or (7 if is_next else 0)
    return today + timedelta(days=ahead), True, rest


def _calendar_day(words: str) -> tuple[date | None, str]:
    """A date that is no date stays with the words, which nothing can read then."""
    match = _DATE.search(words)
    try:
        named = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        named = None
    return named, words.replace(match[0], " ").strip() if match and named else words


def _told(
    words: str, said: TimeDoc, read: Callable[[str], re.Match[str] | None], *, counts: bool
) -> tuple[int, ...] | None:
    """The minutes from midnight that a clock can mean; None when no word is left to read.

    `counts`: minutes past the hour were told, so that an hour has to be.
    """
    marked, rest = _take(words, dict.fromkeys(said.at, True))
    while (shorter := _take(rest, dict.fromkeys(said.fillers, True))[1]) != rest:
        rest = shorter
    if not rest and not counts:
        return None
    if (marked or counts) and rest in said.numbers:
        return _halves(said.numbers[rest], 0, "")
    match = read(rest)
    return _halves(int(match["hour"]), int(match["minute"] or 0), (match["half"] or "")[:1]) if match else ()


def _halves(hour: int, minute: int, half: str) -> tuple[int, ...]:
    if half:
        return ((hour % 12 + (12 if half == "p" else 0)) * 60 + minute,) if 1 <= hour <= 12 else ()
    if hour > 23:
        return ()
    as_said = hour * 60 + minute
    return (as_said, (as_said + _HALF_DAY_MINUTES) % _DAY_MINUTES) if 1 <= hour <= 12 else (as_said,)


def _fitting(told: Collection[int], part: PartDoc | None) -> list[int]:
    """The minutes that lie in this part of the day, on from its beginning: 2 at night is hour 26."""
    if part is None:
        return list(told)
    begins, lasts = (part.at, 1) if part.begins is None else (part.begins, _HALF_DAY_MINUTES)
    days = (0, _DAY_MINUTES)
    return [minutes + day for minutes in told for day in days if begins <= minutes + day < begins + lasts]


def _parts(said: TimeDoc) -> dict[str, PartDoc]:
    return {phrase: part for part in said.parts for phrase in part.words}


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _wall(minutes: int) -> time:
    return time(*divmod(minutes % _DAY_MINUTES, 60))


def _take(words: str, phrases: Mapping[str, Found]) -> tuple[Found | None, str]:
    """What the longest of the phrases that stand in the words means, and the words without it."""
    whole = f" {words} "
    found = max((phrase for phrase in phrases if f" {phrase} " in whole), key=len, default=None)
    if found is None:
        return None, words
    return phrases[found], " ".join(whole.replace(f" {found} ", "  ", 1).split())
