"""The playground's page in a real browser, as a person meets it. Skipped where no browser is found."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.model import SAFETY, ChoicePicked, CommandInvoked, FormSubmitted, MessageReceived
from tests.platforms.web_kit import HELLO, SmallCore, playground

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

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        CHROMIUM is None, reason="no browser: install Chromium (apt-get install chromium) to test the page"
    ),
]

CONTRASTS = """() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3])).concat(1);
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) layers.push(rgba(getComputedStyle(each).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), rgba("Canvas"));
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [light(one), light(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && !element.closest(".unseen, option"))
    .filter((element) => own(element) || element.placeholder)
    .map((element) => {
      const ground = behind(element);
      const ink = rgba(getComputedStyle(element, element.placeholder ? "::placeholder" : null).color);
      return [Math.round(ratio(over(ink, ground), ground) * 100) / 100, element.textContent || element.placeholder];
    });
}"""

NAMELESS = """() => [...document.querySelectorAll("button, input, select, textarea, summary, a, [tabindex]")]
  .filter((element) => element.checkVisibility())
  .filter((element) => !(element.ariaLabel || element.labels?.length || element.textContent.trim()))
  .map((element) => element.outerHTML)"""

SMALL = """() => [...document.querySelectorAll("button, input, select, textarea, summary")]
  .filter((element) => element.checkVisibility() && element.type !== "radio")
  .map((element) => [element.getBoundingClientRect(), element])
  .filter(([box]) => box.height < 44 || box.width < 44)
  .map(([, element]) => element.outerHTML)"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


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


async def test_a_screen_that_arrives_twice_is_shown_once(browser: Browser) -> None:
    async with visit(browser) as me:
        me.core.go("kept")
        parcel = me.core.parcel(me.core.events[0].person)
        await me.core.deliver(parcel)
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"viewport": {"width": 1100, "height": 800}}], ids=["phone", "desk"])
async def test_every_word_can_be_read_and_every_control_named_and_pressed(
    browser: Browser, scheme: str, size: dict[str, Any]
) -> None:
    async with visit(browser, color_scheme=scheme, reduced_motion="reduce", **size) as me:
        await _look(me)
        await me.say("he laughed along")
        await me.core.until_sent(2)
        for step in ("heat", "feel", "country", "breathe", "hello"):
            await me.show(step)
            await _look(me)
        await me.button("Steady me").click()
        await me.core.until_sent(8)
        await me.page.locator("summary").click()
        await _look(me)
        await me.page.keyboard.press("Escape")
        await me.show("hello")
        await me.button("Write it down").click()
        await _look(me)
        await me.button("Close").click()
        await me.button("Clear this page").click()
        await _look(me)
        await me.button("Hide this page").click()
        await _look(me)


async def _look(me: Visit) -> None:
    page = me.page
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing scrolls sideways"
    assert await page.evaluate(
        "[...document.querySelectorAll('.log, .fields')].every(e => e.scrollWidth <= e.clientWidth)"
    )
    contrasts: list[tuple[float, str]] = await page.evaluate(CONTRASTS)
    assert contrasts
    assert [pair for pair in contrasts if pair[0] < 4.5] == []
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(SMALL) == []
    for line in (await page.locator("body").aria_snapshot()).splitlines():
        assert not re.fullmatch(r"\s*- (button|textbox|combobox|radio|dialog|group|log)( \[.*\])?:?", line), line


async def test_the_breathing_picture_paces_six_breaths_a_minute(browser: Browser) -> None:
    async with visit(browser, reduced_motion="no-preference") as me:
        await me.button("Breathe with me").click()
        await expect(me.page.get_by_text("Breathe in")).to_be_visible()
        timing = await me.page.evaluate(
            """() => {
              const breath = document.getAnimations().find((each) => each.id === "breath");
              const { duration, iterations } = breath.effect.getComputedTiming();
              const peak = breath.effect.getKeyframes().map((frame) => [frame.computedOffset, frame.transform]);
              return { duration, endless: iterations === Infinity, peak, state: breath.playState };
            }"""
        )
        assert timing == {
            "duration": 10_000,
            "endless": True,
            "peak": [[0, "scale(0.55)"], [0.4, "scale(1)"], [1, "scale(0.55)"]],
            "state": "running",
        }
        for at_ms, word, count, elapsed in (
            (100, "Breathe in", "4", "0:00"),
            (3_900, "Breathe in", "1", "0:03"),
            (4_100, "Breathe out", "6", "0:04"),
            (9_900, "Breathe out", "1", "0:09"),
            (10_100, "Breathe in", "4", "0:10"),
            (64_500, "Breathe out", "6", "1:04"),
        ):
            assert await _breath_at(me.page, at_ms) == [word, count, elapsed]
        await me.button("I'm calmer").click()
        await expect(me.log.get_by_text("It is kept.")).to_be_visible()
        assert await me.page.evaluate("document.getAnimations().filter((each) => each.id === 'breath').length") == 0
        await expect(me.page.get_by_text("Breathe in", exact=True)).to_have_count(0)


async def _breath_at(page: Page, at_ms: int) -> list[str]:
    """The words two frames after the one clock was set: everything reads the same animation."""
    shown: list[str] = await page.evaluate(
        """(at) => new Promise((resolve) => {
          const breath = document.getAnimations().find((each) => each.id === "breath");
          breath.pause();
          breath.currentTime = at;
          const words = () => [".breath-word", ".breath-count", ".breath-elapsed"]
            .map((name) => document.querySelector(name).textContent);
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(words())));
        })""",
        at_ms,
    )
    return shown


async def test_with_reduced_motion_nothing_grows_and_a_bar_steps_each_second(browser: Browser) -> None:
    async with visit(browser, reduced_motion="reduce") as me:
        await me.button("Breathe with me").click()
        await expect(me.page.get_by_text("Breathe in")).to_be_visible()
        frames = await me.page.evaluate(
            "document.getAnimations().flatMap((each) => each.effect.getKeyframes().map((frame) => frame.transform))"
        )
        assert set(frames) == {"none"}
        for at_ms, lit in ((500, 1), (3_500, 4), (4_500, 5), (9_500, 10), (10_500, 1)):
            await _breath_at(me.page, at_ms)
            assert await me.page.locator(".breath-beats .on").count() == lit
        await expect(me.page.locator(".breath-circle")).to_be_hidden()


async def test_the_pacing_words_are_not_read_aloud_again_and_again(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.button("Breathe with me").click()
        await expect(me.page.locator(".breath-guide")).to_have_attribute("aria-live", "off")
        await expect(me.page.get_by_text("in for 4 seconds, out for 6")).to_have_count(1)


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


async def test_a_full_or_forbidden_browser_store_does_not_stop_the_page(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.page.evaluate("sessionStorage.setItem('filler', 'x'.repeat(5 * 1024 * 1024 - 6000))")
        for number in range(4):
            await me.say(f"line {number} " + "a" * 4_000)
            await me.core.until_sent(2 + number)
    assert len(me.core.events) == 5


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
