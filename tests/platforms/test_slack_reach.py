"""Where a person is reached on Slack: at the address their events brought, at no other, and what is there already."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from bot.runtime.ports import Later, Receipt, Refused, Sent, Unknown
from tests.platforms.slack_kit import QUICK, Bench, bench, joined, small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_world import Fault

pytestmark = pytest.mark.asyncio

IMPATIENT = dataclasses.replace(QUICK, send=0.3)
GONE, OTHERS = "D0GONE", "D0OTHERS"
LIMITED = Fault(status=429, error="ratelimited", retry_after_s=3600)


def keys(b: Bench) -> list[str]:
    return [message.metadata["event_payload"]["id"] for message in b.slack.messages if message.metadata]


async def answered_in_their_own(b: Bench) -> None:
    await b.ana.dm("hello")
    await b.core.receipt()


async def shown_to_them_alone(b: Bench, channel: str) -> None:
    await b.ana.command(channel=channel)
    await b.core.receipt()


# What an event says of the address.


async def test_what_is_said_pressed_and_filled_in_the_bots_messages_brings_their_address() -> None:
    async with bench() as b:
        await answered_in_their_own(b)
        shown = b.slack.messages[0]
        await b.ana.press(shown, "Breathe with me")
        await b.core.event(1)
        await b.ana.press(shown, "Write it down")
        await b.ana.fill(await b.slack.view(), {"What happened": "x"})
        await b.core.event(2)
        assert [event.reach for event in b.core.events] == [b.ana.im] * 3


@pytest.mark.parametrize("channel", ["C0GENERAL", "G0THREE", OTHERS])
async def test_what_is_shown_to_one_person_in_a_conversation_of_others_brings_no_address(channel: str) -> None:
    """In the direct messages of two people the channel is a D... too, and Slack names it directmessage."""
    async with bench() as b:
        await shown_to_them_alone(b, channel)
        await b.ana.press(b.slack.messages[0], "Write it down")
        await b.ana.fill(await b.slack.view(), {"What happened": "x"})
        await b.core.receipt(1)
        await b.ana.press(b.slack.messages[-1], "Breathe with me")
        await b.core.receipt(2)
        assert [event.reach for event in b.core.events] == [""] * 3
        assert {message.reader for message in b.slack.messages if message.ephemeral} == {b.ana.id}
        assert b.slack.called("chat.postMessage") == []


async def test_a_conversation_of_several_people_is_not_heard() -> None:
    async with bench() as b:
        await (await b.ana.dm("to the others", channel="G0THREE", channel_type="mpim")).ack()
        await (await b.ana.dm("to the bot")).ack()
        assert [event.reach for event in b.core.events] == [b.ana.im]


# Sending.


async def test_a_known_address_is_written_to_without_opening_it() -> None:
    async with bench() as b:
        assert await b.adapter.send(b.parcel(reach=b.ana.im)) == Sent()
        assert [message.reader for message in b.slack.messages] == [b.ana.id]
        assert b.slack.called("conversations.open") == []


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel"])
async def test_from_an_address_that_is_gone_the_message_goes_once_to_the_one_slack_opens(error: str) -> None:
    async with bench() as b:
        b.slack.fail("chat.postMessage", Fault(error=error))
        assert await b.adapter.send(b.parcel(reach=GONE)) == Sent()
        assert await b.adapter.send(b.parcel(reach=GONE, key="next")) == Sent()
        assert [call["channel"] for call in b.slack.called("chat.postMessage")] == [GONE, b.ana.im, b.ana.im]
        assert keys(b) == ["checkin1", "next"]
        assert len(b.slack.called("conversations.open")) == 1


async def test_a_person_who_closed_their_messages_is_not_written_to_twice() -> None:
    async with bench() as b:
        b.slack.closed_to_us.add(b.ana.id)
        assert await b.adapter.send(b.parcel(reach=b.ana.im)) == Refused("channel_not_found")
        assert len(b.slack.called("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("fault", "receipt"),
    [
        (Fault(cut=True, done=True), Unknown()),
        (Fault(hang=True), Unknown()),
        (Fault(status=500), Unknown()),
        (Fault(error="internal_error"), Unknown()),
        (Fault(status=429, error="ratelimited", retry_after_s=7), Later(7.0, everyone=True)),
        (Fault(error="account_inactive"), Refused("account_inactive")),
    ],
)
async def test_no_other_address_is_tried_unless_slack_says_that_this_one_is_gone(
    fault: Fault, receipt: Receipt
) -> None:
    async with bench(patience=IMPATIENT) as b:
        b.slack.fail("chat.postMessage", fault)
        assert await b.adapter.send(b.parcel(reach=b.ana.im)) == receipt
        assert len(b.slack.called("chat.postMessage")) == 1
        assert b.slack.called("conversations.open") == []


async def test_while_an_earlier_try_may_lie_at_an_address_that_is_gone_nothing_is_sent_elsewhere() -> None:
    async with bench() as b:
        assert await b.adapter.send(b.parcel(reach=GONE, again=True)) == Refused("channel_not_found")
        assert b.slack.messages == []


@pytest.mark.parametrize("restarted", [False, True])
async def test_an_earlier_try_that_went_to_the_opened_address_is_found_there(restarted: bool) -> None:
    async with small_slack() as slack:
        async with joined(slack) as before:
            slack.faults["chat.postMessage"].extend([Fault(error="channel_not_found"), Fault(cut=True, done=True)])
            parcel = before.parcel(reach=GONE)
            assert await before.adapter.send(parcel) == Unknown()
            if not restarted:
                assert await before.adapter.send(replace(parcel, again=True)) == Sent()
        async with joined(slack) as after:
            assert await after.adapter.send(replace(parcel, again=True)) == Sent()
        assert len(slack.messages) == 1


# Only looking.


async def test_looking_finds_what_arrived_and_sends_nothing() -> None:
    async with bench() as b:
        b.slack.fail("chat.postMessage", Fault(cut=True, done=True))
        parcel = b.parcel(reach=b.ana.im, again=True)
        await b.adapter.send(replace(parcel, again=False))
        assert await b.adapter.send(replace(parcel, only_look=True)) == Sent()
        assert len(b.slack.messages) == 1


async def test_looking_answers_no_interaction() -> None:
    async with bench() as b:
        await shown_to_them_alone(b, "C0GENERAL")
        handle = b.core.events[0].handle
        assert await b.adapter.send(b.parcel(reach=b.ana.im, handle=handle, only_look=True)) == Later()
        assert len(b.slack.messages) == 1


@pytest.mark.parametrize("known", [True, False])
async def test_looking_says_that_nothing_arrived_and_sends_nothing(known: bool) -> None:
    async with bench() as b:
        await b.adapter.send(b.parcel(key="another"))
        look = b.parcel(reach=b.ana.im if known else "", again=True, only_look=True)
        assert await b.adapter.send(look) == Later()
        assert keys(b) == ["another"]


@pytest.mark.parametrize(
    ("method", "reach"), [("conversations.history", "D0ANA"), ("conversations.history", ""), ("conversations.open", "")]
)
@pytest.mark.parametrize(
    "fault", [LIMITED, Fault(status=503), Fault(status=500), Fault(hang=True), Fault(error="account_inactive")]
)
async def test_what_cannot_be_looked_at_stays_unknown(method: str, reach: str, fault: Fault) -> None:
    async with bench(patience=IMPATIENT) as b:
        b.slack.fail(method, fault)
        assert await b.adapter.send(b.parcel(reach=reach, again=True, only_look=True)) == Unknown()
        assert b.slack.called("chat.postMessage") == []


async def test_what_may_lie_at_an_address_that_is_gone_stays_unknown() -> None:
    async with bench() as b:
        assert await b.adapter.send(b.parcel(reach=GONE, again=True, only_look=True)) == Unknown()
        assert b.slack.called("chat.postMessage") == []


async def test_a_conversation_longer_than_is_read_leaves_it_unknown() -> None:
    async with bench() as b:
        b.slack.page_size = 1
        parcel = b.parcel(reach=b.ana.im)
        await b.adapter.send(parcel)
        for number in range(9):
            await b.adapter.send(b.parcel(key=f"later{number}"))
        assert await b.adapter.send(replace(parcel, only_look=True)) == Sent()
        await b.adapter.send(b.parcel(key="one too many"))
        assert await b.adapter.send(replace(parcel, only_look=True)) == Unknown()
        assert await b.adapter.send(replace(parcel, again=True)) == Unknown()
        assert len(b.slack.messages) == 11


async def test_nobody_reads_further_back_than_to_when_the_parcel_was_made() -> None:
    async with bench() as b:
        b.slack.page_size = 2
        for number in range(6):
            await b.adapter.send(b.parcel(key=f"earlier{number}"))
        b.slack.ahead_s = 3600
        await b.adapter.send(b.parcel(key="since"))
        made_at = datetime.now(UTC) + timedelta(hours=1)
        assert await b.adapter.send(b.parcel(made_at=made_at, only_look=True)) == Later()
        assert len(b.slack.called("conversations.history")) == 1


@pytest.mark.parametrize("wrong_by", [timedelta(days=1), timedelta(days=-1)])
async def test_a_clock_that_was_wrong_by_a_day_does_not_hide_what_arrived(wrong_by: timedelta) -> None:
    async with bench() as b:
        parcel = b.parcel(made_at=datetime.now(UTC) + wrong_by)
        await b.adapter.send(parcel)
        await b.adapter.send(b.parcel(key="later"))
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert len(b.slack.messages) == 2


# Quiet where Slack asks for it.


async def test_history_is_not_asked_for_again_before_its_time() -> None:
    async with bench() as b:
        b.slack.fail("conversations.history", LIMITED)
        look = b.parcel(reach=b.ana.im, again=True)
        assert [await b.adapter.send(look), await b.adapter.send(look)] == [Unknown(), Unknown()]
        assert len(b.slack.called("conversations.history")) == 1


async def test_no_conversation_is_opened_before_its_time_and_known_ones_are_written_to() -> None:
    async with bench() as b:
        b.slack.fail("conversations.open", LIMITED)
        assert await b.adapter.send(b.parcel()) == Later(3600.0)
        receipt = await b.adapter.send(b.parcel())
        assert isinstance(receipt, Later)
        assert 3500 < receipt.after_s <= 3600
        assert await b.adapter.send(b.parcel(reach=b.ana.im)) == Sent()
        assert len(b.slack.called("conversations.open")) == 1


async def test_a_limit_on_posts_may_be_one_persons_channels_and_is_left_to_delivery() -> None:
    async with bench() as b:
        eve = SlackPerson(b.slack, "U0EVE")
        b.slack.fail("chat.postMessage", LIMITED)
        assert await b.adapter.send(b.parcel(reach=b.ana.im)) == Later(3600.0, everyone=True)
        assert await b.adapter.send(b.parcel(reach=eve.im)) == Sent()
