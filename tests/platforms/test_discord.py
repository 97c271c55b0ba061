"""Conversations on Discord, through the real discord.py and a small Discord of our own."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.model import ChoicePicked, CommandInvoked, FormSubmitted, Menu, MessageReceived, Option, Screen
from bot.runtime.ports import Sent
from tests.platforms import discord_kit as kit
from tests.platforms.discord_answers import DEFERRED_MESSAGE, DEFERRED_UPDATE, MESSAGE, MODAL, UPDATE
from tests.platforms.discord_kit import FakeCore, connected
from tests.platforms.discord_person import Person
from tests.platforms.discord_rules import SILENT, SUPPRESS_EMBEDS
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import SERVER

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(kit.TOKEN) as server:
        yield server
        assert server.refusals == []


async def test_a_direct_message_is_answered_in_the_same_conversation_without_a_notification(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        written = await ann.dm("he just laughed along")
        answer = await ann.sees_new()
    event = core.events[0]
    assert isinstance(event, MessageReceived)
    assert (event.text, event.delivery_id) == ("he just laughed along", str(written.id))
    assert (event.person.platform, event.person.workspace, event.person.user) == ("discord", "", str(ann.id))
    assert (event.zone, event.handle) == ("", None)
    assert answer.buttons == ["Breathe with me", "Write it down", "I need safety help"]
    assert (answer.channel, answer.content, answer.silent, answer.ephemeral) == (
        ann.dm_channel,
        "Screen 1",
        True,
        False,
    )
    assert (answer.sent["allowed_mentions"], answer.flags) == ({"parse": []}, SUPPRESS_EMBEDS | SILENT)


async def test_what_others_write_is_not_heard(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    async with connected(discord, core):
        said = await ann.dm("for the bot")
        await discord.until(lambda: core.receipts)
        in_a_server = {**said.payload(), "id": "1", "guild_id": str(SERVER)}
        by_a_bot = {**said.payload(), "id": "2", "author": {**said.payload()["author"], "bot": True}}
        a_call = {**said.payload(), "id": "3", "type": 3}
        in_an_unknown_server = {**said.payload(), "id": "4", "guild_id": "17"}
        for payload in (in_a_server, by_a_bot, a_call, in_an_unknown_server):
            await discord.gateway.dispatch("MESSAGE_CREATE", payload)
        await ann.dm("again for the bot")
        await discord.until(lambda: len(core.receipts) == 2)
    assert [event.text for event in core.events if isinstance(event, MessageReceived)] == [
        "for the bot",
        "again for the bot",
    ]


async def test_the_command_in_a_server_is_answered_so_that_only_they_see_it(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        asked = await ann.command("server", "she sided with them")
        answer = await ann.sees_new()
    event = core.events[0]
    assert isinstance(event, CommandInvoked)
    assert (event.text, event.locale, event.delivery_id) == ("she sided with them", "en-GB", str(asked.id))
    assert (answer.ephemeral, asked.answer) == (True, MESSAGE)
    assert core.receipts == [Sent()]


async def test_the_command_in_a_group_chat_is_answered_so_that_only_they_see_it(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await ann.command("group")
        assert (await ann.sees_new()).ephemeral


async def test_the_command_in_the_bots_own_conversation_is_answered_by_a_message_that_stays(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await ann.command("dm")
        answer = await ann.sees_new()
    assert (answer.ephemeral, answer.silent) == (False, True)


async def test_nothing_is_acknowledged_before_it_is_durable(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        core.open.clear()
        asked = await ann.command("server")
        await discord.until(lambda: core.taking)
        assert discord.asked("POST", "/callback") == 0
        core.open.set()
        await ann.sees_new()
        assert asked.answer == MESSAGE


@pytest.mark.parametrize(("where", "ephemeral"), [("server", True), ("dm", False)])
async def test_a_command_that_takes_long_is_put_off_and_then_answered_in_the_same_place(
    discord: DiscordServer, core: FakeCore, ann: Person, where: str, ephemeral: bool
) -> None:
    async with connected(discord, core, defer_after_s=0.01):
        core.open.clear()
        asked = await ann.command("server" if where == "server" else "dm")
        await discord.until(lambda: asked.answer == DEFERRED_MESSAGE)
        core.open.set()
        answer = await ann.sees_new()
    assert (answer.content, answer.ephemeral) == ("Screen 1", ephemeral)
    assert len(ann.sees()) == 1


async def test_a_press_on_an_answer_in_a_server_shows_the_next_screen_in_its_place(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await ann.command("server")
        answer = await ann.sees_new()
        press = await ann.press(answer, "Breathe with me")
        await discord.until(lambda: answer.content == "Screen 2")
    event = core.events[1]
    assert isinstance(event, ChoicePicked)
    assert (event.step, event.visit, event.choice) == ("test.step1", 1, "breathe")
    assert (press.answer, len(ann.sees())) == (UPDATE, 1)


async def test_a_press_in_a_direct_message_takes_its_buttons_off_and_keeps_its_words(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await ann.dm("hello")
        first = await ann.sees_new()
        await ann.press(first, "Breathe with me")
        second = await ann.sees_new([first])
    assert (first.content, first.buttons, second.content) == ("Screen 1", [], "Screen 2")
    assert core.parcels[1].handle is None


async def test_a_press_that_takes_long_is_acknowledged_in_time(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core, defer_after_s=0.01):
        await ann.dm("hello")
        first = await ann.sees_new()
        core.open.clear()
        press = await ann.press(first, "Breathe with me")
        await discord.until(lambda: press.answer == DEFERRED_UPDATE)
        core.open.set()
        await ann.sees_new([first])
    assert (first.content, first.buttons) == ("Screen 1", [])


async def test_a_button_from_before_a_restart_works(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    async with connected(discord, core):
        await ann.command("server")
        answer = await ann.sees_new()
    later = FakeCore(discord)
    async with connected(discord, later):
        await ann.press(answer, "I need safety help")
        await discord.until(lambda: later.receipts)
    event = later.events[0]
    assert isinstance(event, ChoicePicked)
    assert (event.step, event.visit, event.choice) == ("test.step1", 1, "safety")


async def test_a_doubled_press_says_nothing_twice(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    async with connected(discord, core):
        await ann.dm("hello")
        first = await ann.sees_new()
        presses = [await ann.press(first, "Breathe with me"), await ann.press(first, "Breathe with me")]
        await discord.until(lambda: all(press.answer for press in presses))
        await discord.until(lambda: len(core.receipts) == 2)
    assert sorted(press.answer for press in presses) == [DEFERRED_UPDATE, UPDATE]
    assert [message.content for message in ann.sees()] == ["Screen 1", "Screen 2"]


@pytest.mark.parametrize("slow", [False, True])
async def test_a_command_that_gets_no_answer_leaves_nothing_behind(
    discord: DiscordServer, core: FakeCore, ann: Person, slow: bool
) -> None:
    async with connected(discord, core, defer_after_s=0.01 if slow else 15.0):
        core.silent = True
        if slow:
            core.open.clear()
        asked = await ann.command("server")
        if slow:
            await discord.until(lambda: asked.answer)
            core.open.set()
        await discord.until(lambda: discord.asked("DELETE", "@original"))
    assert ann.sees() == []


async def test_a_form_opens_without_a_turn_and_comes_back_filled(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await ann.command("server")
        answer = await ann.sees_new()
        opened = await ann.press(answer, "Write it down")
        await discord.until(lambda: opened.answer == MODAL)
        assert len(core.taking) == 1
        told = {"What happened": "a joke about my job", "The strongest feeling": "Alone", "How hot is it": "10 of 10"}
        await ann.fill(opened, told)
        await discord.until(lambda: answer.content == "Screen 2")
    event = core.events[1]
    assert isinstance(event, FormSubmitted)
    assert (event.step, event.visit, event.choice) == ("test.step1", 1, "note")
    assert event.values == {"happened": "a joke about my job", "feeling": "alone", "heat": "10", "when": ""}


async def test_a_form_that_was_open_during_a_restart_still_comes_back(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await ann.dm("hello")
        first = await ann.sees_new()
        opened = await ann.press(first, "Write it down")
        await discord.until(lambda: opened.modal)
    later = FakeCore(discord)
    async with connected(discord, later):
        await ann.fill(opened, {"The strongest feeling": "Hurt", "How hot is it": "3 of 10"})
        await ann.sees_new([first])
    assert isinstance(later.events[0], FormSubmitted)
    assert first.buttons == []


async def test_a_picked_option_comes_back_as_a_choice(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    countries = Menu("Country", tuple(Option(f"c{number}", f"Country {number}") for number in range(60)))
    core.answer = lambda number: kit.screen(number, menu=countries)
    async with connected(discord, core):
        await ann.dm("settings")
        first = await ann.sees_new()
        assert len(first.options) == 60
        await ann.pick(first, "Country 42")
        await ann.sees_new([first])
    event = core.events[1]
    assert isinstance(event, ChoicePicked)
    assert (event.choice, event.visit) == ("c42", 1)


async def test_a_turn_that_fails_is_one_persons_failure_and_they_are_told_to_send_it_again(
    discord: DiscordServer, core: FakeCore, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(number: int) -> Screen:
        raise RuntimeError(f"{number} words of somebody")

    async with connected(discord, core):
        core.answer = broken
        await ann.dm("hello")
        first = await ann.sees_new()
        await ann.command("server")
        second = await ann.sees_new([first])
        core.answer = kit.screen
        await ann.dm("hello again")
        third = await ann.sees_new([first, second])
    assert [first.content, second.content] == [core.apology("en-GB"), core.apology("")]
    assert (first.silent, second.ephemeral, third.content) == (True, True, "Screen 3")
    assert "An event from Discord was not taken: RuntimeError at" in caplog.text
    assert "words of somebody" not in caplog.text


async def test_an_interaction_that_nobody_answered_in_time_is_not_a_crash(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        core.open.clear()
        await ann.command("server")
        await discord.until(lambda: core.taking)
        discord.skip(timedelta(seconds=4))
        core.open.set()
        await discord.until(lambda: core.receipts)
    assert {refusal.code for refusal in discord.refusals} == {10062}
    discord.refusals.clear()
