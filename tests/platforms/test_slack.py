"""A person on Slack, through the real slack-bolt and slack-sdk, against the project's own small Slack."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from bot.model import ChoicePicked, CommandInvoked, FormSubmitted, MessageReceived, Person
from bot.runtime.ports import Sent
from tests.platforms.slack_kit import BOTH_WAYS, GLANCE, QUICK, SCREEN, bench, joined, small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_world import ORGANISATION, TEAM, Fault


@pytest.mark.asyncio
@BOTH_WAYS
async def test_a_direct_message_is_taken_acknowledged_and_answered(socket_mode: bool) -> None:
    async with bench(socket_mode=socket_mode) as b:
        delivery = await b.ana.dm("he just laughed along")
        assert await delivery.ack() == 200
        event = await b.core.event()
        assert isinstance(event, MessageReceived)
        assert (event.text, event.person) == ("he just laughed along", Person("slack", TEAM, b.ana.id))
        assert event.handle is None
        answer = await b.slack.message()
        assert (answer.channel, answer.words, answer.ephemeral) == (b.ana.im, SCREEN.text, False)
        assert answer.buttons == ["Breathe with me", "Write it down", "I don't feel safe"]
        assert await b.core.receipt() == Sent()


@pytest.mark.asyncio
@BOTH_WAYS
async def test_nothing_is_acknowledged_before_it_is_stored(socket_mode: bool) -> None:
    async with bench(socket_mode=socket_mode) as b:
        b.core.may_take.clear()
        told = [await b.ana.dm("first"), await b.ana.command("second")]
        await b.core.taking.wait()
        # A whole round trip later there is still no acknowledgement.
        await b.adapter.send(b.parcel())
        assert not any(delivery.status.done() for delivery in told)
        b.core.may_take.set()
        assert [await delivery.ack() for delivery in told] == [200, 200]
        assert len(b.core.events) == 2


@pytest.mark.asyncio
@BOTH_WAYS
async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(
    socket_mode: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench(socket_mode=socket_mode) as b:
        b.core.trouble = RuntimeError("could not store: she said it again")
        delivery = await b.ana.dm("she said it again")
        if socket_mode:
            await b.core.taking.wait()
            b.core.trouble = None
            await b.adapter.send(b.parcel())
            assert not delivery.status.done()
            await b.slack.drop()
        else:
            assert await delivery.ack() == 500
            b.core.trouble = None
            delivery = await b.slack.deliver_again(delivery)
        assert await delivery.ack() == 200
        assert [event.delivery_id for event in b.core.events] == [f"event:{delivery.payload['event_id']}"]
        assert "RuntimeError" in caplog.text
        assert "she said" not in caplog.text


@pytest.mark.asyncio
@BOTH_WAYS
async def test_a_retry_of_slack_is_the_same_delivery_and_is_answered_once(socket_mode: bool) -> None:
    async with bench(socket_mode=socket_mode) as b:
        for speak in (b.ana.dm("hello"), b.ana.command()):
            first = await speak
            await first.ack()
            assert await (await b.slack.deliver_again(first)).ack() == 200
        await b.slack.message(1)
        assert len(b.core.events) == 2
        assert len(b.slack.messages) == 2


@pytest.mark.asyncio
@BOTH_WAYS
async def test_the_command_in_a_channel_is_answered_to_that_person_alone(socket_mode: bool) -> None:
    async with bench(socket_mode=socket_mode) as b:
        assert await (await b.ana.command("  help & more ", channel="C0LUNCH")).ack() == 200
        event = await b.core.event()
        assert isinstance(event, CommandInvoked)
        assert event.text == "help & more"
        answer = await b.slack.message()
        assert (answer.channel, answer.reader, answer.ephemeral) == ("C0LUNCH", b.ana.id, True)
        assert answer.given["response_type"] == "ephemeral"
        assert answer.text == GLANCE
        assert not b.slack.called("chat.postMessage")


@pytest.mark.asyncio
async def test_a_press_on_an_ephemeral_message_replaces_it() -> None:
    async with bench() as b:
        await b.ana.command()
        shown = await b.slack.message()
        await (await b.ana.press(shown, "Breathe with me")).ack()
        event = await b.core.event(1)
        assert isinstance(event, ChoicePicked)
        assert (event.step, event.visit, event.choice) == (SCREEN.step, SCREEN.visit, "breathe")
        await b.core.receipt(1)
        assert [message.ephemeral for message in b.slack.messages] == [True]
        assert b.slack.messages[0] is not shown


@pytest.mark.asyncio
async def test_a_press_on_a_direct_message_is_answered_by_the_next_one_which_stays() -> None:
    async with bench() as b:
        await b.ana.dm("hello")
        await b.ana.press(await b.slack.message(), "I don't feel safe")
        await b.core.receipt(1)
        assert [message.ephemeral for message in b.slack.messages] == [False, False]


@pytest.mark.asyncio
async def test_a_button_from_before_a_restart_still_says_where_it_was_shown() -> None:
    async with small_slack() as slack:
        async with joined(slack) as before:
            await before.ana.dm("hello")
            shown = await slack.message()
        async with joined(slack) as after:
            await (await after.ana.press(shown, "Breathe with me")).ack()
            event = await after.core.event()
            assert isinstance(event, ChoicePicked)
            assert (event.step, event.visit, event.choice) == (SCREEN.step, SCREEN.visit, "breathe")


@pytest.mark.asyncio
@BOTH_WAYS
async def test_a_list_picked_from_is_a_choice(socket_mode: bool) -> None:
    async with bench(socket_mode=socket_mode) as b:
        await b.ana.dm("hello")
        assert await (await b.ana.pick(await b.slack.message(), "7 of 10")).ack() == 200
        event = await b.core.event(1)
        assert isinstance(event, ChoicePicked)
        assert (event.step, event.visit, event.choice) == (SCREEN.step, SCREEN.visit, "7")


@pytest.mark.asyncio
@BOTH_WAYS
async def test_a_form_opens_at_once_and_only_its_submission_is_taken(socket_mode: bool) -> None:
    async with bench(socket_mode=socket_mode) as b:
        await b.ana.dm("hello")
        shown = await b.slack.message()
        b.core.may_take.clear()
        assert await (await b.ana.press(shown, "Write it down")).ack() == 200
        view = await b.slack.view()
        b.core.may_take.set()
        assert len(b.core.events) == 1
        filled = {"What happened": "He *laughed* & left <early>", "The strongest feeling": "Hurt"}
        assert await (await b.ana.fill(view, {**filled, "When to check in": 1795512600})).ack() == 200
        event = await b.core.event(1)
        assert isinstance(event, FormSubmitted)
        assert (event.step, event.visit, event.choice) == (SCREEN.step, SCREEN.visit, "note")
        assert event.values == {"happened": "He *laughed* & left <early>", "feeling": "hurt", "when": "@1795512600"}
        assert (await b.slack.message(1)).ephemeral is False


@pytest.mark.asyncio
async def test_a_form_from_an_ephemeral_message_is_answered_there_even_after_a_restart() -> None:
    async with small_slack() as slack:
        async with joined(slack) as before:
            await before.ana.command(channel="C0LUNCH")
            await before.ana.press(await slack.message(), "Write it down")
            view = await slack.view()
        async with joined(slack) as after:
            submitted = await after.ana.fill(view, {"What happened": "x"})
            await submitted.ack()
            await (await slack.deliver_again(submitted)).ack()
            event = await after.core.event()
            assert isinstance(event, FormSubmitted)
            assert event.values == {"happened": "x"}
            await after.core.receipt()
            assert len(after.core.events) == 1
            assert event.handle is not None
            assert timedelta(minutes=20) < event.handle.expires_at - event.at <= timedelta(minutes=25)
            assert [(message.channel, message.ephemeral) for message in slack.messages] == [("C0LUNCH", True)]


@pytest.mark.asyncio
async def test_a_form_that_slack_will_not_open_is_not_acknowledged_so_that_the_person_sees_it_failed() -> None:
    async with bench(socket_mode=False) as b:
        await b.ana.dm("hello")
        shown = await b.slack.message()
        b.slack.fail("views.open", Fault(error="expired_trigger_id"))
        assert await (await b.ana.press(shown, "Write it down")).ack() == 500
        assert await (await b.ana.press(shown, "Write it down")).ack() == 200
        assert len(b.slack.views) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {"subtype": "message_changed", "hidden": True},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"bot_id": "B0BOT"},
        {"channel_type": "channel", "channel": "C0LUNCH"},
        {"type": "reaction_added"},
    ],
)
async def test_what_is_not_a_person_speaking_to_the_bot_is_acknowledged_and_ignored(changes: dict[str, Any]) -> None:
    async with bench() as b:
        assert await (await b.ana.dm("not for us", **changes)).ack() == 200
        assert await (await b.ana.command(command="/other")).ack() == 200
        await (await b.ana.dm("for us")).ack()
        assert [getattr(event, "text", None) for event in b.core.events] == ["for us"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("I said 1 &lt; 2 &amp; left", "I said 1 < 2 & left"),
        ("see <https://a.example/x|a.example/x> and <https://b.example>", "see a.example/x and https://b.example"),
        ("<@U0SAM> told <@U0EVE|eve> in <#C01|lunch>", "@… told @eve in #lunch"),
    ],
)
async def test_words_are_read_as_they_were_typed(sent: str, read: str) -> None:
    async with bench() as b:
        delivery = await b.ana.dm("", raw=sent, subtype="file_share")
        await delivery.ack()
        assert getattr(await b.core.event(), "text", None) == read


@pytest.mark.asyncio
async def test_the_zone_and_the_language_come_from_slack_and_are_asked_once() -> None:
    async with bench() as b:
        await (await b.ana.dm("one")).ack()
        await (await b.ana.dm("two")).ack()
        assert [(event.zone, event.locale) for event in b.core.events] == [("Europe/Lisbon", "pt-PT")] * 2
        assert len(b.slack.called("users.info")) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "faults",
    # aiohttp itself asks again after the first cut of a question.
    [[Fault(error="missing_scope")], [Fault(status=500)], [Fault(cut=True), Fault(cut=True)]],
)
async def test_an_event_is_taken_without_the_zone_when_slack_does_not_tell_it(faults: list[Fault]) -> None:
    async with bench() as b:
        b.slack.faults["users.info"].extend(faults)
        assert await (await b.ana.dm("one")).ack() == 200
        await (await b.ana.dm("two")).ack()
        assert [event.zone for event in b.core.events] == ["", "Europe/Lisbon"]


@pytest.mark.asyncio
async def test_a_slack_that_hangs_over_the_zone_holds_up_one_turn_and_not_the_next() -> None:
    async with bench(patience=dataclasses.replace(QUICK, hint=0.2, send=30.0)) as b:
        b.slack.fail("users.info", Fault(hang=True))
        assert await (await b.ana.dm("one")).ack() == 200
        assert await (await b.ana.dm("two")).ack() == 200
        assert [event.zone for event in b.core.events] == ["", ""]
        assert len(b.slack.called("users.info")) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(("retry_after_s", "calls"), [(3600, 1), (0, 3)])
async def test_a_zone_that_slack_will_not_tell_so_often_is_not_asked_for_before_its_time(
    retry_after_s: int, calls: int
) -> None:
    async with bench() as b:
        b.slack.fail("users.info", Fault(status=429, error="ratelimited", retry_after_s=retry_after_s))
        for person in (b.ana, b.ana, SlackPerson(b.slack, "U0EVE")):
            assert await (await person.dm("hello")).ack() == 200
        assert len(b.core.events) == 3
        assert len(b.slack.called("users.info")) == calls


@pytest.mark.asyncio
async def test_one_person_of_an_organisation_is_the_same_wherever_they_speak() -> None:
    async with bench() as b:
        eve = SlackPerson(b.slack, "U0EVE", whole_organisation=True)
        for speak in (eve.dm("hello"), eve.command()):
            await (await speak).ack()
        await b.ana.press(await b.slack.message(), "Breathe with me")
        await (await eve.press(await b.slack.message(), "Breathe with me")).ack()
        seen = {event.person for event in b.core.events if event.person.user == eve.id}
        assert seen == {Person("slack", ORGANISATION, eve.id)}
