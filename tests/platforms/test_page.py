"""The playground's page in a real browser, as a person meets it. Skipped where no browser is found."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from bot.model import SAFETY, ChoicePicked, CommandInvoked, FormSubmitted, MessageReceived
from tests.platforms.page_kit import NEEDS_BROWSER, PHONE, visit
from tests.platforms.web_kit import HELLO

pytestmark = [pytest.mark.asyncio(loop_scope="module"), NEEDS_BROWSER]


async def test_the_first_visit_shows_where_things_stand(browser: Browser) -> None:
    async with visit(browser) as me:
        for part in HELLO.split("\n\n"):
            await expect(me.log.get_by_text(part)).to_be_visible()
        assert await me.page.title() == "Debrief"
        await expect(me.words).to_be_focused()


async def test_enter_sends_and_shift_enter_begins_a_line(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.words.fill("he laughed along")
        await me.words.press("Shift+Enter")
        await me.words.press_sequentially("and so did she")
        await me.words.press("Enter")
        await me.core.until(lambda: len(me.core.events) == 2)
        await expect(me.words).to_have_value("")
        await expect(me.log.get_by_text("Kept with your note.")).to_be_visible()
    said = me.core.events[1]
    assert isinstance(said, MessageReceived)
    assert said.text == "he laughed along\nand so did she"


async def test_the_command_can_be_typed_as_on_a_platform(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.say("/debrief note")
        await me.core.until(lambda: len(me.core.events) == 2)
    command = me.core.events[1]
    assert isinstance(command, CommandInvoked)
    assert command.text == "note"


async def test_words_are_shown_as_words_and_never_as_markup(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.say('<img src=x onerror="alert(1)"> **bold** https://debrief.example')
        await expect(me.log.get_by_text("<img src=x")).to_be_visible()
        assert await me.log.locator("img, a, strong").count() == 0


async def test_a_pressed_choice_is_marked_and_the_old_screen_cannot_be_pressed(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.button("Steady me").click()
        await expect(me.log.get_by_text("How hot is it now")).to_be_visible()
        old = me.log.get_by_role("article").first
        await expect(old.get_by_role("button")).to_have_count(0)
        await expect(old.locator(".picked")).to_have_text("Picked: Steady me")
    picked = me.core.events[1]
    assert isinstance(picked, ChoicePicked)
    assert (picked.step, picked.visit, picked.choice) == ("test.hello", 1, "steady")


async def test_a_double_click_is_one_delivery_whatever_comes_under_the_finger(browser: Browser) -> None:
    async with visit(browser, **PHONE) as me:
        await me.button("Steady me").dblclick()
        await me.core.until_sent(2)
        box = await me.button("7").bounding_box()
        await me.page.mouse.move(box["x"] + 9, box["y"] + 9)
        await me.page.mouse.down(click_count=2)
        await me.page.mouse.up(click_count=2)
        await me.button("7").dblclick()
        await me.core.until_sent(3)
        await me.button("I need safety help").dblclick()
        await me.core.until_sent(4)
        await me.say("that is all")
        await me.core.until_sent(5)
    assert [getattr(event, "choice", "") for event in me.core.events] == ["resume", "steady", "7", SAFETY, ""]


async def test_a_form_opens_at_once_and_comes_back_whole(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.button("Write it down").click()
        sheet = me.page.get_by_role("dialog", name="Write it down")
        await expect(sheet.get_by_label("What happened")).to_be_focused()
        assert len(me.core.events) == 1, "opening a form is not a turn"
        await sheet.get_by_label("What happened").fill("a joke about my job")
        await expect(sheet.get_by_text("19 of 2,000")).to_be_visible()
        await sheet.get_by_label("The strongest feeling").select_option("Let down")
        await sheet.get_by_label("With family").check()
        await sheet.get_by_label("When you talk").fill("2026-11-23T09:30")
        await sheet.get_by_role("button", name="Keep this").click()
        await expect(sheet).to_be_hidden()
        await expect(me.log.get_by_text("It is kept.")).to_be_visible()
    submitted = me.core.events[1]
    assert isinstance(submitted, FormSubmitted)
    assert (submitted.step, submitted.visit, submitted.choice) == ("test.hello", 1, "note")
    assert submitted.values == {
        "happened": "a joke about my job",
        "said": "",
        "feeling": "let_down",
        "place": "with_family",
        "when": "2026-11-23 09:30",
    }


@pytest.mark.parametrize("height", [400, 450, 500])
async def test_a_screen_that_does_not_fit_is_shown_from_its_first_line(browser: Browser, height: int) -> None:
    async with visit(browser, viewport={"width": 320, "height": height}, is_mobile=True, has_touch=True) as me:
        await expect(me.button("I need safety help")).to_be_visible()
        for _ in range(2):
            await me.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            await expect(me.log.get_by_text(HELLO.split("\n\n")[0])).to_be_in_viewport(ratio=1)
            await me.page.reload()


async def test_a_sentence_wraps_in_its_form_and_stays_one_line(browser: Browser) -> None:
    async with visit(browser, **PHONE) as me:
        await me.button("Write it down").click()
        sheet = me.page.get_by_role("dialog", name="Write it down")
        await sheet.get_by_label("What happened").fill("a joke")
        await sheet.get_by_label("At home").check()
        said = sheet.get_by_label("What was said")
        await said.fill("when your sister joked about my job\nand the others laughed")
        assert await said.evaluate("(each) => each.scrollWidth <= each.clientWidth")
        await said.press("Enter")
        await expect(sheet).to_be_hidden()
        await me.core.until(lambda: len(me.core.events) == 2)
    submitted = me.core.events[1]
    assert isinstance(submitted, FormSubmitted)
    assert submitted.values["said"] == "when your sister joked about my job and the others laughed"


async def test_the_clock_skips_forward_once_and_shows_the_new_day(browser: Browser) -> None:
    async with visit(browser, locale="en-GB", timezone_id="Europe/London") as me:
        clock = me.page.locator("summary")
        await clock.click()
        before = await me.page.locator("#clock-full").inner_text()
        await me.button("+1 day").click()
        await expect(me.page.locator("#clock-full")).not_to_have_text(before)
        assert me.core.ahead.total_seconds() == 86_400
        then = await me.page.evaluate("new Date(Date.now() + 3 * 86400e3).toISOString().slice(0, 11) + '09:30'")
        await me.page.get_by_label("Skip to the check-in").fill(then)
        await me.button("Go").click()
        await expect(me.page.locator("#clock-now")).to_have_text(re.compile(r"^0?9:3[01]$"))
        await me.button("Go").click()
        await expect(me.page.get_by_text("The clock only goes forward.")).to_be_visible()


async def test_the_safety_button_is_in_reach_wherever_the_page_is_scrolled(browser: Browser) -> None:
    async with visit(browser, **PHONE) as me:
        for number in range(8):
            await me.say(f"line {number}")
            await me.core.until_sent(2 + number)
        safety = me.button("I need safety help")
        for top in ("0", "e.scrollHeight / 2", "e.scrollHeight"):
            await me.log.evaluate(f"(e) => (e.scrollTop = {top})")
            await expect(safety).to_be_in_viewport(ratio=1)
        await me.log.evaluate("(e) => (e.scrollTop = 0)")
        await safety.click()
        await expect(me.log.get_by_text("If you are in danger")).to_be_in_viewport()
    picked = me.core.events[-1]
    assert isinstance(picked, ChoicePicked)
    assert (picked.choice, picked.step, picked.visit) == (SAFETY, "test.hello", 1)


async def test_a_check_in_does_not_pull_away_somebody_who_reads_further_up(browser: Browser) -> None:
    async with visit(browser, **PHONE) as me:
        for number in range(6):
            await me.say(f"line {number}")
            await me.core.until_sent(2 + number)
        await me.log.evaluate("(e) => (e.scrollTop = 0)")
        await expect(me.log.get_by_text(HELLO.split("\n\n")[0]).first).to_be_in_viewport()
        await me.show("kept")
        below = me.button("New below")
        await expect(below).to_be_visible()
        assert await me.log.evaluate("(e) => e.scrollTop") == 0
        await below.click()
        await expect(me.log.get_by_text("It is kept.")).to_be_in_viewport()
        await expect(below).to_be_hidden()


async def test_the_whole_walk_can_be_made_with_the_keyboard_alone(browser: Browser) -> None:
    async with visit(browser) as me:
        keys = me.page.keyboard
        await expect(me.words).to_be_focused()
        await keys.press("Shift+Tab")
        await expect(me.button("Write it down")).to_be_focused()
        await keys.press("Enter")
        await expect(me.page.get_by_label("What happened")).to_be_focused()
        await keys.type("a joke")
        for _ in range(3):
            await keys.press("Tab")
        await keys.press("Space")
        await expect(me.page.get_by_label("At home")).to_be_checked()
        await keys.press("Enter")
        await expect(me.log.get_by_text("It is kept.")).to_be_visible()
        await expect(me.log.get_by_role("article").last).to_be_focused()
        await keys.press("Tab")
        await expect(me.button("Start again")).to_be_focused()
        await keys.press("Space")
        await expect(me.log.get_by_text(HELLO.split("\n\n")[0])).to_have_count(2)
        await keys.press("Tab")
        await expect(me.button("Breathe with me")).to_be_focused()
        for _ in range(3):
            await keys.press("Tab")
        await expect(me.words).to_be_focused()
        await keys.press("Tab")
        await keys.press("Tab")
        await expect(me.button("I need safety help")).to_be_focused()
        outline = await me.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "2px"


async def test_a_text_that_is_too_long_stays_with_its_writer(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.words.fill("a" * 20_001)
        await me.words.press("Enter")
        await expect(me.page.get_by_text("That is longer than 20,000 characters.")).to_be_visible()
        await me.words.fill("a" * 20_000)
        await me.words.press("Enter")
        await me.core.until_sent(2)
        await expect(me.page.get_by_text("That is longer than")).to_be_hidden()
    said = me.core.events[1]
    assert isinstance(said, MessageReceived)
    assert len(said.text) == 20_000


async def test_the_page_asks_nothing_of_any_other_machine(browser: Browser) -> None:
    async with visit(browser) as me:
        asked: list[str] = []
        me.page.on("request", lambda request: asked.append(request.url))
        await me.page.reload()
        await me.button("Breathe with me").click()
        await expect(me.page.get_by_text("Breathe in")).to_be_visible()
        assert asked
        assert [url for url in asked if not url.startswith(me.page.url)] == []


async def test_many_quick_messages_arrive_in_the_order_in_which_they_were_written(browser: Browser) -> None:
    async with visit(browser) as me:
        for number in range(20):
            await me.say(str(number))
        async with asyncio.timeout(30):
            await me.core.until_sent(21)
    assert [event.text for event in me.core.events if isinstance(event, MessageReceived)] == [str(n) for n in range(20)]
