"""Words to an instant. Wall-clock words are resolved in the person's zone, across DST gaps and folds (PEP 495)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING, EVENING = time(10, 0), time(19, 0)
LATER = timedelta(hours=3)
LAST_HOUR = time(21, 30)
# Until then the night still belongs to the evening before: "tomorrow" said at 01:00 is the coming morning.
NIGHT_ENDS = time(5, 0)

_CLOCK = re.compile(r"(?<!\d)(?P<hour>\d{1,2})(?:[:.h](?P<minute>[0-5]\d))?\s*(?P<half>a\.?m\.?|p\.?m\.?)?(?![\d:])")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_IN = re.compile(r"^(?:in\s+)?(an?|\d{1,5})\s*(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b(?:(?P<next>next )|this )?(?P<day>{'|'.join(f'{day}|{day[:3]}' for day in _DAYS)})\b")
_FILLERS = re.compile(r"\b(?:at|on|around|about|in the|o'clock)\b")
_NAMED_TIMES = {"morning": MORNING, "noon": time(12, 0), "midday": time(12, 0), "evening": EVENING}


@dataclass(frozen=True, slots=True)
class Resolved:
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


def understand(text: str, now: datetime, zone: ZoneInfo) -> Resolved | None:
    """A time as people write it, or None: `2026-11-23 09:30`, `tomorrow 9am`, `sat 18:00`, `in 20 minutes`, `21:15`.

    Also the flow's own words (`tomorrow_morning`, `later_today`, ...) and `@<unix seconds>` from a date picker.
    """
    words = " ".join(text.casefold().replace("_", " ").replace(",", " ").split())
    try:
        return _understand(words, now, zone)
    except OverflowError:  # a date beyond the calendar
        return None


def _understand(words: str, now: datetime, zone: ZoneInfo) -> Resolved | None:
    if words.startswith("@"):
        return _instant(words[1:])
    if (span := _span(words)) is not None:
        return Resolved(now + span, span=True)
    if words == "later today":
        return _later_today(now, zone)
    if words == "same time tomorrow":
        local = now.astimezone(zone).replace(second=0, microsecond=0)
        return resolve(local.date() + timedelta(days=1), local.time(), zone)
    return _day_and_clock(words, now, zone)


def clock_times(text: str) -> tuple[time, ...]:
    """The times of day that the words may mean: both halves of the day when they do not say which."""
    words = " ".join(text.casefold().split())
    if words in ("noon", "midday", "midnight"):
        return (time(0 if words == "midnight" else 12, 0),)
    match = _CLOCK.search(words)
    if match is None:
        return ()
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), (match["half"] or "")[:1]
    if half:
        return (time(hour % 12 + (12 if half == "p" else 0), minute),) if 1 <= hour <= 12 else ()
    if hour > 23:
        return ()
    if hour == 0 or hour > 12:
        return (time(hour, minute),)
    return (time(hour % 24, minute), time((hour + 12) % 24, minute))


def _instant(digits: str) -> Resolved | None:
    if not digits.isascii() or not digits.isdigit() or len(digits) > 11:
        return None
    return Resolved(datetime.fromtimestamp(int(digits), UTC))


def _span(words: str) -> timedelta | None:
    match = _IN.match(words)
    if match is None:
        return None
    amount = 1 if match[1].startswith("a") else int(match[1])
    unit = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
    return amount * unit[match[2][0]]


def _later_today(now: datetime, zone: ZoneInfo) -> Resolved:
    """Three hours on, but not into the night: then tomorrow morning."""
    local, later = now.astimezone(zone), (now + LATER).astimezone(zone)
    if local.time() >= NIGHT_ENDS and later.date() == local.date() and later.time() <= LAST_HOUR:
        return Resolved((now + LATER).replace(second=0, microsecond=0))
    return resolve(tomorrow(now, zone), MORNING, zone)


def _day_and_clock(words: str, now: datetime, zone: ZoneInfo) -> Resolved | None:
    day, rest = _day(words, now, zone)
    if rest is None:
        return None
    bare = _FILLERS.sub(" ", rest).strip()
    wall = MORNING if day is not None and not bare else _wall(bare)
    if wall is None:
        return None
    if day is not None:
        found = resolve(day, wall, zone)
        passed = found.at <= now and _WEEKDAY.search(words)
        return resolve(day + timedelta(weeks=1), wall, zone) if passed else found
    today = now.astimezone(zone).date()
    return next(found for found in (resolve(today + timedelta(days=n), wall, zone) for n in range(3)) if found.at > now)


def _wall(bare: str) -> time | None:
    if bare in _NAMED_TIMES:
        return _NAMED_TIMES[bare]
    times = clock_times(bare) if _CLOCK.fullmatch(bare) else ()
    return times[0] if times else None


def _day(words: str, now: datetime, zone: ZoneInfo) -> tuple[date | None, str | None]:
    """The day named, if any, and the words without it; (None, None) when a date is impossible."""
    today = now.astimezone(zone).date()
    if match := _DATE.search(words):
        try:
            named = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None, None
        return named, words.replace(match[0], " ").strip().removeprefix("t").strip()
    if match := re.search(r"\b(today|tomorrow)\b", words):
        named = today if match[1] == "today" else tomorrow(now, zone)
        return named, words.replace(match[0], " ").strip()
    if match := _WEEKDAY.search(words):
        index = next(n for n, name in enumerate(_DAYS) if name.startswith(match["day"]))
        ahead = (index - today.weekday()) % 7 or (7 if match["next"] else 0)
        return today + timedelta(days=ahead), words.replace(match[0], " ").strip()
    return None, words
