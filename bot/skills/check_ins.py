"""Planning, moving and closing check-ins, and saying their time in the person's own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from bot.model import CancelCheckIns, CheckInState, PlanCheckIn, SettleCheckIn
from bot.skills.base import Answer, Ask, skill
from bot.skills.when import understand

EARLIEST = timedelta(0)
LATEST = timedelta(days=30, minutes=1)
WAITING = "waiting"


def zone_of(ask: Ask) -> ZoneInfo | None:
    """The person's zone; None when it is not known or no longer in the time zone data."""
    try:
        return ZoneInfo(ask.slot("zone")) if ask.slot("zone") else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def spoken(at: datetime, zone: ZoneInfo, locale: str) -> str:
    """An instant as a person says it, such as `Monday 23 November, 10:00`."""
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
    slots = {WAITING: at.isoformat(), "when": ""}
    return Answer("moved" if found.moved else "planned", slots=slots, effects=(PlanCheckIn(flow, at),))


def _understood(ask: Ask) -> Answer:
    """Whether the typed words (`args.text`) are a time at all."""
    zone = zone_of(ask) or ZoneInfo("UTC")
    return Answer("ok" if understand(ask.args["text"], ask.now, zone) else "unclear")


def _planned(ask: Ask) -> Answer:
    zone = zone_of(ask) or ZoneInfo("UTC")
    waiting = ask.slot(WAITING)
    return Answer(
        values={"time": spoken(datetime.fromisoformat(waiting), zone, ask.slot("locale")) if waiting else "-"}
    )


def _settle(ask: Ask) -> Answer:
    state = CheckInState(ask.args["as"])
    if state not in (CheckInState.OPENED, CheckInState.DONE, CheckInState.SKIPPED):
        raise ValueError(state)
    return Answer(slots={WAITING: ""}, effects=(SettleCheckIn(state),))


def _cancel(_: Ask) -> Answer:
    return Answer(slots={WAITING: ""}, effects=(CancelCheckIns(),))


PLAN = skill(_plan, outcomes=("planned", "moved", "zone", "unclear", "past", "far"))
TIME_WORDS = skill(_understood, outcomes=("ok", "unclear"))
PLANNED = skill(_planned, values=("time",))
SETTLE = skill(_settle)
CANCEL = skill(_cancel)
