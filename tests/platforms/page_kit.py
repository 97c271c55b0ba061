"""A person's browser at the playground, for the page's tests."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.platforms.web_kit import SmallCore, playground

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}

NEEDS_BROWSER = pytest.mark.skipif(
    CHROMIUM is None, reason="no browser: install Chromium (apt-get install chromium) to test the page"
)


class Visit:
    """One person's browser at the playground."""

    def __init__(
        self, page: Page, core: SmallCore, stop: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[None]]
    ) -> None:
        self.page, self.core, self.stop_server, self.start_server = page, core, stop, start
        self.words = page.get_by_label("Write to Debrief")
        self.log = page.get_by_role("log")

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    async def say(self, text: str) -> None:
        await self.words.fill(text)
        await self.words.press("Enter")

    async def show(self, step: str) -> None:
        """Have the core put a screen on the page by itself, as a check-in would."""
        self.core.go(step)
        parcel = self.core.parcel(self.core.events[0].person)
        await self.core.deliver(parcel)


@asynccontextmanager
async def visit(browser: Browser, **context: Any) -> AsyncIterator[Visit]:
    core = SmallCore()
    async with playground(core) as ground:
        opened = await browser.new_context(**context)
        page = await opened.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
        await page.goto(ground.address)
        await expect(page.get_by_role("button", name="Breathe with me")).to_be_visible()
        yield Visit(page, core, ground.stop, ground.start)
        await opened.close()
        assert troubles == []
