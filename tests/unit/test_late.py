"""Knocks that an outage made late: when they come instead, and what is said then."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import CheckInState, PlanCheckIn, SettleCheckIn
from tests.unit.talk import WORDS, Talk, at_the_table

LATE = timedelta(hours=8)


def at(hour: int, minute: int = 0) -> Talk:
    """Somebody in London, at that hour of the next day."""
    talk = at_the_table(zone="Europe/London")
    talk.now = datetime(2026, 11, 21, hour, minute, tzinfo=UTC)
    return talk


@pytest.mark.parametrize(("hour", "day"), [(2, 21), (6, 21), (7, 21), (22, 22), (23, 22)])
def test_a_knock_that_is_late_at_night_waits_for_the_very_next_morning(hour: int, day: int) -> None:
    talk = at(hour, 30)
    turn = talk.is_knocked(due=talk.now - LATE)
    assert turn.screen is None
    assert turn.effects == (PlanCheckIn("check_in", datetime(2026, 11, day, 10, tzinfo=UTC), timedelta(minutes=10)),)


def test_each_of_two_that_were_late_says_sorry_once() -> None:
    talk = at(23)
    for flow in ("check_in", "after"):
        assert talk.is_knocked(flow, due=talk.now - LATE).screen is None
    talk.waits(timedelta(hours=11))
    for flow in ("check_in", "after"):
        assert WORDS.late in talk.is_knocked(flow).screen.text  # type: ignore[union-attr]  # it knocks
    assert WORDS.late not in talk.is_knocked("after").screen.text  # type: ignore[union-attr]


def test_a_line_before_an_evening_is_passed_over_the_morning_after_it() -> None:
    talk = at(23)
    turn = talk.is_knocked("before", due=talk.now - LATE)
    assert (turn.screen, turn.effects) == (None, (SettleCheckIn("before", CheckInState.SKIPPED),))


def test_the_end_of_a_hold_that_is_late_is_passed_over_and_waits_for_nothing() -> None:
    talk = at(12)
    turn = talk.is_knocked("hold", due=talk.now - LATE)
    assert (turn.screen, turn.effects) == (None, (SettleCheckIn("hold", CheckInState.SKIPPED),))
