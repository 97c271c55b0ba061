"""Slack beyond a conversation: languages, a document in messages, a timeline in lines."""

import dataclasses
from datetime import date

import pytest
from msgspec.structs import replace

from bot.model import Document, Mark, Timeline
from bot.runtime.ports import Later, Parcel, Refused, Sent, Unknown
from handlers.slack import position, render
from tests.platforms import slack_rules
from tests.platforms.slack_kit import GLANCE, QUICK, SCREEN, Bench, bench, joined, small_slack
from tests.platforms.slack_world import Fault, Posted
from tests.platforms.words import ENGLISH

IMPATIENT = dataclasses.replace(QUICK, send=0.3)
PARAGRAPHS = [f"{number}. <b>Nobody</b> *said* {'a word ' * 60}".strip() for number in range(60)]
FILE = Document("debrief.txt", "\n\n".join(PARAGRAPHS))
WITH_FILE = replace(SCREEN, document=FILE)
PAGES = len(render.pages(WITH_FILE))
TIMES = Timeline("Since October", (Mark(date(2026, 10, 3), "alone", "At home"),), "3 Oct: alone in it\n9 Oct: a talk")


def spoken(messages: list[Posted]) -> str:
    """The words of the document, whatever parts it came in."""
    parts = [block["text"]["text"] for message in messages for block in message.blocks[1:]]
    return " ".join(" ".join(parts).split())


def whole(messages: list[Posted]) -> bool:
    *pages, screen = messages
    heads = [page.blocks[0]["text"]["text"] for page in pages]
    numbered = [f"{FILE.name} {number}/{PAGES}" for number in range(1, PAGES + 1)]
    return (heads, screen.words, spoken(pages)) == (numbered, SCREEN.text, " ".join(FILE.text.split()))


def exporting(b: Bench) -> Parcel:
    return b.parcel(screen=WITH_FILE)


@pytest.mark.asyncio
@pytest.mark.parametrize("socket_mode", [True, False])
async def test_a_form_comes_in_the_language_of_its_screen_also_after_a_restart(socket_mode: bool) -> None:
    async with small_slack() as slack:
        async with joined(slack, socket_mode=socket_mode) as b:
            b.core.screen = replace(SCREEN, language="es")
            await b.ana.dm("hola")
            shown = await slack.message()
        async with joined(slack, socket_mode=socket_mode) as b:
            await b.ana.press(shown, "Write it down")
            assert (await slack.view())["title"]["text"] == "Write it down (es)"


@pytest.mark.asyncio
async def test_a_button_of_the_version_before_opens_its_form_in_english() -> None:
    async with bench() as b:
        await b.ana.dm("hello")
        shown = await b.slack.message()
        for element in shown.elements:
            element.pop("value", None)  # type: ignore[attr-defined]
        await b.ana.press(shown, "Write it down")
        assert (await b.slack.view())["title"]["text"] == "Write it down"
    assert position.language({"action_id": "pick:3:cool_down.hello:note"}) == "en"


@pytest.mark.asyncio
async def test_a_document_comes_as_numbered_messages_and_its_screen_last() -> None:
    async with bench() as b:
        assert await b.adapter.send(exporting(b)) == Sent()
        assert PAGES > 2
        assert whole(b.slack.messages)
        assert {(message.text, message.channel) for message in b.slack.messages} == {(GLANCE, b.ana.im)}
        kinds = {block["text"]["type"] for message in b.slack.messages for block in message.blocks if "text" in block}
        assert kinds == {"plain_text"}


@pytest.mark.asyncio
@pytest.mark.parametrize("page", range(PAGES + 1))
@pytest.mark.parametrize("done", [True, False])
async def test_a_document_that_was_cut_anywhere_is_there_once_and_whole(page: int, done: bool) -> None:
    async with bench(patience=IMPATIENT) as b:
        parcel = exporting(b)
        b.slack.fail_nth("chat.postMessage", page, Fault(cut=True, done=done))
        assert await b.adapter.send(parcel) == Unknown()
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert whole(b.slack.messages)
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert len(b.slack.messages) == PAGES + 1


