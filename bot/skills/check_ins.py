"""Planning, moving and closing check-ins, and saying their time in the person's own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.model import CancelCheckIns, CheckInState, PlanCheckIn, SettleCheckIn
from bot.skills.base import Answer, Ask, skill
from bot.skills.when import resolve, understand

EARLIEST = timedelta(0)
LATEST = timedelta(days=30, minutes=1)
# A check-in comes within this after its time (content says so); one that is near, within a tenth of what is left.
WINDOW, SOON_PARTS = timedelta(minutes=10), 10
# One promise at a time: when it is due (UTC), as wall time in the person's zone, and the flow it opens.
WAITING, WALL, OPENS = "waiting", "waiting_wall", "waiting_flow"


def zone_named(name: str) -> ZoneInfo | None:
    """A zone of the time zone data; None for any other name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the data, such as Europe
        return None


def zone_of(ask: Ask) -> ZoneInfo | None:
    return zone_named(ask.slot("zone"))


def spoken(at: datetime, zone: ZoneInfo, locale: str) -> str:
    """An instant as a person says it, such as `Monday 23 November, 10:00`."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  no start needs it
    from babel.dates import format_date, format_time  # noqa: PLC0415

    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        known = Locale("en", "GB")
    language = known if known.language == "en" else Locale("en", "GB")
    local = at.astimezone(zone)
    return f"{format_date(local, 'EEEE d MMMM', locale=language)}, {format_time(local, 'short', locale=language)}"


def _plan(ask: Ask) -> Answer:
    zone = zone_of(ask)
    if zone is None:
        return Answer("zone")
    found = understand(ask.slot("when"), ask.now, zone)
    if found is None:
        return Answer("unclear")
    ahead = found.at - ask.now
    if ahead <= EARLIEST:
        return Answer("past")
    if ahead > LATEST:
        return Answer("far")
    at = found.at.astimezone(UTC)
    flow = ask.slot("plan_for") or "check_in"
    wall = at.astimezone(zone).replace(tzinfo=None)
    slots = {WAITING: at.isoformat(), WALL: wall.isoformat(), OPENS: flow, "when": ""}
    other = ask.slot(OPENS) if _waiting(ask) and ask.slot(OPENS) != flow else ""
    cancelled = (CancelCheckIns(other),) if other else ()
    plan = PlanCheckIn(flow, at, min(WINDOW, ahead / SOON_PARTS))
    return Answer("moved" if found.moved else "planned", slots=slots, effects=(*cancelled, plan))


def _understood(ask: Ask) -> Answer:
    """Whether the typed words (`args.text`) are a time at all."""
    zone = zone_of(ask) or ZoneInfo("UTC")
    return Answer("ok" if understand(ask.args["text"], ask.now, zone) else "unclear")


def _planned(ask: Ask) -> Answer:
    at = _waiting(ask)
    zone = zone_of(ask) or ZoneInfo("UTC")
    return Answer("waits" if at else "none", values={"time": spoken(at, zone, ask.slot("locale")) if at else "-"})


def _waiting(ask: Ask) -> datetime | None:
    """When the check-in that still waits is due: until it knocks, which it does within its window."""
    at = datetime.fromisoformat(ask.slot(WAITING)) if ask.slot(WAITING) else None
    return at if at is not None and at + WINDOW > ask.now else None


def _rezone(ask: Ask) -> Answer:
    """After a change of zone: what was planned for 10:00 stays at 10:00 on the person's own clock."""
    at, zone, wall = _waiting(ask), zone_of(ask), ask.slot(WALL)
    if at is None or zone is None or not wall:
        return Answer("same")
    local = datetime.fromisoformat(wall)
    moved = resolve(local.date(), local.time(), zone).at
    if moved == at or moved <= ask.now:
        return Answer("same")
    flow = ask.slot(OPENS) or "check_in"
    return Answer("moved", slots={WAITING: moved.isoformat()}, effects=(PlanCheckIn(flow, moved, WINDOW),))


def _zone(ask: Ask) -> Answer:
    labels = {option.id: option.label for option in ask.content.lists["zones"]}
    zone = ask.slot("zone")
    return Answer(values={"zone": labels.get(zone, zone), "time": _planned(ask).values["time"]})


def _settle(ask: Ask) -> Answer:
    state = CheckInState(ask.args["as"])
    if state not in (CheckInState.OPENED, CheckInState.DONE, CheckInState.SKIPPED):
        raise ValueError(state)
    return Answer(effects=(SettleCheckIn(state),))


def _cancel(_: Ask) -> Answer:
    return Answer(slots={WAITING: ""}, effects=(CancelCheckIns(),))


PLAN = skill(_plan, outcomes=("planned", "moved", "zone", "unclear", "past", "far"))
TIME_WORDS = skill(_understood, outcomes=("ok", "unclear"))
PLANNED = skill(_planned, outcomes=("waits", "none"), values=("time",))
REZONE = skill(_rezone, outcomes=("moved", "same"))
ZONE = skill(_zone, values=("zone", "time"))
SETTLE = skill(_settle)
CANCEL = skill(_cancel)
