"""The real program's page walked in every language, and docs/pictures held to what the walk meets."""

import dataclasses
import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from bot.app import load_content
from tests.platforms.page_kit import NEEDS_BROWSER
from tests.platforms.pictures import FOLDER, readme
from tests.platforms.the_walk import walk
from tests.platforms.walker import LOCALES, walker


@NEEDS_BROWSER
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", LOCALES)
async def test_the_page_can_be_walked_from_the_greeting_to_being_forgotten(browser: Browser, language: str) -> None:
    async with walker(browser, load_content().spoken(language)) as me:
        await walk(me)
        assert readme(me.taken) == (FOLDER / "README.md").read_text("utf-8"), "the pictures are stale: make pictures"


@NEEDS_BROWSER
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", LOCALES)
async def test_what_is_pressed_twice_late_or_out_of_order_is_answered_in_the_same_language(
    browser: Browser, language: str
) -> None:
    content = load_content().spoken(language)
    async with walker(browser, content) as me:
        await me.at("cool_down.meet")
        other = dataclasses.replace(me, page=await me.page.context.new_page())
        await other.page.goto(me.page.url)
        await other.at("cool_down.meet")
        await other.page.goto("about:blank")
        await me.page.bring_to_front()
        breathe = content.steps["cool_down.meet"].choices["breathe"].label
        await me.page.get_by_role("button", name=breathe, exact=True).dblclick()
        await me.at("cool_down.heat_before")
        await me.waits(me.now + timedelta(hours=1), "cool_down.heat_before")
        await other.page.bring_to_front()
        await other.page.go_back()
        await other.picks("leave", "cool_down.heat_before")
        await expect(other.page.get_by_role("article").last).to_contain_text(content.words.stale)
        await other.page.close()
        await me.page.reload()
        await me.picks("8", "cool_down.breathe")
        await me.opens("note", note="...")
        await me.page.reload()
        await me.at("cool_down.breathe")
        await me.picks("stop", "cool_down.heat_after")
        await me.page.locator("#clear").click()
        await me.page.reload()
        await me.page.get_by_role("button", name=me.word("show_here"), exact=True).click()
        await me.at("cool_down.heat_after")
        await me.in_danger()
        await me.page.locator("#safety").click(click_count=2)
        await me.picks("back", "cool_down.heat_after")


@NEEDS_BROWSER
@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_changes_its_language_with_the_conversation(browser: Browser) -> None:
    content = load_content()
    async with walker(browser, content) as me:
        await me.at("cool_down.meet")
        await me.starts("settings.language", "settings.language")
        me.content = content.spoken("es")
        await me.picks("es", "settings.language_set")
        await expect(me.page.locator("#hide")).to_have_text(me.word("hide"))
        await me.picks("back", "cool_down.meet")
        await me.picks("draft", "cool_down.draft")


def test_the_pictures_are_those_that_are_listed_and_each_names_a_step() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    rows = re.findall(r"<br>`([^`]+)` \|", text)
    assert rows
    assert set(rows) <= set(load_content().steps)
    listed = re.findall(r'<img src="([^"]+)"', text)
    assert len(listed) == len(rows) * len(LOCALES)
    assert sorted(listed) == sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.png"))
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.png")) < 2_500_000
