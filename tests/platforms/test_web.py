"""The playground's adapter, spoken to over a real socket."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError

from bot.model import RESUME, ChoicePicked, CommandInvoked, FormSubmitted, MessageReceived, Person
from bot.runtime.ports import Later, Plug, Unknown
from handlers.web import plug, render
from tests.platforms.web_kit import COUNTRIES, FEELINGS, ME, SmallCore, page, playground, screen


@pytest.mark.asyncio
async def test_a_page_with_nothing_to_show_is_told_where_the_conversation_stands() -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as me:
        hello = await me.hello(fresh=True)
        shown = await me.sees()
        assert shown["step"] == "test.hello"
        assert [frame["type"] for frame in me.heard] == ["clock", "taken", "screen"]
        await core.until_sent(1)
    (event,) = core.events
    assert isinstance(event, ChoicePicked)
    assert (event.delivery_id, event.choice, event.locale, event.zone) == (hello, RESUME, "en-GB", "")
    assert event.person == Person("web", "", ME)


@pytest.mark.asyncio
async def test_a_page_that_has_its_transcript_is_told_nothing_new() -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as me:
        await me.hello()
        await me.hears("taken")
        assert core.events == []
        assert [frame["type"] for frame in me.heard] == ["clock", "taken"]


@pytest.mark.asyncio
async def test_every_kind_of_frame_becomes_its_event() -> None:
    core = SmallCore()
    pressed = {"step": "test.hello", "visit": 3, "choice": "note"}
    async with playground(core) as ground, page(ground) as me:
        await me.hello()
        for frame in (
            {"type": "said", "text": "he laughed along"},
            {"type": "command", "text": "note"},
            {"type": "picked", **pressed},
            {"type": "submitted", **pressed, "values": {"happened": "a joke", "feeling": "hurt"}},
        ):
            await me.send(**frame)
            await me.sees()
    said, command, picked, submitted = core.events
    assert isinstance(said, MessageReceived)
    assert said.text == "he laughed along"
    assert isinstance(command, CommandInvoked)
    assert command.text == "note"
    assert isinstance(picked, ChoicePicked)
    assert (picked.step, picked.visit, picked.choice) == ("test.hello", 3, "note")
    assert isinstance(submitted, FormSubmitted)
    assert submitted.values == {"happened": "a joke", "feeling": "hurt"}
    assert {event.zone for event in core.events} == {""}


@pytest.mark.asyncio
async def test_a_frame_is_acknowledged_only_after_it_is_stored() -> None:
    core = SmallCore()
    async with playground(core) as ground:
        core.broken = True
        async with page(ground) as me:
            await me.hello()
            frame = await me.send(type="said", text="keep this")
            async with asyncio.timeout(10):
                while (message := await me.socket.receive()).type is WSMsgType.TEXT:
                    assert json.loads(message.data).get("id") != frame
            assert me.socket.close_code == 1011
        core.broken = False
        async with page(ground) as me:
            await me.hello()
            await me.send(type="said", text="keep this", id=frame)
            await me.hears("screen")
            assert frame in [each.get("id") for each in me.heard if each["type"] == "taken"]
    assert [event.delivery_id for event in core.events] == [frame]


@pytest.mark.asyncio
async def test_a_frame_sent_again_after_a_cut_is_one_delivery() -> None:
    core = SmallCore()
    async with playground(core) as ground:
        async with page(ground) as me:
            await me.hello()
            frame = await me.send(type="said", text="once")
            await me.sees()
        async with page(ground) as me:
            await me.hello()
            await me.send(type="said", text="once", id=frame)
            await me.hears("taken")
            assert (await me.hears("taken"))["id"] == frame
    assert len(core.events) == 1


@pytest.mark.asyncio
async def test_a_message_to_a_closed_page_waits_and_is_shown_when_the_page_opens() -> None:
    core = SmallCore()
    async with playground(core) as ground:
        receipt = await core.deliver(core.parcel(Person("web", "", ME)))
        assert isinstance(receipt, Later)
        assert receipt.after_s > 60
        async with page(ground) as me:
            await me.hello(fresh=True)
            await me.sees()
            await core.until_sent(1)
            await me.hears("taken")
    assert core.arrivals == [Person("web", "", ME)]
    assert core.events == [], "what waited was shown, so the page did not ask where things stand"


@pytest.mark.asyncio
async def test_a_screen_that_no_page_confirms_has_an_unknown_ending() -> None:
    core = SmallCore()
    async with playground(core, shown_wait_s=0.05) as ground, page(ground) as me:
        await me.hello()
        await me.hears("taken")
        assert isinstance(await core.deliver(core.parcel(Person("web", "", ME))), Unknown)


@pytest.mark.asyncio
async def test_a_page_that_goes_away_ends_the_wait_at_once_and_gets_the_same_key_again() -> None:
    core = SmallCore()
    async with playground(core, shown_wait_s=60) as ground:
        async with page(ground) as me:
            await me.hello()
            await me.send(type="said", text="hello")
            key = (await me.hears("screen"))["key"]
        await core.until(lambda: core.receipts != [])
        assert isinstance(core.receipts[0], Unknown)
        async with page(ground) as me:
            await me.hello()
            assert (await me.sees())["key"] == key
            await core.until_sent(1)


@pytest.mark.asyncio
async def test_two_pages_of_one_person_both_show_it_and_others_do_not() -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as one, page(ground) as two, page(ground) as other:
        await one.hello()
        await two.hello()
        await other.send(type="hello", person=str(uuid4()))
        for each in (one, two, other):
            await each.hears("taken")
        await one.send(type="said", text="hello")
        first = await one.sees()
        assert (await two.sees())["key"] == first["key"]
        await core.until_sent(1)
        await other.send(type="shown", key="nothing")
        await other.send(type="said", text="")
        await other.hears("screen")
        assert "hello" not in json.dumps(other.heard[:-1])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "text", ["a" * 4_000, "б" * 20_000, "\n" * 20_000, "🙂" * 20_000, "<b>&amp;</b> @here", "\u2028"]
)
async def test_text_of_any_length_and_script_arrives_whole(text: str) -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as me:
        await me.hello()
        await me.socket.send_str(json.dumps({"type": "said", "id": str(uuid4()), "text": text}, ensure_ascii=False))
        await me.sees()
    (event,) = core.events
    assert isinstance(event, MessageReceived)
    assert event.text == text


@pytest.mark.asyncio
async def test_skipping_the_clock_tells_every_page_the_new_time() -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as one, page(ground) as two:
        await one.hello()
        await two.hello()
        before = (await two.hears("clock"))["now"]
        await two.hears("taken")
        await one.send(type="skip", seconds=86_400)
        after = (await two.hears("clock"))["now"]
    assert core.ahead == timedelta(days=1)
    assert 86_400_000 <= after - before < 86_460_000


@pytest.mark.asyncio
async def test_a_clock_that_cannot_move_says_so() -> None:
    core = SmallCore()
    core.movable = False
    async with playground(core) as ground, page(ground) as me:
        await me.hello()
        await me.send(type="skip", seconds=60)
        assert (await me.hears("fault"))["why"] == "clock_fixed"


@pytest.mark.asyncio
async def test_a_server_that_stops_lets_no_page_in_and_leaves_nothing_running() -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as me:
        await me.hello()
        await me.hears("taken")
        assert core.platform
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(core.platform.stop())
            assert (await me.socket.receive()).type is WSMsgType.CLOSE
        assert isinstance(await core.platform.send(core.parcel(Person("web", "", ME))), Later)
        async with ClientSession() as session:
            with pytest.raises(WSServerHandshakeError) as refused:
                await session.ws_connect(f"{ground.address}/ws", origin=ground.address)
        assert refused.value.status == 503


def test_menus_take_the_shape_that_suits_their_options() -> None:
    core = SmallCore()
    shapes = {}
    for step in ("heat", "feel", "country"):
        core.go(step)
        shapes[step] = json.loads(render.screen(core.parcel(Person("web", "", ME))))["menu"]["as"]
    assert shapes == {"heat": "scale", "feel": "buttons", "country": "list"}


def test_a_screen_carries_its_forms_and_its_words_untouched() -> None:
    core = SmallCore()
    shown = json.loads(render.screen(core.parcel(Person("web", "", ME), screen("hello", '<i>"Ü"</i>\n\n@all'))))
    assert shown["text"] == '<i>"Ü"</i>\n\n@all'
    form = json.loads(render.screen(core.parcel(Person("web", "", ME))))["choices"][2]["form"]
    assert [field["as"] for field in form["fields"]] == ["paragraph", "sentence", "list", "radios", "when"]
    assert len(form["fields"][2]["options"]) == len(FEELINGS)
    assert len(COUNTRIES) == 38


def test_the_playground_is_what_opens_when_nothing_else_is_set_up() -> None:
    checked: Plug = plug
    settings = checked.settings()
    assert plug.fallback
    assert not checked.configured(settings)
    assert checked.faults(settings) == []
