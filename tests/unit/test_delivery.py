"""Delivery: nothing lost, nothing doubled, nothing seen - whatever the platform answers."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import RESUME, Handle, MessageReceived, Person
from bot.runtime.ports import Later, Parcel, Receipt, Refused, Sent, Unknown
from tests.kit import EVENING, Postbox, content, house

pytestmark = pytest.mark.asyncio


async def test_a_repeated_delivery_is_answered_once(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        press = her.press("breathe")
        for _ in range(3):
            await home.core.post(await home.core.take(press))
        assert [screen.step for screen in home.postbox.screens] == ["cool_down.meet", "cool_down.heat_before"]


async def test_two_presses_at_once_are_answered_once(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        first, second = await home.core.take(her.press("breathe")), await home.core.take(her.press("steady"))
        assert first.parcel is not None
        assert second.parcel is None


async def test_an_answer_that_the_platform_puts_off_comes_later_and_only_once(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        home.postbox.receipts = [Later(30)]
        her = home.somebody()
        await her.says("hello")
        assert len(home.postbox.parcels) == 1
        await her.waits(timedelta(seconds=29))
        assert len(home.postbox.parcels) == 1
        await her.waits(timedelta(seconds=2))
        assert [parcel.again for parcel in home.postbox.parcels] == [False, False]
        await her.waits(timedelta(days=1))
        assert len(home.postbox.parcels) == 2


async def test_an_uncertain_send_is_tried_again_under_the_same_key_and_marked_so(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        home.postbox.receipts = [Unknown()]
        her = home.somebody()
        await her.says("hello")
        await her.waits(timedelta(seconds=3))
        first, second = home.postbox.parcels
        assert (first.key, first.again) == (second.key, False)
        assert second.again


async def test_an_answer_that_comes_late_says_only_that_it_is_there(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        home.postbox.receipts = [Later(600)]
        her = home.somebody()
        await her.says("they let it pass")
        late = await her.waits(timedelta(minutes=11))
        assert late.text == content().words.waiting
        assert [choice.id for choice in late.choices] == [RESUME]
        assert "Nothing has to be decided" in (await her.picks(RESUME)).text


async def test_when_the_short_lived_handle_dies_the_answer_comes_as_a_neutral_direct_message(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        her.handle = Handle("token", EVENING + timedelta(minutes=14))
        home.postbox.receipts = [Later(0)]
        await her.commands()
        await her.waits(timedelta(0))
        first, second = home.postbox.parcels
        assert first.handle is not None
        assert second.handle is None
        assert second.screen.text == content().words.waiting


async def test_whether_an_answer_arrived_is_settled_through_its_handle_while_that_lives(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        her.handle = Handle("token", EVENING + timedelta(minutes=14))
        home.postbox.receipts = [Unknown()]
        await her.commands()
        await her.waits(timedelta(minutes=5))
        second = home.postbox.parcels[1]
        assert (second.again, second.handle) == (True, her.handle)
        assert "Nothing has to be decided" in second.screen.text


async def test_once_the_handle_is_dead_an_uncertain_answer_comes_as_a_neutral_direct_message(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        her.handle = Handle("token", EVENING + timedelta(minutes=14))
        home.postbox.receipts = [Unknown()]
        await her.commands()
        await her.waits(timedelta(minutes=15))
        second = home.postbox.parcels[1]
        assert (second.handle, second.screen.text) == (None, content().words.waiting)


async def test_a_closed_door_is_parked_and_told_at_the_next_visit_and_never_retried(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("hello")
        await her.plans_for_tomorrow()
        home.postbox.receipts = [Refused("closed")]
        sent = len(home.postbox.parcels)
        await her.waits(timedelta(hours=13))
        await her.waits(timedelta(days=2))
        assert len(home.postbox.parcels) == sent + 1
        back = await her.commands()
        assert back.text.startswith(content().words.missed)
        assert (await her.says("check-in")).step == "check_in.knock"
        assert not (await her.commands()).text.startswith(content().words.missed)


async def test_after_stop_a_knock_that_the_platform_had_put_off_does_not_come(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
        home.postbox.receipts = [Later(1800)]
        await her.waits(timedelta(hours=13))
        assert (await her.says("stop")).step == "settings.stopped"
        sent = len(home.postbox.parcels)
        await her.waits(timedelta(hours=2))
        assert len(home.postbox.parcels) == sent


async def test_a_delivery_that_comes_again_after_forget_me_brings_nobody_back(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her = home.somebody()
        event = MessageReceived(delivery_id="twice", person=her.person, at=EVENING, text="they let it pass")
        await home.core.post(await home.core.take(event))
        await her.says("forget me")
        await her.picks("forget")
        assert (await home.core.take(event)).parcel is None
        assert _rows(tmp_path / "d.db")["people"] == 0


async def test_one_hanging_delivery_keeps_nobody_elses_check_in_waiting(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db", postbox=Hanging("anna")) as home:
        anna, ben = (home.somebody(Person("postbox", "w", name)) for name in ("anna", "ben"))
        for person in (anna, ben):
            await person.says("they let it pass")
            await person.plans_for_tomorrow()
        assert isinstance(home.postbox, Hanging)
        home.postbox.hangs = True
        home.clock.skip(timedelta(hours=13))
        async with asyncio.timeout(5):
            while not home.postbox.others.is_set():
                await home.core.work()
        await home.core.settled(within_s=0)
        assert ben.screen.step == "check_in.knock"


async def test_forget_me_leaves_no_row_but_delivery_ids_that_name_nobody(tmp_path: Path) -> None:
    async with house(tmp_path / "d.db") as home:
        her, other = home.somebody(), home.somebody(Person("postbox", "workspace", "other"))
        await other.says("somebody else's story")
        await her.says("they let it pass")
        await her.plans_for_tomorrow()
        await her.says("forget me")
        assert (await her.picks("forget")).step == "settings.forgotten"
        left = _rows(tmp_path / "d.db")
    assert left == {"people": 1, "inbox": 0, "outbox": 0, "check_ins": 0, "debriefs": 0}


class Hanging(Postbox):
    """Never answers for one user, once it hangs."""

    def __init__(self, user: str) -> None:
        super().__init__()
        self.user, self.hangs, self.others = user, False, asyncio.Event()

    async def send(self, parcel: Parcel) -> Receipt:
        if self.hangs and parcel.person.user == self.user:
            await asyncio.Event().wait()
        receipt = await super().send(parcel)
        if self.hangs:
            self.others.set()
        return receipt


RECEIPTS = st.lists(st.sampled_from([Sent(), Later(0), Later(5), Unknown(), Refused("gone")]), min_size=0, max_size=12)


@given(RECEIPTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_the_platform_answers_an_answer_is_sent_until_it_is_settled_and_never_after(
    tmp_path_factory: pytest.TempPathFactory, receipts: list[Sent | Later | Unknown | Refused]
) -> None:
    async with house(tmp_path_factory.mktemp("h") / "d.db") as home:
        home.postbox.receipts = list(receipts)
        her = home.somebody()
        await her.says("hello")
        for _ in range(40):
            await her.waits(timedelta(minutes=11))
        final = next((n for n, r in enumerate(receipts) if isinstance(r, Sent | Refused)), len(receipts))
        tried = home.postbox.parcels
        assert len(tried) == final + 1
        assert len({parcel.key for parcel in tried}) == 1
        uncertain = [False, *(isinstance(receipt, Unknown) for receipt in receipts[:final])]
        assert [parcel.again for parcel in tried] == uncertain


def _rows(path: Path) -> dict[str, int]:
    tables = ("people", "inbox WHERE person_id IS NOT NULL", "outbox", "check_ins", "debriefs")
    with closing(sqlite3.connect(path)) as connection:
        return {t.split()[0]: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}
