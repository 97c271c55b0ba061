"""Planning, moving and saying check-ins."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import CancelCheckIns, CheckInState, PlanCheckIn, SettleCheckIn
from bot.skills import SKILLS
from bot.skills.base import Answer, Ask
from bot.skills.check_ins import WINDOW, spoken
from bot.skills.promises import Promise, promised
from tests.kit import content

NOW = datetime(2026, 11, 20, 22, 15, 30, tzinfo=UTC)
DAY = content().words.day
LONDON = {"zone": "Europe/London"}


def ask(skill: str, slots: Mapping[str, str], args: Mapping[str, str] | None = None, now: datetime = NOW) -> Answer:
    return SKILLS[skill].run(Ask(content(), slots, args or {}, now))


def plan(when: str, now: datetime = NOW, **slots: str) -> Answer:
    return ask("plan", {**LONDON, "when": when, **slots}, now=now)


@pytest.mark.parametrize(
    ("when", "outcome"),
    [
        ("in 1 minute", "planned"),
        ("in 30 days", "planned"),
        ("2026-12-20 22:15", "planned"),
        ("in 0 minutes", "past"),
        ("2026-11-20 22:15", "past"),
        ("@0", "past"),
        ("in 31 days", "far"),
        ("2026-12-20 22:17", "far"),
        ("9998-12-31 09:00", "far"),
        ("whenever", "unclear"),
        ("", "unclear"),
    ],
)
def test_a_check_in_is_from_one_minute_to_thirty_days_ahead(when: str, outcome: str) -> None:
    answer = plan(when)
    assert answer.outcome == outcome
    assert bool(answer.effects) is (outcome == "planned")
    assert bool(answer.slots) is (outcome == "planned")


def test_a_plan_keeps_its_instant_its_wall_time_and_what_it_opens() -> None:
    answer = ask("plan", {"zone": "America/New_York", "when": "tomorrow_morning", "plan_for": "follow_up"})
    assert answer.effects == (PlanCheckIn("follow_up", datetime(2026, 11, 21, 15, 0, tzinfo=UTC), WINDOW),)
    wall = datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001  a wall time
    assert promised(answer.slots) == {
        "follow_up": Promise("follow_up", datetime(2026, 11, 21, 15, 0, tzinfo=UTC), wall)
    }
    assert answer.slots["when"] == ""


@pytest.mark.parametrize("zone", ["", "Mars/Olympus_Mons", "Europe", "../London"])
def test_without_a_zone_the_zone_is_asked_first(zone: str) -> None:
    assert plan("tomorrow_morning", zone=zone).outcome == "zone"


def test_a_moved_wall_time_is_planned_and_said_to_be_moved() -> None:
    answer = plan("2027-03-28 01:30", now=datetime(2027, 3, 27, 22, 0, tzinfo=UTC))
    assert answer.outcome == "moved"
    assert promised(answer.slots)["check_in"].wall == datetime(2027, 3, 28, 2, 30)  # noqa: DTZ001  a wall time


def test_planning_the_same_kind_again_moves_it_and_a_follow_up_comes_instead_of_it() -> None:
    waiting = {**LONDON, **plan("tomorrow_morning").slots, "when": "tomorrow_evening"}
    evening = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
    assert ask("plan", waiting).effects == (PlanCheckIn("check_in", evening, WINDOW),)
    other = ask("plan", waiting | {"plan_for": "follow_up"})
    assert other.effects == (CancelCheckIns("check_in"), PlanCheckIn("follow_up", evening, WINDOW))
    assert list(promised(other.slots)) == ["follow_up"]


def test_a_reminder_for_an_evening_leaves_the_check_in_alone() -> None:
    waiting = {**LONDON, **plan("tomorrow_morning").slots, "when": "tomorrow_evening", "plan_for": "before"}
    answer = ask("plan", waiting)
    assert [effect.flow for effect in answer.effects if isinstance(effect, PlanCheckIn)] == ["before"]
    assert len(answer.effects) == 1
    assert list(promised(answer.slots)) == ["check_in", "before"]
    everything = ask("planned", {**LONDON, **answer.slots}, {"flow": "any"}).values
    assert everything["time"] == "Saturday 21 November, 10:00"
    assert everything["all"] == "- Saturday 21 November, 10:00\n- Saturday 21 November, 19:00"
    one_less = ask("cancel", {**LONDON, **answer.slots}, {"flow": "before"})
    assert (list(promised(one_less.slots)), one_less.effects) == (["check_in"], (CancelCheckIns("before"),))


def test_a_promise_of_the_version_before_is_kept() -> None:
    old = {"waiting": "2026-11-21T15:00:00+00:00", "waiting_wall": "2026-11-21T10:00:00", "waiting_flow": "follow_up"}
    assert list(promised(old)) == ["follow_up"]
    assert ask("planned", LONDON | old, {"flow": "any"}).values["time"] == "Saturday 21 November, 15:00"
    assert promised({**old, **ask("cancel", old).slots}) == {}


def test_a_span_of_time_at_a_fixed_time_needs_no_zone_and_no_window() -> None:
    answer = ask("plan", {"when": "in 20 minutes", "plan_for": "hold"}, {"sharp": "yes"})
    assert answer.effects == (PlanCheckIn("hold", NOW + timedelta(minutes=20), timedelta(0)),)
    assert ask("planned", {**answer.slots, "plan_for": "hold"}).values["time"] == "in 20 minutes"


@pytest.mark.parametrize(
    ("quiet", "when", "hour"),
    [
        ("", "tomorrow_morning", 10),
        ("20-11", "tomorrow_morning", 11),
        ("18-9", "tomorrow_evening", 9),
        ("none", "tomorrow_evening", 19),
        ("22-12", "tomorrow 9:00", 9),
    ],
)
def test_times_of_ours_keep_out_of_quiet_hours_and_a_time_they_name_stands(quiet: str, when: str, hour: int) -> None:
    at = promised(plan(when, quiet=quiet).slots)["check_in"].at
    assert at.hour == hour
    assert at.day == (22 if quiet == "18-9" else 21)


def planned_at(wall: str, zone: str) -> dict[str, str]:
    return dict(ask("plan", {"zone": zone, "when": wall}).slots)


def test_a_change_of_zone_keeps_the_wall_time() -> None:
    slots = planned_at("2026-11-23 10:00", "Europe/London") | {"zone": "America/New_York"}
    answer = ask("rezone", slots)
    assert answer.outcome == "moved"
    assert answer.effects == (PlanCheckIn("check_in", datetime(2026, 11, 23, 15, 0, tzinfo=UTC), WINDOW),)
    told = ask("zone", slots | dict(answer.slots)).values
    assert (told["zone"], told["time"]) == ("New York", "Monday 23 November, 10:00")


def test_a_change_of_zone_moves_what_waits_and_not_what_was_looked_at_last() -> None:
    slots = dict(ask("plan", {**LONDON, "when": "2026-11-23 10:00", "plan_for": "follow_up"}).slots)
    answer = ask("rezone", slots | {"zone": "America/New_York", "plan_for": "check_in"})
    assert [effect.flow for effect in answer.effects if isinstance(effect, PlanCheckIn)] == ["follow_up"]


@pytest.mark.parametrize(
    "slots",
    [
        {"zone": "Europe/Paris"},
        planned_at("2026-11-23 10:00", "Europe/London") | {"zone": "Europe/London"},
        planned_at("2026-11-23 10:00", "Europe/London") | {"zone": "Europe/Dublin"},
        planned_at("2026-11-23 10:00", "Europe/London") | {"zone": "Mars/Olympus_Mons"},
        planned_at("in 5 minutes", "Europe/London") | {"zone": "Pacific/Auckland"},
        planned_at("2026-11-23 10:00", "Europe/London") | {"zone": "Europe/Paris", "promises": ""},
    ],
)
def test_a_change_of_zone_moves_nothing_that_would_be_the_same_or_already_past(slots: dict[str, str]) -> None:
    answer = ask("rezone", slots)
    assert (answer.outcome, answer.effects) == ("same", ())


def test_a_check_in_waits_until_the_end_of_its_window_and_no_longer() -> None:
    slots = LONDON | planned_at("tomorrow_morning", "Europe/London")
    assert ask("planned", slots).values["time"] == "Saturday 21 November, 10:00"
    assert ask("planned", slots, now=datetime(2026, 11, 21, 10, 9, tzinfo=UTC)).outcome == "waits"
    later = ask("planned", slots, now=datetime(2026, 11, 21, 10, 10, tzinfo=UTC))
    assert (later.outcome, later.values["time"]) == ("none", "-")


@pytest.mark.parametrize("state", ["opened", "done", "skipped"])
def test_settling_says_what_came_of_the_check_in_and_leaves_the_next_one_alone(state: str) -> None:
    answer = ask("settle", planned_at("tomorrow_morning", "Europe/London"), {"as": state})
    assert answer.effects == (SettleCheckIn("check_in", CheckInState(state)),)  # type: ignore[arg-type]
    assert not answer.slots


def test_a_state_that_no_flow_may_settle_is_refused() -> None:
    with pytest.raises(ValueError, match="planned"):
        ask("settle", {}, {"as": "planned"})


def test_cancel_takes_every_promise_back() -> None:
    answer = ask("cancel", planned_at("tomorrow_morning", "Europe/London"))
    assert (answer.effects, promised(answer.slots)) == ((CancelCheckIns(),), {})


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-GB", "Saturday 21 November, 19:00"),
        ("", "Saturday 21 November, 19:00"),
        ("xx-YY-zz", "Saturday 21 November, 19:00"),
        ("fr-FR", "Saturday 21 November, 19:00"),
        ("\ud800", "Saturday 21 November, 19:00"),
    ],
)
def test_a_time_is_said_in_english_as_the_country_says_it(locale: str, said: str) -> None:
    assert spoken(datetime(2026, 11, 21, 19, 0, tzinfo=UTC), ZoneInfo("Europe/London"), locale, "en", DAY) == said


def test_a_time_is_said_in_spanish_to_whoever_reads_spanish() -> None:
    at = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
    for locale in ("es-MX", "es", "en-GB", ""):
        said = spoken(at, ZoneInfo("Europe/London"), locale, "es", "EEEE d 'de' MMMM")
        assert said.startswith("sábado 21 de noviembre, ")


def test_an_american_reads_a_clock_of_twelve_hours() -> None:
    said = spoken(datetime(2026, 11, 21, 19, 0, tzinfo=UTC), ZoneInfo("Europe/London"), "en-US", "en", DAY)
    assert said.replace("\u202f", " ") == "Saturday 21 November, 7:00 PM"


@settings(deadline=None)
@given(locale=st.text(max_size=20))
def test_no_locale_is_too_much(locale: str) -> None:
    assert "November" in spoken(NOW, ZoneInfo("Europe/London"), locale, "en", DAY)


@settings(deadline=None)
@given(
    minutes=st.integers(1, 60 * 24 * 30),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_a_planned_instant_reads_back_as_the_wall_time_that_is_kept(minutes: int, zone: str) -> None:
    wanted = (NOW + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone)).replace(second=0, tzinfo=None)
    promise = promised(planned_at(wanted.isoformat(sep=" ", timespec="minutes"), zone)).get("check_in")
    if promise is not None:
        assert promise.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == promise.wall == wanted


def test_a_check_in_that_is_near_comes_closer_to_its_time() -> None:
    [near] = plan("in 20 minutes").effects
    assert isinstance(near, PlanCheckIn)
    assert near.window == timedelta(minutes=2)
