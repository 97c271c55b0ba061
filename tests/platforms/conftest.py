"""One browser for each file of page tests, and the small Discord with somebody on it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.platforms import discord_kit as kit
from tests.platforms.discord_kit import IMPATIENT_S, FakeCore, connected
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.platforms.page_kit import ARGUMENTS, CHROMIUM


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(kit.TOKEN) as server:
        yield server


@pytest_asyncio.fixture
async def core(discord: DiscordServer) -> FakeCore:
    return FakeCore(discord)


@pytest_asyncio.fixture
async def impatient(discord: DiscordServer) -> AsyncIterator[FakeCore]:
    """For a Discord that does not answer."""
    core = FakeCore(discord)
    async with connected(discord, core, request_s=IMPATIENT_S):
        yield core


@pytest_asyncio.fixture
async def ann(discord: DiscordServer) -> Person:
    return Person(discord)
