"""The evening and the morning after on Slack: the real core and store, the real slack-bolt, the small Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from bot.skills.when import resolve, tomorrow
from handlers.slack.adapter import PATH, SlackAdapter
from tests.kit import House, Wristwatch, house
from tests.platforms.slack_kit import QUICK, settings, small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import SlackServer
from tests.platforms.slack_world import Posted

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def debrief(slack: SlackServer, path: Path, clock: Wristwatch, *, socket_mode: bool) -> AsyncIterator[House]:
    """Debrief on Slack over the database at `path`; entering again is a restart."""
    async with house(path, clock) as home:
        app = web.Application()
        adapter = SlackAdapter(settings(slack, socket_mode=socket_mode), home.core, app.router, QUICK)
        home.core.serve({adapter.name: adapter})
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        if not socket_mode:
            slack.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        try:
            await adapter.start()
            yield home
        finally:
            await adapter.stop()
            await runner.cleanup()


@dataclass
class Ana:
    """Ana in Slack: she acts on the newest message and reads the next."""

    slack: SlackServer
    person: SlackPerson
    seen: int = 0

    async def next(self) -> Posted:
        message = await self.slack.message(self.seen)
        self.seen += 1
        return message

    async def dm(self, text: str) -> Posted:
        await self.person.dm(text)
        return await self.next()

    async def press(self, message: Posted, button: str) -> Posted:
        delivery = await self.person.press(message, button)
        assert await delivery.ack() == 200
        return await self.next()

    async def pick(self, message: Posted, option: str) -> Posted:
        await self.person.pick(message, option)
        return await self.next()


@pytest.mark.parametrize("socket_mode", [True, False], ids=["socket mode", "signed http"])
async def test_from_the_table_to_the_openers_with_a_restart_in_the_night(tmp_path: Path, socket_mode: bool) -> None:
    clock = Wristwatch(datetime.now(UTC))
    async with small_slack() as slack:
        ana = Ana(slack, SlackPerson(slack, zone="Europe/Lisbon"))
        async with debrief(slack, tmp_path / "d.db", clock, socket_mode=socket_mode):
            hello = await ana.dm("he just laughed along when his sister mocked me")
            assert hello.buttons[:3] == ["Breathe with me", "Steady me", "Write it down for later"]
            heat = await ana.press(hello, "Breathe with me")
            breathe = await ana.pick(heat, "8")
            await ana.person.press(breathe, "Write it down for later")
            form = await slack.view()
            filled = {"What happened": "nobody said a word", "The strongest feeling": "Hurt"}
            assert await (await ana.person.fill(form, filled)).ack() == 200
            noted = await ana.next()
            ask = await ana.pick(await ana.press(noted, "Go on"), "4")
            planned = await ana.press(ask, "Tomorrow morning")
            assert "10:00" in planned.words
        lisbon = ZoneInfo("Europe/Lisbon")
        clock.at = resolve(tomorrow(clock.at, lisbon), time(10, 0), lisbon).at
        async with debrief(slack, tmp_path / "d.db", clock, socket_mode=socket_mode) as home:
            await home.works()
            knock = await ana.next()
            assert (knock.channel, knock.text, knock.words) == (
                ana.person.im,
                "Your check-in, as you asked.",
                "Your check-in, as you asked. Open it when it suits you.",
            )
            assert slack.called("conversations.open") == []
            message = knock
            for button in ("Open it", "I'm calmer now", "I'd feel safe", "Go on", "Find words for a talk"):
                message = await ana.press(message, button)
            message = await ana.pick(message, "Speaking up at once")
            await ana.person.press(message, "Write it")
            await ana.person.fill(await slack.view(1), {"What happened": "when your sister joked about my job"})
            openers = await ana.press(await ana.next(), "Make it plain")
            assert "I felt hurt when your sister joked about my job" in openers.words
        assert len(slack.messages) == ana.seen


async def test_a_press_from_before_a_restart_works_and_a_doubled_one_says_nothing(tmp_path: Path) -> None:
    clock = Wristwatch(datetime.now(UTC))
    async with small_slack() as slack:
        ana = Ana(slack, SlackPerson(slack))
        async with debrief(slack, tmp_path / "d.db", clock, socket_mode=True):
            hello = await ana.dm("they let it pass")
        async with debrief(slack, tmp_path / "d.db", clock, socket_mode=True):
            heat = await ana.press(hello, "Steady me")
            assert await (await ana.person.press(hello, "Steady me")).ack() == 200
            steady = await ana.pick(heat, "6")
            assert "Which is nearest?" in steady.words
        assert len(slack.messages) == ana.seen


async def test_the_command_in_a_channel_is_answered_so_that_only_she_sees_it(tmp_path: Path) -> None:
    async with small_slack() as slack:
        ana = Ana(slack, SlackPerson(slack))
        async with debrief(slack, tmp_path / "d.db", Wristwatch(datetime.now(UTC)), socket_mode=True):
            await ana.person.command("he let it pass", channel="C0GENERAL")
            answer = await ana.next()
            assert (answer.channel, answer.ephemeral, answer.reader) == ("C0GENERAL", True, ana.person.id)
            assert answer.text == "You have a message."


async def test_slacks_own_retry_of_an_event_is_answered_once(tmp_path: Path) -> None:
    async with small_slack() as slack:
        ana = Ana(slack, SlackPerson(slack))
        async with debrief(slack, tmp_path / "d.db", Wristwatch(datetime.now(UTC)), socket_mode=True):
            delivery = await ana.person.dm("they let it pass")
            hello = await ana.next()
            assert await (await slack.deliver_again(delivery)).ack() == 200
            await ana.press(hello, "Breathe with me")
        assert len(slack.messages) == ana.seen
