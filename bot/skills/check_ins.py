"""Planning, moving and closing check-ins, and saying their time in the person's own zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.model import CancelCheckIns, CheckInState, PlanCheckIn, SettleCheckIn
from bot.skills.base import Answer, Ask, skill
from bot.skills.promises import Promise, promised, with_one, without, written, zone_named
from bot.skills.when import Resolved, resolve, understand

EARLIEST = timedelta(0)
LATEST = timedelta(days=30, minutes=1)
# A check-in comes within this after its time (content says so); one that is near, within a tenth of what is left.
WINDOW, SOON_PARTS = timedelta(minutes=10), 10
CHECK_IN = "check_in"
CALLED_CHECK_INS = frozenset({CHECK_IN, "follow_up", "partner"})
# The hours in which a late knock waits, unless the person says otherwise.
QUIET = "22-8"
# A talk is asked about after its check-in, not beside it: planning the one ends the wait for the other.
# Times of our choosing keep out of quiet hours; whatever the person names stands as they said it.
OURS = frozenset({"tomorrow_morning", "tomorrow_evening", "later_today"})
INSTEAD_OF = {"check_in": "follow_up", "follow_up": "check_in"}


def spoken(at: datetime, zone: ZoneInfo, locale: str, language: str, day: str) -> str:
    """An instant as a person says it, such as `Monday 23 November, 10:00`. `day`: the pattern of a date (CLDR)."""
    wall = at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    return _wall_spoken(wall, locale, language, day)


# A screen says a promise's time each time it shows, and one morning is promised to many.
@lru_cache(maxsize=1_000)
def _wall_spoken(wall: datetime, locale: str, language: str, day: str) -> str:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  no start needs it
    from babel.dates import format_date, format_time  # noqa: PLC0415

    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        known = Locale("en", "GB")
    if known.language != language:
        known = Locale("en", "GB") if language == "en" else Locale(language)
    return f"{format_date(wall, day, locale=known)}, {format_time(wall, 'short', locale=known)}"


def _flow(ask: Ask) -> str:
    """Which promise is meant: the step's own, or the one that was asked for last."""
    return ask.args.get("flow") or ask.slot("plan_for") or CHECK_IN


def _plan(ask: Ask) -> Answer:
    zone = zone_named(ask.slot("zone"))
    sharp = bool(ask.args.get("sharp"))
    found = understand(ask.slot("when"), ask.now, zone or ZoneInfo("UTC"), ask.content.hearings)
    # A span of time is the same in every zone; a time that is told needs one.
    if zone is None and not (sharp and found and found.span):
        return Answer("zone")
    if found is None:
        return Answer("unclear")
    if zone is not None and ask.slot("when") in OURS:
        found = Resolved(awake(found.at, zone, ask.slots), found.moved)
    ahead = found.at - ask.now
    if ahead <= EARLIEST:
        return Answer("past")
    if ahead > LATEST:
        return Answer("far")
    at, flow = found.at.astimezone(UTC), _flow(ask)
    wall = None if found.span or zone is None else at.astimezone(zone).replace(tzinfo=None)
    other = INSTEAD_OF.get(flow, "")
    # A debrief that a check-in is planned for is not over.
    going_on = {"opened": "", "closed": ""} if flow in CALLED_CHECK_INS else {}
    slots = {"when": "", **going_on, **with_one({**ask.slots, **without(ask.slots, other)}, Promise(flow, at, wall))}
    cancelled = (CancelCheckIns(other),) if other in _waiting(ask) else ()
    # What is to come at a fixed time comes at that time.
    window = timedelta(0) if sharp else min(WINDOW, ahead / SOON_PARTS)
    return Answer(
        "moved" if found.moved else "planned", slots=slots, effects=(*cancelled, PlanCheckIn(flow, at, window))
    )


def _understood(ask: Ask) -> Answer:
    """Whether the typed words (`args.text`) are a time at all."""
    zone = zone_named(ask.slot("zone")) or ZoneInfo("UTC")
    return Answer("ok" if understand(ask.args["text"], ask.now, zone, ask.content.hearings) else "unclear")


def quiet_hours(slots: Mapping[str, str]) -> tuple[time, time] | None:
    """From when and until when the person wants no knock that they did not set for that very time."""
    start, dash, end = (slots.get("quiet") or QUIET).partition("-")
    return (time(int(start)), time(int(end))) if dash else None


