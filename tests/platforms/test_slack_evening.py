"""The evening and the morning after on Slack: the real content, core and store behind the real slack-bolt."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.kit import Wristwatch
from tests.platforms.slack_kit import evening, small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import SlackServer
from tests.platforms.slack_world import Posted


class Chat:
    """Ana's direct messages, read one after another."""

    def __init__(self, slack: SlackServer) -> None:
        self.slack = slack
        self.ana = SlackPerson(slack)
        self.seen = 0

    async def next(self) -> Posted:
        self.seen += 1
        return await self.slack.message(self.seen - 1)

    async def press(self, shown: Posted, choice: str) -> Posted:
        assert await (await self.ana.press(shown, choice)).ack() == 200
        return await self.next()


@pytest.mark.asyncio
async def test_from_the_table_to_the_morning_after_with_a_restart_in_between(tmp_path: Path) -> None:
    clock = Wristwatch(datetime.now(UTC))
    async with small_slack() as slack:
        chat = Chat(slack)
        async with evening(slack, tmp_path / "debrief.db", clock):
            await chat.ana.dm("he just laughed along when his sister mocked me")
            hello = await chat.next()
            assert len(hello.buttons) == 4
            await (await chat.ana.press(hello, "note")).ack()
            filled = {"What happened": "At dinner, <again> & *loud*", "The strongest feeling": "Hurt"}
            await (await chat.ana.fill(await slack.view(), filled)).ack()
            kept = await chat.next()
            offer = await chat.press(kept, "on")
            planned = await chat.press(offer, "morning")
            assert "10:00" in planned.words
        async with evening(slack, tmp_path / "debrief.db", clock) as core:
            tomorrow_noon = datetime.now(ZoneInfo(chat.ana.zone)).replace(hour=12) + timedelta(days=1)
            clock.at = tomorrow_noon.astimezone(UTC)
            await core.work()
            knock = await chat.next()
            assert (knock.channel, knock.ephemeral, knock.text) == (chat.ana.im, False, "Your check-in, as you asked.")
            await core.work()
            calm = await chat.press(knock, "open")
            assert "calm" in calm.words
            assert len(slack.messages) == chat.seen


@pytest.mark.asyncio
async def test_a_check_in_whose_answer_was_cut_off_is_not_sent_twice(tmp_path: Path) -> None:
    clock = Wristwatch(datetime.now(UTC))
    async with small_slack() as slack:
        chat = Chat(slack)
        async with evening(slack, tmp_path / "debrief.db", clock) as core:
            await chat.ana.command(channel="C0LUNCH")
            hello = await chat.next()
            assert (hello.channel, hello.ephemeral) == ("C0LUNCH", True)
            await (await chat.ana.press(hello, "note")).ack()
            await (await chat.ana.fill(await slack.view(), {"What happened": "x"})).ack()
            kept = await slack.until(lambda: next((m for m in slack.messages if m is not hello), None))
            assert kept.ephemeral
