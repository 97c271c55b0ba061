"""A round trip on Discord: Debrief (triage, engine, two commits at FULL) against a bare discord.py echo."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.discord import discord
from benchmarks.figures import Effort, Figure
from benchmarks.processes import child, unpaced
from benchmarks.trips import Bot, compare
from bot.app import load_content


async def measure(effort: Effort) -> Sequence[Figure]:
    return await compare("Discord round trip", _floor(), _ours(), effort)


@asynccontextmanager
async def _floor() -> AsyncIterator[Bot]:
    async with (
        discord(load_content()) as chat,
        child("-m", "benchmarks.floors.discord_echo", until="up", env=chat.env(), folder=Path.cwd()) as process,
    ):
        yield Bot(chat, process)


@asynccontextmanager
async def _ours() -> AsyncIterator[Bot]:
    with TemporaryDirectory() as folder:
        async with discord(load_content()) as chat, unpaced(Path(folder), chat.env()) as process:
            yield Bot(chat, process)
