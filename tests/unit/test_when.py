"""Words to an instant: many phrasings, the night, and the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.skills.when import NIGHT_ENDS, clock_times, resolve, tomorrow, understand
from tests.kit import content

ENGLISH = content().hearings
LONDON = ZoneInfo("Europe/London")
FRIDAY = datetime(2026, 11, 20, 22, 15, 30, tzinfo=UTC)
NIGHT = datetime(2026, 11, 21, 0, 30, 30, tzinfo=UTC)
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
INSTANTS = st.integers(0, 36_525 * 24 * 60).map(
    lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def shown(words: str, now: datetime, zone: ZoneInfo = LONDON) -> str:
    found = understand(words, now, zone, ENGLISH)
    assert found is not None, f"{words!r} was not understood"
    return found.at.astimezone(zone).strftime("%a %d %b %H:%M")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tomorrow", "Sat 21 Nov 10:00"),
        ("Tomorrow morning", "Sat 21 Nov 10:00"),
        ("tomorrow_morning", "Sat 21 Nov 10:00"),
        ("tomorrow_evening", "Sat 21 Nov 19:00"),
        ("tomorrow at noon", "Sat 21 Nov 12:00"),
        ("tomorrow 9", "Sat 21 Nov 09:00"),
        ("tomorrow, 9:30", "Sat 21 Nov 09:30"),
        ("tomorrow 9.30", "Sat 21 Nov 09:30"),
        ("tomorrow 21h30", "Sat 21 Nov 21:30"),
        ("tomorrow at 9 p.m.", "Sat 21 Nov 21:00"),
        ("at 9am tomorrow", "Sat 21 Nov 09:00"),
        ("same_time_tomorrow", "Sat 21 Nov 22:15"),
        ("today 23:00", "Fri 20 Nov 23:00"),
        ("23:00", "Fri 20 Nov 23:00"),
        ("22:15", "Sat 21 Nov 22:15"),
        ("9", "Sat 21 Nov 09:00"),
        ("10 o'clock", "Sat 21 Nov 10:00"),
        ("12am", "Sat 21 Nov 00:00"),
        ("12 pm", "Sat 21 Nov 12:00"),
        ("noon", "Sat 21 Nov 12:00"),
        ("evening", "Sat 21 Nov 19:00"),
        ("in 20 minutes", "Fri 20 Nov 22:35"),
        ("20 min", "Fri 20 Nov 22:35"),
        ("in an hour", "Fri 20 Nov 23:15"),
        ("2h", "Sat 21 Nov 00:15"),
        ("in 3 days", "Mon 23 Nov 22:15"),
        ("in a week", "Fri 27 Nov 22:15"),
        ("sat", "Sat 21 Nov 10:00"),
        ("on Saturday at 6pm", "Sat 21 Nov 18:00"),
        ("this sunday 10am", "Sun 22 Nov 10:00"),
        ("monday evening", "Mon 23 Nov 19:00"),
        ("friday 23:00", "Fri 20 Nov 23:00"),
        ("friday 9:00", "Fri 27 Nov 09:00"),
        ("next friday 23:00", "Fri 27 Nov 23:00"),
        ("2026-11-23 09:30", "Mon 23 Nov 09:30"),
        ("2026-11-23T09:30", "Mon 23 Nov 09:30"),
        ("2026-11-23", "Mon 23 Nov 10:00"),
        ("9pm 2026-11-23", "Mon 23 Nov 21:00"),
        ("@1795512600", "Tue 24 Nov 09:30"),
    ],
)
def test_a_time_is_read_as_people_write_it(words: str, expected: str) -> None:
    assert shown(words, FRIDAY) == expected


@pytest.mark.parametrize(
    "words",
    [
        *("", " ", "soon", "later", "next week", "9 or 10", "half past nine", "99", "25:00"),
        *(
            "tomorrow 25:00",
            "9:75",
            "13pm",
            "0am",
            "2026-13-01 09:00",
            "2026-02-30 09:00",
            "23/11 9:30",
            "2026-11-23 9:30:15",
        ),
        *("@", "@-5", "@1e9", "@999999999999", "@²", "9999-12-31 23:59"),
    ],
)
def test_what_is_no_time_is_not_guessed(words: str) -> None:
    assert understand(words, FRIDAY, ZoneInfo("America/New_York"), ENGLISH) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tomorrow", "Sat 21 Nov 10:00"),
        ("tomorrow morning", "Sat 21 Nov 10:00"),
        ("tomorrow evening", "Sat 21 Nov 19:00"),
        ("saturday 10:00", "Sat 21 Nov 10:00"),
        ("later_today", "Sat 21 Nov 10:00"),
        ("same_time_tomorrow", "Sun 22 Nov 00:30"),
    ],
)
def test_after_midnight_the_night_still_belongs_to_the_evening_before(words: str, expected: str) -> None:
    assert shown(words, NIGHT) == expected


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(1, "10:00"), (4, "10:00"), (5, "08:00"), (10, "13:00"), (18, "21:00"), (19, "10:00"), (23, "10:00")],
)
def test_later_today_is_three_hours_on_and_never_in_the_night(hour: int, expected: str) -> None:
    assert shown("later_today", datetime(2026, 11, 20, hour, 0, tzinfo=UTC)).endswith(expected)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instead"),
    [
        ("Europe/London", date(2027, 3, 28), time(1, 30), time(2, 30)),
        ("America/New_York", date(2027, 3, 14), time(2, 15), time(3, 15)),
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 10), time(2, 40)),
        ("America/Santiago", date(2027, 9, 5), time(0, 30), time(1, 30)),
    ],
)
def test_a_wall_time_that_the_clocks_skip_is_moved_by_as_much_as_they_jump(
    zone: str, day: date, wall: time, instead: time
) -> None:
    found = resolve(day, wall, ZoneInfo(zone))
    assert found.moved
    assert found.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, instead)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "utc"),
    [
        ("Europe/London", date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 1), time(1, 15), datetime(2026, 11, 1, 5, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45), datetime(2027, 4, 3, 14, 45, tzinfo=UTC)),
        ("America/Santiago", date(2027, 4, 3), time(23, 30), datetime(2027, 4, 4, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_time_that_the_clocks_show_twice_is_the_first_of_the_two(
    zone: str, day: date, wall: time, utc: datetime
) -> None:
    found = resolve(day, wall, ZoneInfo(zone))
    assert (found.at, found.moved) == (utc, False)


def test_a_day_that_a_zone_never_had_is_moved_past_it() -> None:
    found = resolve(date(2011, 12, 30), time(10, 0), ZoneInfo("Pacific/Apia"))
    assert found.moved
    assert found.at.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2011, 12, 31)


@settings(deadline=None)
@given(now=INSTANTS, zone=ZONES)
def test_tomorrow_begins_when_the_night_ends(now: datetime, zone: ZoneInfo) -> None:
    local = now.astimezone(zone)
    assert (tomorrow(now, zone) == local.date()) == (local.time() < NIGHT_ENDS)


@settings(deadline=None)
@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), wall=st.times(), zone=ZONES)
def test_an_instant_reads_back_as_the_wall_time_that_was_asked_for_unless_it_was_moved(
    day: date, wall: time, zone: ZoneInfo
) -> None:
    found = resolve(day, wall, zone)
    read_back = found.at.astimezone(zone).replace(tzinfo=None)
    assert (read_back == datetime.combine(day, wall)) is not found.moved
    assert read_back >= datetime.combine(day, wall)


@settings(deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.from_regex(r"\A(tomorrow|today|next mon|in)? ?[0-9@]{0,12}[-:.h]?[0-9]{0,4} ?(am|pm|days|weeks)?\Z"),
        st.from_regex(r"\A[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ tT]?([0-9]{1,2}:[0-9]{2})?\Z"),
    ),
    now=INSTANTS,
    zone=ZONES,
)
def test_no_text_at_any_time_in_any_zone_is_too_much(text: str, now: datetime, zone: ZoneInfo) -> None:
    found = understand(text, now, zone, ENGLISH)
    assert found is None or found.at.utcoffset() == timedelta(0)
    clock_times(text, ENGLISH)


@settings(deadline=None)
@given(minutes=st.integers(1, 60 * 24 * 60), now=INSTANTS, zone=ZONES)
def test_a_span_is_as_long_as_it_says_whatever_the_clocks_do(minutes: int, now: datetime, zone: ZoneInfo) -> None:
    found = understand(f"in {minutes} minutes", now, zone, ENGLISH)
    assert found is not None
    assert found.at - now == timedelta(minutes=minutes)


@settings(deadline=None)
@given(wall=st.times().map(lambda wall: wall.replace(second=0, microsecond=0)), now=INSTANTS, zone=ZONES)
def test_a_time_of_day_alone_is_the_next_such_time(wall: time, now: datetime, zone: ZoneInfo) -> None:
    found = understand(f"{wall:%H:%M}", now, zone, ENGLISH)
    assert found is not None
    assert timedelta(0) < found.at - now <= timedelta(hours=49)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("9:40 pm", [time(21, 40)]),
        ("21:40", [time(21, 40)]),
        ("9:40", [time(9, 40), time(21, 40)]),
        ("it's 9:40pm here", [time(21, 40)]),
        ("12", [time(12, 0), time(0, 0)]),
        ("0:10", [time(0, 10)]),
        ("12:05 am", [time(0, 5)]),
        ("noon", [time(12, 0)]),
        ("midnight", [time(0, 0)]),
        ("13 pm", []),
        ("24:00", []),
        ("no idea", []),
    ],
)
def test_a_clock_is_read_with_both_halves_of_the_day_when_it_does_not_say(words: str, expected: list[time]) -> None:
    assert list(clock_times(words, ENGLISH)) == expected
