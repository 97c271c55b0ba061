"""One real process on Slack and Discord at once, killed between a screen and the press on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.kit import debrief
from tests.platforms import discord_kit
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.platforms.slack_kit import small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def platforms() -> AsyncIterator[tuple[SlackServer, DiscordServer, dict[str, str]]]:
    """Both small platforms, and the settings that lead a process to them."""
    async with small_slack() as slack, DiscordServer(discord_kit.TOKEN) as discord:
        settings = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack.api_url,
            "DISCORD_TOKEN": discord_kit.TOKEN,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": str(discord.gateway.url),
        }
        yield slack, discord, settings


async def test_buttons_from_before_kill_9_work_after_it_on_both_platforms(tmp_path: Path) -> None:
    async with platforms() as (slack, discord, settings):
        ana, ann = SlackPerson(slack), Person(discord)
        async with debrief(tmp_path, env=settings) as running:
            await running.up()
            await ana.dm("they let it pass")
            await ann.dm("they let it pass")
            on_slack, on_discord = await slack.message(), await ann.sees_new()
            await running.kill()
        async with debrief(tmp_path, env=settings) as running:
            await running.up()
            await ana.press(on_slack, "Breathe with me")
            await ann.press(on_discord, "Breathe with me")
            heats = [(await slack.message(1)).words, (await ann.sees_new([on_discord])).content]
            assert ["How upset are you right now?" in words for words in heats] == [True, True]
            assert await running.terminate() == 0
        assert "Traceback" not in running.said
        assert "they let it pass" not in running.said


async def test_readiness_ends_when_a_platform_shuts_the_bot_out(tmp_path: Path) -> None:
    async with platforms() as (_, discord, settings), debrief(tmp_path, env=settings) as running:
        await running.up()
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{running.url}/readyz") as answer:
                assert answer.status == 200
            discord.gateway.refuses = 4004
            await discord.gateway.lose()
            await running.says("Discord does not accept DISCORD_TOKEN")
            async with session.get(f"{running.url}/readyz") as answer:
                assert answer.status == 503


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-unknown", "SLACK_BOT_TOKEN"),
        ("DISCORD_TOKEN", discord_kit.TOKEN[:-4] + "zzzz", "DISCORD_TOKEN"),
    ],
)
async def test_an_unknown_token_ends_the_start_with_what_to_do(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    async with platforms() as (_, __, settings), debrief(tmp_path, env={**settings, name: value}) as running:
        assert await running.ended() == 1
    assert said in running.said
    assert "Traceback" not in running.said
    assert value not in running.said


async def test_doctor_asks_both_platforms_and_finds_nothing_to_mend(tmp_path: Path) -> None:
    async with platforms() as (_, __, settings), debrief(tmp_path, "doctor", env=settings) as running:
        assert running.process.stdout is not None
        said = (await running.process.stdout.read()).decode()
        assert await running.ended() == 0, said
    assert "MEND" not in said
    assert "client_id=" in said
    assert not (tmp_path / "data").exists()
