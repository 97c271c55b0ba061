"""A promise that falls due: it knocks, waits for a better time, or is passed over. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import CheckInState, PlanCheckIn, SettleCheckIn, TimerFired
from bot.skills.check_ins import WINDOW, awake
from bot.skills.promises import Promise, with_one, without, zone_named
from bot.skills.when import MORNING, resolve
from bot.walk import CHECK_INS, Walk

LATE = timedelta(hours=1)
# Nothing comes between somebody and the help that just showed.
CARING = timedelta(minutes=30)
# "Your 20 minutes are over" helps nobody hours later; nor does a line before an evening, the morning after it.
SPENT_WHEN_LATE, SPENT_NEXT_DAY = frozenset({"hold"}), frozenset({"hold", "before"})


def knocked(walk: Walk, event: TimerFired) -> bool:
    """Whether it knocks now. One that an outage made late does not ring at night, and says sorry once."""
    flow = event.check_in.flow
    late = event.at - event.check_in.due_at > LATE
    zone = zone_named(walk.slots.get("zone", ""))
    at_night = late and zone is not None and awake(event.at, zone, walk.slots) != event.at
    caring = walk.step.startswith("care.") and walk.touched_within(CARING)
    if (flow in SPENT_WHEN_LATE and (late or caring)) or (flow in SPENT_NEXT_DAY and at_night):
        walk.slots |= without(walk.slots, flow)
        walk.effects.append(SettleCheckIn(flow, CheckInState.SKIPPED))
        return False
    sorry = set(walk.slots.get("late", "").split())
    if at_night and zone is not None:
        _wait(walk, flow, _morning(walk, event.at, zone), zone)
        walk.slots["late"] = " ".join(sorted(sorry | {flow}))
        return False
    if caring:
        _wait(walk, flow, event.at + CARING, None)
        return False
    if late or flow in sorry:
        walk.prefix.append(walk.content.words.late)
    walk.slots |= {**without(walk.slots, flow), "late": " ".join(sorted(sorry - {flow}))}
    if flow in CHECK_INS:
        walk.slots["closed"] = ""
    knock = f"{flow}.knock"
    walk.enter(knock if knock in walk.content.steps else "check_in.knock")
    return True


def _morning(walk: Walk, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=local.time() >= MORNING)
    return awake(resolve(day, MORNING, zone).at, zone, walk.slots)


def _wait(walk: Walk, flow: str, at: datetime, zone: ZoneInfo | None) -> None:
    """`zone`: it stands for that time on the person's clock; None: it is a span of time."""
    wall = at.astimezone(zone).replace(tzinfo=None) if zone else None
    walk.slots |= with_one(walk.slots, Promise(flow, at, wall))
    walk.effects.append(PlanCheckIn(flow, at, WINDOW if zone else timedelta(0)))