def awake(at: datetime, zone: ZoneInfo, slots: Mapping[str, str]) -> datetime:
    """The same instant (aware UTC), or the end of the quiet hours that it lies in."""
    quiet, local = quiet_hours(slots), at.astimezone(zone)
    if quiet is None:
        return at
    start, end = quiet
    wall = local.time()
    if start <= wall < end if start < end else (wall >= start or wall < end):
        day = local.date() + timedelta(days=1 if wall >= end else 0)
        return resolve(day, end, zone).at
    return at


def _told(ask: Ask, at: datetime) -> str:
    zone = zone_named(ask.slot("zone"))
    if zone is None:
        from babel.dates import format_timedelta  # noqa: PLC0415  no start needs it

        return format_timedelta(at - ask.now, add_direction=True, locale=ask.content.language)
    return spoken(at, zone, ask.slot("locale"), ask.content.language, ask.content.words.day)


def _planned(ask: Ask) -> Answer:
    """`time` is that of the promise that is meant, `all` every time that waits. `args.flow` may be `any`."""
    waiting = _waiting(ask)
    promise = next(iter(waiting.values()), None) if ask.args.get("flow") == "any" else waiting.get(_flow(ask))
    values = {
        "time": _told(ask, promise.at) if promise else "-",
        "all": "\n".join(f"- {_told(ask, one.at)}" for one in waiting.values()) or "-",
        "reminder": reminder(ask, promise.flow if promise else _flow(ask)),
    }
    return Answer("waits" if promise else "none", values=values)


def reminder(ask: Ask, flow: str) -> str:
    """The line that a knock of this flow bears: the one that the person chose, or its own."""
    lines = {option.id: option.label for option in ask.content.lists["reminders"]}
    return lines.get(ask.slot("reminder")) or lines[CHECK_IN if flow in CALLED_CHECK_INS else "reminder"]


def _reminder(ask: Ask) -> Answer:
    return Answer(values={"reminder": reminder(ask, _flow(ask))})


def _waiting(ask: Ask) -> dict[str, Promise]:
    """What still waits: until it knocks, which it does within its window."""
    return {flow: promise for flow, promise in promised(ask.slots).items() if promise.at + WINDOW > ask.now}


def _rezone(ask: Ask) -> Answer:
    """After a change of zone: what was planned for 10:00 stays at 10:00 on the person's own clock."""
    zone = zone_named(ask.slot("zone"))
    waiting = _waiting(ask)
    moved = dict[str, Promise]()
    for flow, promise in waiting.items():
        if promise.wall is None or zone is None:
            continue
        at = resolve(promise.wall.date(), promise.wall.time(), zone).at
        if at != promise.at and at > ask.now:
            moved[flow] = Promise(flow, at, promise.wall)
    if not moved:
        return Answer("same")
    plans = tuple(PlanCheckIn(flow, promise.at, WINDOW) for flow, promise in moved.items())
    return Answer("moved", slots=written(waiting | moved), effects=plans)


def _zone(ask: Ask) -> Answer:
    labels = {option.id: option.label for option in ask.content.lists["zones"]}
    zone = ask.slot("zone")
    return Answer(values={"zone": labels.get(zone, zone), **_planned(ask).values})


def _settle(ask: Ask) -> Answer:
    state = CheckInState(ask.args["as"])
    if state not in (CheckInState.OPENED, CheckInState.DONE, CheckInState.SKIPPED):
        raise ValueError(state)
    return Answer(effects=(SettleCheckIn(_flow(ask), state),))


def _cancel(ask: Ask) -> Answer:
    """The promise of `args.flow` alone, or everything that waits."""
    flow = ask.args.get("flow", "")
    slots = without(ask.slots, flow) if flow else written({})
    return Answer(slots=slots, effects=(CancelCheckIns(flow),))


PLAN = skill(_plan, outcomes=("planned", "moved", "zone", "unclear", "past", "far"))
TIME_WORDS = skill(_understood, outcomes=("ok", "unclear"))
PLANNED = skill(_planned, outcomes=("waits", "none"), values=("time", "all", "reminder"))
REZONE = skill(_rezone, outcomes=("moved", "same"))
ZONE = skill(_zone, values=("zone", "time", "all"))
REMINDER = skill(_reminder, values=("reminder",))
SETTLE = skill(_settle)
CANCEL = skill(_cancel)
