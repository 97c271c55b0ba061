"""Time as it passes for people: clocks that change, clocks that are wrong, and messages that come too late."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.runtime.ports import Later, Refused, Sent, Unknown
from tests.back_ends import NAMES, BackEnd, fresh
from tests.kit import Driver, House, Wristwatch, house

pytestmark = pytest.mark.asyncio

CHANGES = [
    ("Europe/London", "2027-03-27"),
    ("Europe/London", "2026-10-24"),
    ("America/New_York", "2027-03-13"),
    ("America/New_York", "2027-11-06"),
    ("Australia/Lord_Howe", "2027-10-02"),
    ("Australia/Lord_Howe", "2027-04-03"),
    ("Pacific/Auckland", "2027-09-25"),
    ("Pacific/Auckland", "2027-04-03"),
]
EVENING, MORNING = datetime(2026, 11, 20, 22, 15, tzinfo=UTC), datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest_asyncio.fixture(params=NAMES)
async def back_end(request: pytest.FixtureRequest, tmp_path: Path) -> BackEnd:
    return await fresh(request.param, tmp_path)


async def plan(her: Driver) -> None:
    """From the first words to a check-in tomorrow morning."""
    await her.says("they let it pass")
    await her.fills("note", {"note": "they let it pass", "feeling": "hurt", "heat_before": "7"})
    await her.picks("on")
    await her.picks("3")
    assert (await her.picks("morning")).step == "planning.done"


def knocks(home: House) -> list[str]:
    return [parcel.screen.text for parcel in home.postbox.parcels if parcel.check_in]


async def at(home: House, when: datetime) -> None:
    """The clock shows `when`, and what is due is done."""
    home.clock.skip(when - home.clock.now())
    await home.works()


@pytest.mark.parametrize(("zone", "evening"), CHANGES)
async def test_in_the_night_when_the_clocks_change_ten_is_still_ten(tmp_path: Path, zone: str, evening: str) -> None:
    there = ZoneInfo(zone)
    began = datetime.fromisoformat(f"{evening}T22:15").replace(tzinfo=there)
    ten = datetime.combine(began.date() + timedelta(days=1), datetime.min.time().replace(hour=10), tzinfo=there)
    assert began.utcoffset() != ten.utcoffset()
    async with house(tmp_path / "d.db", Wristwatch(began.astimezone(UTC))) as home:
        await plan(home.somebody(zone=zone))
        await at(home, ten.astimezone(UTC) - timedelta(seconds=1))
        assert knocks(home) == []
        await at(home, ten.astimezone(UTC))
        assert len(knocks(home)) == 1


async def test_a_clock_that_is_a_day_ahead_for_a_while_knocks_once(back_end: BackEnd) -> None:
    async with house(back_end, Wristwatch(EVENING)) as home:
        await plan(home.somebody())
        await at(home, MORNING + timedelta(days=1))
        assert len(knocks(home)) == 1
        for hours in (0, 6, 12, 24, 36, 48):
            await at(home, EVENING + timedelta(hours=hours))
        assert len(knocks(home)) == 1


async def test_a_clock_that_is_set_back_by_a_day_knocks_at_its_time_and_once(back_end: BackEnd) -> None:
    async with house(back_end, Wristwatch(EVENING)) as home:
        await plan(home.somebody())
        await at(home, EVENING - timedelta(days=1))
        await at(home, MORNING - timedelta(seconds=1))
        assert knocks(home) == []
        await at(home, MORNING)
        await at(home, MORNING + timedelta(days=2))
        assert len(knocks(home)) == 1


async def test_an_answer_that_was_put_off_while_the_clock_was_a_day_ahead_does_not_wait_for_a_day(
    back_end: BackEnd,
) -> None:
    async with house(back_end, Wristwatch(EVENING + timedelta(days=1))) as home:
        home.postbox.receipts = [Later(30)]
        await home.somebody().says("they let it pass")
        await home.works()
        await at(home, EVENING)
        assert len(home.postbox.parcels) == 2


async def test_a_knock_that_the_platform_puts_off_into_the_night_waits_for_the_morning_and_says_sorry(
    back_end: BackEnd,
) -> None:
    async with house(back_end, Wristwatch(EVENING)) as home:
        await plan(home.somebody())
        home.postbox.receipts = [Later(600)] * 200
        await at(home, MORNING)
        for hour in range(1, 14):
            await at(home, MORNING + timedelta(hours=hour))
        tried = len(knocks(home))
        home.postbox.receipts.clear()
        for hour in range(14, 21):
            await at(home, MORNING + timedelta(hours=hour))
        assert len(knocks(home)) == tried, "it rang in the night"
        await at(home, MORNING + timedelta(days=1))
        assert len(knocks(home)) == tried + 1
        assert "Sorry, this is late." in knocks(home)[-1]
        await at(home, MORNING + timedelta(days=3))
        assert len(knocks(home)) == tried + 1


@pytest.mark.parametrize(("found", "rings"), [(Sent(), 0), (Refused("gone"), 0), (Later(0), 1)], ids=str)
async def test_a_knock_that_may_have_arrived_hours_ago_is_only_looked_for(
    back_end: BackEnd, found: Sent | Refused | Later, rings: int
) -> None:
    async with house(back_end, Wristwatch(EVENING)) as home:
        await plan(home.somebody())
        home.postbox.receipts = [Unknown()]
        await at(home, MORNING)
        home.postbox.receipts = [found]
        await at(home, MORNING + timedelta(hours=3))
        await at(home, MORNING + timedelta(hours=4))
        _, looked, *again = [parcel for parcel in home.postbox.parcels if parcel.check_in]
        assert looked.only_look
        assert [parcel.only_look for parcel in again] == [False] * rings
