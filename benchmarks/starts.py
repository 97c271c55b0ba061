"""`debrief run` as it is started, and beside it a process that only imports the two platforms' libraries."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from benchmarks.discord import discord
from benchmarks.processes import Child, child
from benchmarks.slack import slack
from bot.app import load_content

FLOOR = "floor: importing discord, slack_bolt and slack_sdk"
PLAYGROUND: Mapping[str, str] = {}


def libraries() -> AbstractAsyncContextManager[Child]:
    return child("-m", "benchmarks.floors.libraries", until="up", env={}, folder=Path.cwd())


@asynccontextmanager
async def both_platforms() -> AsyncIterator[Mapping[str, str]]:
    """The settings for Slack and Discord, which answer for as long as this is open."""
    content = load_content()
    async with slack(content) as one, discord(content) as other:
        yield {**one.env(), **other.env()}
