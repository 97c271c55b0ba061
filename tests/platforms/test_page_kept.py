"""What the page keeps, and what it lets go of: reloads, cuts, crashes, Hide and Clear."""

import pytest
from playwright.async_api import Browser, expect

from bot.model import MessageReceived
from tests.platforms.page_kit import NEEDS_BROWSER, Visit, visit
from tests.platforms.web_kit import HELLO

pytestmark = [pytest.mark.asyncio(loop_scope="module"), NEEDS_BROWSER]


async def test_a_form_closed_by_mistake_keeps_its_words_even_over_a_reload(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.button("Write it down").click()
        await me.page.get_by_label("What happened").fill("half a sentence")
        await me.page.get_by_label("At home").check()
        await me.page.keyboard.press("Escape")
        await expect(me.page.get_by_role("dialog")).to_be_hidden()
        await me.page.reload()
        await me.button("Write it down").click()
        await expect(me.page.get_by_label("What happened")).to_have_value("half a sentence")
        await expect(me.page.get_by_label("At home")).to_be_checked()


async def test_a_reload_loses_neither_the_transcript_nor_the_half_written_words(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.say("he laughed along")
        await expect(me.log.get_by_text("Kept with your note.")).to_be_visible()
        await me.words.fill("and then")
        before = await me.log.inner_text()
        await me.page.reload()
        await expect(me.log.get_by_text("Kept with your note.")).to_be_visible()
        assert await me.log.inner_text() == before
        await expect(me.words).to_have_value("and then")
        await me.button("Steady me").click()
        await expect(me.log.get_by_text("How hot is it now")).to_be_visible()
    assert len(me.core.events) == 3, "a reload says nothing to the core"


async def test_words_written_while_the_server_is_away_arrive_once(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.stop_server()
        await expect(me.page.get_by_text("Connecting again. What you write is kept.")).to_be_visible()
        await me.say("is anybody there")
        await me.words.fill("not sent yet")
        await me.start_server()
        await me.core.until_sent(2)
        await expect(me.page.get_by_text("Connecting again.")).to_be_hidden()
        await expect(me.log.get_by_text("is anybody there")).to_have_count(1)
        await expect(me.words).to_have_value("not sent yet")
        assert await me.page.evaluate("sessionStorage.getItem('page.unsent')") == "[]"
        await me.stop_server()
        await me.start_server()
        await me.page.reload()
        await me.say("and again")
        await me.core.until_sent(3)
    assert [event.text for event in me.core.events if isinstance(event, MessageReceived)] == [
        "is anybody there",
        "and again",
    ]


async def test_a_reload_before_the_server_is_back_still_sends_what_was_written(browser: Browser) -> None:
    async with visit(browser) as me:
        me.core.broken = True
        await me.say("keep this")
        await expect(me.page.get_by_text("Connecting again.")).to_be_visible()
        await me.page.reload()
        await expect(me.log.get_by_text("keep this")).to_be_visible()
        me.core.broken = False
        await me.core.until_sent(2)
        await expect(me.log.get_by_text("Kept with your note.")).to_have_count(1)
    assert len(me.core.events) == 2


async def test_words_stored_just_before_a_crash_are_handled_once_and_answered_once(browser: Browser) -> None:
    async with visit(browser) as me:
        me.core.dies_after_storing = True
        await me.say("keep this")
        await expect(me.log.get_by_text("Kept with your note.")).to_have_count(1)
        await expect(me.log.locator(".waiting")).to_have_count(0)
        await me.page.reload()
        await me.say("and this")
        await expect(me.log.get_by_text("Kept with your note.")).to_have_count(2)
    assert len(me.core.events) == 3


async def test_a_screen_that_arrives_twice_is_shown_once(browser: Browser) -> None:
    async with visit(browser) as me:
        me.core.go("kept")
        parcel = me.core.parcel(me.core.events[0].person)
        await me.core.deliver(parcel)
        await me.show("heat")
        await me.core.deliver(parcel)
        await me.page.reload()
        await me.core.deliver(parcel)
        await expect(me.log.get_by_text("It is kept.")).to_have_count(1)


async def test_the_screen_that_already_shows_is_not_shown_again_beneath_itself(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.core.deliver(me.core.parcel(me.core.events[0].person))
        await expect(me.page.get_by_role("article")).to_have_count(1)
        await me.say("still here")
        await me.core.until_sent(3)
        await me.core.deliver(me.core.parcel(me.core.events[0].person))
        await expect(me.page.get_by_role("article")).to_have_count(3)


async def test_a_new_tab_finds_the_same_conversation(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.button("Steady me").click()
        await me.core.until_sent(2)
        other = await me.page.context.new_page()
        await other.goto(me.page.url)
        await expect(other.get_by_role("log").get_by_text("How hot is it now")).to_be_visible()
        await expect(other.get_by_role("article")).to_have_count(1)
        assert len({event.person for event in me.core.events}) == 1


async def test_what_arrived_while_the_page_was_closed_is_there_when_it_opens(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.page.goto("about:blank")
        me.core.go("kept")
        await me.core.deliver(me.core.parcel(me.core.events[0].person))
        await me.page.go_back()
        await expect(me.log.get_by_text("It is kept.")).to_have_count(1)


async def test_hide_leaves_nothing_to_read_and_a_press_brings_it_back(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.say("he laughed along")
        await me.core.until_sent(2)
        await me.button("Hide this page").click()
        await _hidden(me)
        await me.page.reload()
        await _hidden(me)
        await me.show("kept")
        await _hidden(me)
        await me.page.get_by_role("button").click()
        await expect(me.log.get_by_text("It is kept.")).to_be_in_viewport()
        assert await me.page.title() == "Debrief"


async def test_escape_twice_hides_even_from_within_a_form_and_once_does_not(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.button("Write it down").click()
        await me.page.get_by_label("What happened").fill("a joke")
        await me.page.keyboard.press("Escape")
        await expect(me.page.get_by_role("dialog")).to_be_hidden()
        await expect(me.log).to_be_visible()
        await me.button("Write it down").click()
        await me.page.keyboard.press("Escape")
        await me.page.keyboard.press("Escape")
        await _hidden(me)
        await me.page.keyboard.press("Enter")
        await _hidden(me)
        await me.page.keyboard.press("Tab")
        await me.page.keyboard.press("Enter")
        await expect(me.log).to_be_visible()
        await me.button("Write it down").click()
        await expect(me.page.get_by_label("What happened")).to_have_value("a joke")


async def _hidden(me: Visit) -> None:
    await expect(me.page).to_have_title("Notes")
    assert await me.page.locator("body").inner_text() == "Notes\nNo notes yet."
    assert "Debrief" not in await me.page.locator("body").aria_snapshot()


async def test_clear_leaves_no_word_in_the_browser_and_the_way_back_open(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.say("he laughed along")
        await me.core.until_sent(2)
        await me.button("Write it down").click()
        await me.page.get_by_label("What happened").fill("a joke")
        await me.page.keyboard.press("Escape")
        await me.words.fill("and then")
        await me.button("Clear this page").click()
        await me.page.reload()
        await expect(me.log.get_by_text("This page is clear.")).to_be_visible()
        kept = await me.page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")
        for word in ("laughed", "joke", "and then", "Nothing has to be decided"):
            assert word not in kept
        await expect(me.button("I need safety help")).to_be_visible()
        await me.button("Show where we are").click()
        await expect(me.log.get_by_text(HELLO.split("\n\n")[0])).to_have_count(1)
        await expect(me.log.get_by_text("This page is clear.")).to_have_count(0)


async def test_a_full_or_forbidden_browser_store_does_not_stop_the_page(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.page.evaluate("sessionStorage.setItem('filler', 'x'.repeat(5 * 1024 * 1024 - 6000))")
        for number in range(4):
            await me.say(f"line {number} " + "a" * 4_000)
            await me.core.until_sent(2 + number)
    assert len(me.core.events) == 5