@pytest.mark.asyncio
async def test_a_document_that_slack_puts_off_in_its_middle_is_not_called_unsent() -> None:
    limited = Fault(status=429, error="ratelimited", retry_after_s=7)
    async with bench() as b:
        parcel = exporting(b)
        b.slack.fail("chat.postMessage", limited)
        assert await b.adapter.send(parcel) == Later(7.0, everyone=True)
        assert b.slack.messages == []
        b.slack.fail_nth("chat.postMessage", 1, limited)
        assert await b.adapter.send(parcel) == Unknown()
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert whole(b.slack.messages)


@pytest.mark.asyncio
async def test_looking_for_a_document_says_that_it_is_there_only_when_its_screen_is() -> None:
    async with bench() as b:
        parcel = exporting(b)
        b.slack.fail_nth("chat.postMessage", PAGES, Fault(cut=True))
        assert await b.adapter.send(parcel) == Unknown()
        assert await b.adapter.send(replace(parcel, again=True, only_look=True)) == Later()
        assert await b.adapter.send(replace(parcel, again=True)) == Sent()
        assert await b.adapter.send(replace(parcel, again=True, only_look=True)) == Sent()


@pytest.mark.asyncio
async def test_a_document_asked_for_elsewhere_goes_to_the_direct_messages_and_its_screen_to_where_they_look() -> None:
    async with bench() as b:
        b.core.screen = WITH_FILE
        await b.ana.command()
        assert await b.core.receipt() == Sent()
        *pages, screen = b.slack.messages
        assert whole(b.slack.messages)
        assert ({page.channel for page in pages}, screen.ephemeral) == ({b.ana.im}, True)


@pytest.mark.asyncio
async def test_a_document_of_an_ephemeral_answer_is_not_sent_twice_when_that_answer_was_cut() -> None:
    async with bench() as b:
        b.core.screen = WITH_FILE
        b.slack.fail("response_url", Fault(cut=True))
        await b.ana.command()
        assert await b.core.receipt() == Unknown()
        handle = b.core.events[0].handle
        again = b.parcel(key="key1", screen=WITH_FILE, handle=handle, again=True)
        for _ in range(2):
            assert await b.adapter.send(again) == Sent()
        *_, screen = b.slack.messages
        assert whole(b.slack.messages)
        assert (len(b.slack.messages), screen.channel) == (PAGES + 1, b.ana.im)


@pytest.mark.asyncio
async def test_a_person_who_closed_their_messages_is_sent_no_document() -> None:
    async with bench() as b:
        b.slack.closed_to_us.add(b.ana.id)
        assert await b.adapter.send(exporting(b)) == Refused("channel_not_found")


@pytest.mark.asyncio
async def test_a_timeline_stands_below_the_words() -> None:
    async with bench() as b:
        await b.adapter.send(b.parcel(screen=replace(SCREEN, timeline=TIMES)))
        message = await b.slack.message()
        assert message.words == f"{SCREEN.text}\n\n{TIMES.text}"
        assert message.text == GLANCE


def test_a_timeline_that_is_too_long_keeps_its_newest_lines_and_says_so() -> None:
    lines = [f"{number}: a talk" for number in range(2_000)]
    message = render.message(replace(SCREEN, timeline=replace(TIMES, text="\n".join(lines))), ENGLISH)
    assert slack_rules.faults_of_message(message.text, message.blocks) == []
    assert not slack_rules.too_long(message.blocks)
    sections = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    seen = "\n".join(sections).removeprefix(f"{SCREEN.text}\n").split("\n")
    assert seen == [ENGLISH["earlier_left_out"], *lines[-len(seen) + 1 :]]
    assert len(seen) > 300
