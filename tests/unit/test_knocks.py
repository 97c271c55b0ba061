"""A check-in that falls due: once, neutral, never at night, and not at all when it was cancelled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.runtime.ports import Later
from tests.kit import Postbox, Wristwatch, content, house

pytestmark = pytest.mark.asyncio


async def test_a_check_in_knocks_once_with_a_neutral_line_however_often_we_look(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
        sent = len(home.postbox.parcels)
        for _ in range(4):
            await her.waits(timedelta(hours=13))
        knocks = home.postbox.parcels[sent:]
        assert [knock.screen.step for knock in knocks] == ["check_in.knock"]
        assert knocks[0].screen.glance == "Your check-in, as you asked."
        assert knocks[0].handle is None


async def test_a_knock_that_the_platform_puts_off_still_has_its_own_buttons(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
        home.postbox.receipts = [Later(600)]
        await her.waits(timedelta(hours=13))
        late = await her.waits(timedelta(minutes=11))
        assert [choice.id for choice in late.choices] == ["open", "later", "tomorrow", "stop"]


async def test_a_check_in_that_falls_due_while_the_process_is_down_knocks_after_the_restart(tmp_path: Path) -> None:
    clock, postbox = Wristwatch(), Postbox()
    async with house(tmp_path / "d.db", clock, postbox) as home:
        her = home.somebody()
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
    clock.skip(timedelta(hours=13))
    sent = len(postbox.parcels)
    for _ in range(2):
        async with house(tmp_path / "d.db", clock, postbox) as home:
            await home.works()
    assert [parcel.screen.step for parcel in postbox.parcels[sent:]] == ["check_in.knock"]


async def test_a_check_in_that_an_outage_made_late_does_not_ring_at_night_and_says_sorry_once(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
        sent = len(home.postbox.parcels)
        home.clock.skip(datetime(2026, 11, 22, 3, 15, tzinfo=UTC) - home.clock.now())
        await home.works()
        assert len(home.postbox.parcels) == sent
        home.clock.skip(datetime(2026, 11, 22, 10, 0, tzinfo=UTC) - home.clock.now())
        await home.works()
        await home.works()
        [knock] = home.postbox.screens[sent:]
        assert knock.text.startswith(content().words.late)
        assert (knock.step, knock.glance) == ("check_in.knock", "Your check-in, as you asked.")


async def test_a_check_in_that_is_late_by_day_comes_at_once_and_says_sorry(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
        assert (await her.waits(timedelta(hours=16))).text.startswith(content().words.late)


async def test_a_cancelled_check_in_that_was_already_claimed_does_not_knock(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
        home.clock.skip(timedelta(hours=13))
        claimed = await home.store.claim_check_ins(home.clock.now(), 10)
        assert len(claimed) == 1
        await her.says("stop")
        sent = len(home.postbox.parcels)
        await home.core._knock(claimed[0])
        assert len(home.postbox.parcels) == sent
