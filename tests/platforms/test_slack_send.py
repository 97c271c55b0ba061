"""How a send to Slack ends, and that nothing is sent twice or called lost when it is not."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.runtime.ports import Later, Receipt, Refused, Sent, Unknown
from tests.platforms.slack_kit import GLANCE, QUICK, SCREEN, Bench, bench
from tests.platforms.slack_world import Fault, Posted

IMPATIENT = dataclasses.replace(QUICK, send=0.3)
JSON = "application/json"


@pytest.mark.asyncio
async def test_a_check_in_is_a_direct_message_whose_notification_and_metadata_tell_nothing() -> None:
    async with bench() as b:
        assert await b.adapter.send(b.parcel()) == Sent()
        message = b.slack.messages[0]
        assert (message.channel, message.reader, message.words) == (b.ana.im, b.ana.id, SCREEN.text)
        assert message.text == GLANCE
        assert message.metadata == {"event_type": "debrief", "event_payload": {"id": "checkin1"}}
        assert (message.given["unfurl_links"], message.given["unfurl_media"]) == (False, False)


@pytest.mark.asyncio
async def test_the_direct_message_channel_is_opened_once() -> None:
    async with bench() as b:
        await b.adapter.send(b.parcel())
        await b.adapter.send(b.parcel(key="checkin2"))
        assert len(b.slack.called("conversations.open")) == 1


ENDINGS = [
    (Fault(status=429, error="ratelimited", retry_after_s=7), Later(7.0, everyone=True)),
    (Fault(status=429, retry_after_s=7), Later(7.0)),  # not Slack's words: a proxy's
    (Fault(error="service_unavailable"), Later(0.0)),
    (Fault(status=503), Later(0.0)),
    (Fault(status=403), Later(0.0)),
    (Fault(status=307), Later(0.0)),
    (Fault(error="channel_not_found"), Refused("channel_not_found")),
    (Fault(error="is_archived"), Refused("is_archived")),
    (Fault(error="account_inactive"), Refused("account_inactive")),
    (Fault(error="token_revoked"), Refused("token_revoked")),
    (Fault(error="missing_scope"), Refused("missing_scope")),
    (Fault(error="internal_error"), Unknown()),
    (Fault(status=500), Unknown()),
    (Fault(status=502), Unknown()),
    (Fault(cut=True), Unknown()),
    (Fault(half=True), Unknown()),
    (Fault(hang=True), Unknown()),
]

# Not Slack's words, or not all of them: whoever answered so may have let the message through.
GARBLED = [
    (Fault(), Unknown()),
    (Fault(said="ok", kind="text/plain"), Unknown()),
    (Fault(said="", kind=JSON), Unknown()),
    (Fault(said="{", kind=JSON), Unknown()),
    (Fault(said="[]", kind=JSON), Unknown()),
    (Fault(said='{"ok": "', kind=JSON), Unknown()),
    (Fault(said="{}", kind=JSON), Unknown()),
    (Fault(said='{"ok": false}', kind=JSON), Unknown()),
    (Fault(status=500, said='{"ok": true}', kind=JSON), Unknown()),
    (Fault(status=503, said='{"ok": true}', kind=JSON), Later(0.0)),
    (Fault(said='{"error": "is_archived", "ok": false}', kind=JSON), Refused("is_archived")),
    (Fault(said='{"warning": "missing_charset", "ok": true}', kind=JSON), Sent()),
    (Fault(said='{"ok":true}', kind=JSON), Sent()),
    (Fault(status=429, retry_after_s=30, said="", kind=JSON), Later(30.0)),
    (Fault(status=403, said=" \n", kind=JSON), Later(0.0)),
    (Fault(said='{"error": "is_archived", "ok": false}', kind="Application/JSON"), Refused("is_archived")),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "receipt"), ENDINGS + GARBLED)
async def test_each_answer_of_slack_to_a_message_has_its_ending(fault: Fault, receipt: Receipt) -> None:
    async with bench(patience=IMPATIENT) as b:
        b.slack.fail("chat.postMessage", fault)
        assert await b.adapter.send(b.parcel()) == receipt
        assert b.slack.messages == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "receipt"),
    [
        (Fault(status=429, error="ratelimited", retry_after_s=3), Later(3.0)),
        (Fault(error="user_disabled"), Refused("user_disabled")),
        (Fault(error="cannot_dm_bot"), Refused("cannot_dm_bot")),
        (Fault(error="internal_error"), Later()),
        (Fault(status=500), Later()),
        (Fault(cut=True), Later()),
        (Fault(hang=True), Later()),
    ],
)
async def test_a_channel_that_could_not_be_opened_means_that_nothing_was_sent(fault: Fault, receipt: Receipt) -> None:
    async with bench(patience=IMPATIENT) as b:
        b.slack.fail("conversations.open", fault)
        assert await b.adapter.send(b.parcel()) == receipt
        assert not b.slack.called("chat.postMessage")


@pytest.mark.asyncio
async def test_a_person_who_left_or_closed_their_messages_is_refused() -> None:
    async with bench() as b:
        b.slack.closed_to_us.add(b.ana.id)
        assert await b.adapter.send(b.parcel()) == Refused("channel_not_found")
        b.slack.people[b.ana.id]["deleted"] = True
        assert await b.adapter.send(b.parcel()) == Refused("user_disabled")


@pytest.mark.asyncio
async def test_while_slack_is_out_of_reach_nothing_was_sent() -> None:
    async with bench() as b:
        assert await b.adapter.send(b.parcel()) == Sent()
        await b.slack.stop()
        assert await b.adapter.send(b.parcel()) == Later()
        await b.slack.start()


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", [Fault(cut=True, done=True), Fault(error="internal_error", done=True)])
async def test_a_message_that_arrived_though_the_answer_did_not_is_not_sent_again(fault: Fault) -> None:
    async with bench() as b:
        b.slack.fail("chat.postMessage", fault)
        parcel = b.parcel()
        assert await b.adapter.send(parcel) == Unknown()
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert len(b.slack.messages) == 1


@pytest.mark.asyncio
async def test_a_message_that_never_arrived_is_sent_the_next_time() -> None:
    async with bench() as b:
        b.slack.fail("chat.postMessage", Fault(cut=True))
        parcel = b.parcel()
        assert await b.adapter.send(parcel) == Unknown()
        await b.adapter.send(b.parcel(key="another"))
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert [message.metadata["event_payload"]["id"] for message in b.slack.messages if message.metadata] == [
            "another",
            "checkin1",
        ]


@pytest.mark.asyncio
async def test_an_earlier_try_is_found_behind_many_later_messages() -> None:
    async with bench() as b:
        b.slack.page_size = 2
        parcel = b.parcel()
        await b.adapter.send(parcel)
        for number in range(5):
            await b.adapter.send(b.parcel(key=f"later{number}"))
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert len(b.slack.messages) == 6
        assert len(b.slack.called("conversations.history")) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["conversations.open", "conversations.history"])
@pytest.mark.parametrize(
    ("fault", "receipt"),
    [
        (Fault(status=429, error="ratelimited", retry_after_s=3), Unknown()),
        (Fault(status=500), Unknown()),
        (Fault(hang=True), Unknown()),
        (Fault(error="account_inactive"), Refused("account_inactive")),
    ],
)
async def test_while_an_earlier_try_cannot_be_settled_nothing_is_posted(
    method: str, fault: Fault, receipt: Receipt
) -> None:
    async with bench(patience=IMPATIENT) as b:
        b.slack.fail(method, fault)
        assert await b.adapter.send(b.parcel(again=True)) == receipt
        assert b.slack.messages == []


async def with_handle(b: Bench) -> Posted:
    """An ephemeral answer on screen; the core answers no further events by itself."""
    await b.ana.command()
    shown = await b.slack.message()
    await b.core.receipt()
    return shown


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "receipt"),
    [
        (Fault(status=429, error="ratelimited", retry_after_s=7), Later(7.0)),
        (Fault(status=404, error="expired_url"), Later(0.0)),
        (Fault(status=404, error="used_url"), Later(0.0)),
        (Fault(status=200, error="expired_url"), Later(0.0)),
        (Fault(status=503), Later(0.0)),
        (Fault(status=500), Unknown()),
        (Fault(said="ok", kind="text/plain"), Sent()),
        (Fault(cut=True), Unknown()),
        (Fault(half=True), Unknown()),
        (Fault(hang=True), Unknown()),
    ],
)
async def test_each_answer_of_slack_to_an_ephemeral_answer_has_its_ending(fault: Fault, receipt: Receipt) -> None:
    async with bench(patience=IMPATIENT) as b:
        shown = await with_handle(b)
        b.slack.fail("response_url", fault)
        await b.ana.press(shown, "Breathe with me")
        assert await b.core.receipt(1) == receipt
        assert b.slack.messages == [shown]


@pytest.mark.asyncio
async def test_an_interaction_that_has_grown_old_is_left_to_the_core() -> None:
    async with bench() as b:
        await with_handle(b)
        b.slack.ahead_s = 31 * 60
        handle = b.core.events[0].handle
        assert handle is not None
        assert await b.adapter.send(b.parcel(handle=handle)) == Later()
        assert len(b.slack.messages) == 1


@pytest.mark.asyncio
async def test_a_handle_is_given_up_well_before_slack_does() -> None:
    async with bench() as b:
        await with_handle(b)
        handle = b.core.events[0].handle
        assert handle is not None
        life = handle.expires_at - b.core.events[0].at
        assert timedelta(minutes=20) <= life <= timedelta(minutes=25)


@pytest.mark.asyncio
async def test_a_slow_answer_holds_up_nobody_else() -> None:
    async with bench(patience=IMPATIENT) as b:
        b.slack.fail("chat.postMessage", Fault(hang=True))
        slow = asyncio.create_task(b.adapter.send(b.parcel()))
        await b.slack.until(lambda: b.slack.called("chat.postMessage"))
        assert await b.adapter.send(b.parcel(key="other")) == Sent()
        assert not slow.done()
        assert await slow == Unknown()
