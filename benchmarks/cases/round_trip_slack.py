"""A round trip on Slack, Socket Mode: Debrief (triage, engine, two commits at FULL) against a bare slack-bolt echo."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Effort, Figure
from benchmarks.processes import child, unpaced
from benchmarks.slack import slack
from benchmarks.trips import Bot, compare
from bot.app import load_content


async def measure(effort: Effort) -> Sequence[Figure]:
    return await compare("Slack round trip", _floor(), _ours(), effort)


@asynccontextmanager
async def _floor() -> AsyncIterator[Bot]:
    async with (
        slack(load_content()) as chat,
        child("-m", "benchmarks.floors.slack_echo", until="up", env=chat.env(), folder=Path.cwd()) as process,
    ):
        yield Bot(chat, process)


@asynccontextmanager
async def _ours() -> AsyncIterator[Bot]:
    with TemporaryDirectory() as folder:
        async with slack(load_content()) as chat, unpaced(Path(folder), chat.env()) as process:
            yield Bot(chat, process)
