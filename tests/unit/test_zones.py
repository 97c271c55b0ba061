"""A time zone from the time on somebody's clock, the country of their locale, or a city."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.skills.zones import OPTIONS_MOST, candidates
from tests.kit import content

ENGLISH = content().hearings
ZONES = content().lists["zones"]
WINTER = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
SUMMER = datetime(2027, 7, 20, 22, 15, tzinfo=UTC)


def names(words: str, locale: str = "", now: datetime = WINTER) -> list[str]:
    return [option.id for option in candidates(words, now, locale, ZONES, ENGLISH)]


@pytest.mark.parametrize(
    ("words", "locale", "expected"),
    [
        ("22:15", "en-GB", ["Europe/London"]),
        ("10:15 pm", "en_GB", ["Europe/London"]),
        ("10:20 pm", "en-GB", ["Europe/London"]),
        ("10:09 pm", "en-GB", ["Europe/London"]),
        ("10:15", "en-GB", ["Europe/London"]),
        ("5:15 pm", "en-US", ["America/New_York"]),
        ("11:15 pm", "de-DE", ["Europe/Berlin"]),
        ("3:45 am", "en-IN", ["Asia/Kolkata"]),
        ("4:00 am", "ne-NP", ["Asia/Kathmandu"]),
        ("11:15 am", "en-NZ", ["Pacific/Auckland"]),
        ("12:15 pm", "en-US", ["Pacific/Honolulu"]),
    ],
)
def test_the_time_on_the_clock_and_the_country_give_the_zone(words: str, locale: str, expected: list[str]) -> None:
    assert names(words, locale) == expected


def test_two_zones_of_a_country_that_part_in_summer_are_both_offered() -> None:
    assert names("3:15 pm", "en-US") == ["America/Denver", "America/Phoenix"]
    assert names("3:15 pm", "en-US", SUMMER) == ["America/Los_Angeles", "America/Phoenix"]


def test_somebody_abroad_gets_the_places_with_their_time() -> None:
    assert names("11:15 pm", "en-US")[:3] == ["Africa/Lagos", "Europe/Madrid", "Europe/Paris"]


def test_without_a_country_every_known_place_with_that_time_is_offered() -> None:
    assert names("5:15 pm") == ["America/New_York", "America/Toronto", "America/Bogota"]
    assert names("5:15 pm", "en") == ["America/New_York", "America/Toronto", "America/Bogota"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("London", "Europe/London"),
        (" new york ", "America/New_York"),
        ("europe/paris", "Europe/Paris"),
        ("Vancouver", "America/Vancouver"),
        ("são paulo", "America/Sao_Paulo"),
        ("Ho Chi Minh", "Asia/Ho_Chi_Minh"),
    ],
)
def test_a_city_is_a_zone(words: str, expected: str) -> None:
    assert names(words, "en-GB") == [expected]


@pytest.mark.parametrize("words", ["", "late", "Little Snoring", "25:00", "13pm", "22:07", "Europe"])
def test_what_is_no_time_and_no_city_is_not_guessed(words: str) -> None:
    assert names(words, "en-GB") in ([], ["Europe/London"] if words == "22:07" else [])


def test_every_place_on_the_list_is_a_zone_of_its_own_name() -> None:
    for option in ZONES:
        assert ZoneInfo(option.id)
        assert option.id in names(option.label)


@pytest.mark.parametrize("now", [WINTER, SUMMER])
@pytest.mark.parametrize("option", ZONES, ids=lambda option: str(option.id))
def test_every_place_on_the_list_is_found_by_the_time_on_its_clock(option: object, now: datetime) -> None:
    zone = getattr(option, "id", "")
    clock = now.astimezone(ZoneInfo(zone))
    assert zone in names(f"{clock:%H:%M}", now=now)
    assert zone in names(f"{clock + timedelta(minutes=5):%H:%M}", now=now)


@settings(deadline=None)
@given(
    words=st.text(max_size=30),
    locale=st.text(max_size=12),
    hours=st.integers(0, 36_525 * 24),
)
def test_no_words_and_no_locale_are_too_much(words: str, locale: str, hours: int) -> None:
    now = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    assert len(candidates(words, now, locale, ZONES, ENGLISH)) <= OPTIONS_MOST
