"""How the page looks and moves: contrast, names, sizes, the breathing picture."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.platforms.page_kit import NEEDS_BROWSER, PHONE, Visit, visit

pytestmark = [pytest.mark.asyncio(loop_scope="module"), NEEDS_BROWSER]

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"viewport": {"width": 1100, "height": 800}}], ids=["phone", "desk"])
async def test_every_word_can_be_read_and_every_control_named_and_pressed(
    browser: Browser, scheme: str, size: dict[str, Any]
) -> None:
    async with visit(browser, color_scheme=scheme, reduced_motion="reduce", **size) as me:
        await look(me)
        await me.say("he laughed along")
        await me.core.until_sent(2)
        for step in ("heat", "feel", "country", "breathe", "hello"):
            await me.show(step)
            await look(me)
        await me.button("Steady me").click()
        await me.core.until_sent(8)
        await me.page.locator("summary").click()
        await look(me)
        await me.page.keyboard.press("Escape")
        await me.show("hello")
        await me.button("Write it down").click()
        await look(me)
        await me.button("Close").click()
        await me.button("Clear this page").click()
        await look(me)
        await me.button("Hide this page").click()
        await look(me)


async def look(me: Visit) -> None:
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
