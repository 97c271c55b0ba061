"""Discord beyond a conversation: languages, a document as a file, a timeline in lines."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from bot.model import RESUME, Choice, Document, Mark, Screen, Timeline
from bot.runtime.ports import Sent, Unknown
from handlers.discord import position, render
from handlers.discord.position import Position
from tests.platforms import discord_kit as kit
from tests.platforms.discord_answers import DEFERRED_MESSAGE
from tests.platforms.discord_kit import FakeCore, connected
from tests.platforms.discord_person import Person
from tests.platforms.discord_rules import shown
from tests.platforms.discord_server import DiscordServer
from tests.platforms.words import ENGLISH, words

FILE = Document("debrief.txt", "A note.\n\nWritten on a Friday, über alles.\n")
MARKS = (Mark(date(2026, 10, 3), "alone", "With family"),)
TIMES = Timeline("Since October", MARKS, "3 Oct: alone in it\n9 Oct: a *talk*")


def with_file(number: int) -> Screen:
    return replace(kit.screen(number), document=FILE)


def in_spanish(number: int) -> Screen:
    return replace(kit.screen(number), language="es")


@pytest.mark.asyncio
async def test_a_form_comes_in_the_language_of_its_screen_also_after_a_restart(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    core.answer = in_spanish
    async with connected(discord, core):
        await ann.dm("hola")
        answer = await ann.sees_new()
    async with connected(discord, core):
        opened = await ann.press(answer, "Write it down")
        await discord.until(lambda: opened.modal)
    assert opened.modal is not None
    assert opened.modal["title"] == "Write it down (es)"


def test_a_button_of_the_version_before_opens_its_form_in_english() -> None:
    assert position.read("d1|test.step1|3|note|f|") == Position("test.step1", 3, "note", form=True, language="en")
    assert position.write(Position("test.step1", 3, "note", form=True)) == "d1|test.step1|3|note|f|"
    for language in ("es", "pt_BR"):
        spoken = Position("test.step1", 3, "note", form=True, language=language)
        assert position.read(position.write(spoken)) == spoken


@pytest.mark.asyncio
async def test_the_command_is_described_in_every_language_and_registered_again_only_when_that_differs(
    discord: DiscordServer, core: FakeCore
) -> None:
    for _ in range(2):
        async with connected(discord, core):
            pass
    assert discord.registrations == 1
    spanish = words("es")
    command = discord.commands[0]
    assert command["description"] == ENGLISH["command"]
    assert command["description_localizations"] == dict.fromkeys(("es-ES", "es-419"), spanish["command"])
    option = command["options"][0]
    assert option["description_localizations"] == dict.fromkeys(("es-ES", "es-419"), spanish["command_text"])
    command["description_localizations"] = {"es-ES": "Otra cosa"}
    async with connected(discord, core):
        pass
    assert discord.registrations == 2


@pytest.mark.asyncio
async def test_who_could_not_be_answered_is_told_in_their_own_language(discord: DiscordServer, core: FakeCore) -> None:
    def broken(number: int) -> Screen:
        raise RuntimeError(str(number))

    core.answer = broken
    eva = Person(discord, locale="es-419")
    async with connected(discord, core):
        await eva.command("server")
        assert (await eva.sees_new()).content == core.apology("es")


@pytest.mark.asyncio
@pytest.mark.parametrize("where", ["server", "dm"])
async def test_a_document_comes_with_the_answer_as_a_file(
    discord: DiscordServer, core: FakeCore, ann: Person, where: str
) -> None:
    core.answer = with_file
    async with connected(discord, core):
        await ann.command("server" if where == "server" else "dm")
        answer = await ann.sees_new()
    assert answer.files == {FILE.name: FILE.text}
    assert (answer.ephemeral, answer.content) == (where == "server", "Screen 1")
    assert answer.buttons[-1] == "I need safety help"
    assert discord.refusals == []


@pytest.mark.asyncio
async def test_a_document_comes_with_an_answer_that_was_put_off(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    core.answer = with_file
    async with connected(discord, core, defer_after_s=0.01):
        core.open.clear()
        asked = await ann.command("server")
        await discord.until(lambda: asked.answer == DEFERRED_MESSAGE)
        core.open.set()
        assert (await ann.sees_new()).files == {FILE.name: FILE.text}


@pytest.mark.asyncio
async def test_a_press_brings_a_document_in_place_and_the_next_screen_takes_it_away(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await ann.command("server")
        answer = await ann.sees_new()
        core.answer = with_file
        await ann.press(answer, "Breathe with me")
        await discord.until(lambda: answer.files)
        core.answer = kit.screen
        await ann.press(answer, "Breathe with me")
        await discord.until(lambda: answer.content == "Screen 3")
    assert (answer.files, len(ann.sees())) == ({}, 1)


@pytest.mark.asyncio
async def test_a_document_in_a_direct_message_stays_when_its_screen_was_answered(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    core.answer = with_file
    async with connected(discord, core):
        await ann.dm("export")
        answer = await ann.sees_new()
        core.answer = kit.screen
        await ann.press(answer, "Breathe with me")
        await ann.sees_new([answer])
    assert (answer.files, answer.buttons, answer.silent) == ({FILE.name: FILE.text}, [], True)


@pytest.mark.asyncio
@pytest.mark.parametrize("passed", [timedelta(), timedelta(minutes=5)])
@pytest.mark.parametrize("accepted", [True, False])
async def test_a_document_whose_sending_was_cut_is_there_once(
    discord: DiscordServer, impatient: FakeCore, ann: Person, passed: timedelta, accepted: bool
) -> None:
    parcel = replace(await kit.knock(impatient, ann), check_in=0, screen=with_file(1))
    discord.fault("POST", "/messages", "cut", accepted=accepted)
    assert await impatient.send(parcel) == Unknown()
    discord.skip(passed)
    assert await impatient.send(replace(parcel, again=True)) == Sent()
    assert [message.files for message in ann.sees()] == [{FILE.name: FILE.text}]


@pytest.mark.asyncio
async def test_an_ephemeral_document_whose_sending_was_cut_is_there_once(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    core.answer = with_file
    async with connected(discord, core):
        discord.fault("POST", "/callback", "cut")
        await ann.command("server")
        await discord.until(lambda: core.receipts)
        again = replace(core.parcels[0], again=True)
        assert await core.send(again) == Sent()
    assert [message.files for message in ann.sees()] == [{FILE.name: FILE.text}]


@pytest.mark.asyncio
async def test_a_timeline_stands_below_the_words_but_never_on_a_lock_screen(
    discord: DiscordServer, impatient: FakeCore, ann: Person
) -> None:
    knock = await kit.knock(impatient, ann)
    timed = replace(knock.screen, timeline=TIMES)
    await impatient.send(replace(knock, screen=timed))
    await impatient.send(replace(knock, key="second", check_in=0, screen=timed))
    waiting = replace(timed, choices=(Choice(RESUME, "Open it"),))
    await impatient.send(replace(knock, key="third", check_in=0, screen=waiting))
    below = f"{knock.screen.text}\n\n{TIMES.text}"
    assert [shown(message.content) for message in ann.sees()] == [kit.GLANCE, below, kit.GLANCE]


def test_a_timeline_that_is_too_long_keeps_its_newest_lines_and_says_so() -> None:
    lines = [f"{number}: a talk, with _family_" for number in range(300)]
    screen = replace(kit.screen(1, "a" * 1_800), timeline=replace(TIMES, text="\n".join(lines)))
    seen = shown(render.content(screen, ENGLISH)).split("\n")
    assert seen[:3] == ["a" * 1_800, "", ENGLISH["earlier_left_out"]]
    assert seen[3:] == lines[-len(seen[3:]) :]
    assert len(seen[3:]) >= 4
