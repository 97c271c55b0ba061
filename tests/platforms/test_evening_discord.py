"""The evening and the morning after on Discord: the real core and store, the real discord.py, the small Discord."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.skills.when import resolve, tomorrow
from handlers.discord.adapter import DiscordAdapter
from tests.kit import House, house
from tests.platforms import discord_kit as kit
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import Message

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def debrief(discord: DiscordServer, path: Path) -> AsyncIterator[House]:
    """Debrief on Discord over the database at `path`; entering again is a restart."""
    async with house(path, discord) as home:
        adapter = DiscordAdapter(kit.settings(discord), home.core)
        home.core.serve({adapter.name: adapter})
        await adapter.start()
        try:
            yield home
        finally:
            await adapter.stop()


@dataclass
class Ann:
    """Ann in her direct messages: she acts on the newest message and reads the next."""

    discord: DiscordServer
    person: Person
    seen: list[Message] = field(default_factory=list)

    async def next(self) -> Message:
        message = await self.person.sees_new(self.seen)
        self.seen.append(message)
        return message

    async def dm(self, text: str) -> Message:
        await self.person.dm(text)
        return await self.next()

    async def press(self, message: Message, button: str) -> Message:
        await self.person.press(message, button)
        return await self.next()

    async def pick(self, message: Message, option: str) -> Message:
        await self.person.pick(message, option)
        return await self.next()

    async def fill(self, message: Message, button: str, values: dict[str, str]) -> Message:
        opened = await self.person.press(message, button)
        await self.discord.until(lambda: opened.modal)
        await self.person.fill(opened, values)
        return await self.next()


async def test_from_the_table_to_the_openers_with_a_restart_in_the_night(tmp_path: Path) -> None:
    async with DiscordServer(kit.TOKEN) as discord:
        ann = Ann(discord, Person(discord))
        async with debrief(discord, tmp_path / "d.db"):
            hello = await ann.dm("he just laughed along when his sister mocked me")
            assert hello.buttons[:3] == ["Breathe with me", "Steady me", "Write it down for later"]
            breathe = await ann.pick(await ann.press(hello, "Breathe with me"), "8")
            note = {"What happened": "nobody said a word", "The strongest feeling": "Hurt"}
            noted = await ann.fill(breathe, "Write it down for later", note)
            ask = await ann.pick(await ann.press(noted, "Go on"), "4")
            clock = await ann.press(ask, "Tomorrow morning")
            assert "What time is it for you now?" in clock.content
            planned = await ann.fill(clock, "Write the time", {"What time is it for you now": "London"})
            assert "10:00" in planned.content
        london = ZoneInfo("Europe/London")
        morning = resolve(tomorrow(discord.now(), london), time(10, 5), london).at
        discord.skip(morning - discord.now())
        async with debrief(discord, tmp_path / "d.db") as home:
            await home.works()
            message = await ann.next()
            assert message.content == "Your check-in, as you asked."
            assert not message.silent
            assert discord.asked("POST", "/users/@me/channels") == 0
            for button in ("Open it", "I'm calmer now", "I'd feel safe", "Go on", "Find words for a talk"):
                message = await ann.press(message, button)
            message = await ann.pick(message, "Speaking up at once")
            message = await ann.fill(message, "Write it", {"What happened": "when your sister joked about my job"})
            openers = await ann.press(message, "Make it plain")
            assert "I felt hurt when your sister joked about my job" in openers.content
        assert len(ann.person.sees()) == len(ann.seen)
        assert discord.refusals == []


async def test_a_press_from_before_a_restart_works_and_a_doubled_one_says_nothing(tmp_path: Path) -> None:
    async with DiscordServer(kit.TOKEN) as discord:
        ann = Ann(discord, Person(discord))
        async with debrief(discord, tmp_path / "d.db"):
            hello = await ann.dm("they let it pass")
            on_her_screen = deepcopy(hello)
        async with debrief(discord, tmp_path / "d.db"):
            heat = await ann.press(hello, "Steady me")
            await ann.person.press(on_her_screen, "Steady me")
            steady = await ann.pick(heat, "6")
            assert "Which is nearest?" in steady.content
        assert len(ann.person.sees()) == len(ann.seen)


async def test_the_command_in_a_server_is_answered_so_that_only_she_sees_it(tmp_path: Path) -> None:
    async with DiscordServer(kit.TOKEN) as discord:
        ann = Ann(discord, Person(discord))
        async with debrief(discord, tmp_path / "d.db"):
            await ann.person.command("server", "he let it pass")
            answer = await ann.next()
            assert answer.ephemeral
            await ann.person.press(answer, "Breathe with me")
            await discord.until(lambda: "How upset are you right now?" in answer.content)
        assert len(ann.person.sees()) == 1
