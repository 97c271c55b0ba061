"""The page beyond a conversation: its language, a document to save, a timeline to look at."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.platforms.page_kit import NEEDS_BROWSER, PHONE, Visit, visit
from tests.platforms.test_page_looks import look
from tests.platforms.web_kit import EXPORT, TIMELINE
from tests.platforms.words import ENGLISH, words

pytestmark = [pytest.mark.asyncio(loop_scope="module"), NEEDS_BROWSER]

SMALLEST: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 568}}
SPANISH = words("es")


async def test_a_screen_in_another_language_than_the_browsers_is_followed(browser: Browser) -> None:
    async with visit(browser, locale="es-MX") as me:
        await expect(me.page.locator("html")).to_have_attribute("lang", "en")
        await me.page.evaluate("sessionStorage.clear()")
        me.core.step = "test.hola"
        await me.page.reload()
        await expect(me.log.get_by_text("Aquí estamos.")).to_be_visible()
        await expect(me.page.locator("html")).to_have_attribute("lang", "es")


async def test_before_any_screen_the_words_are_those_of_the_browser(browser: Browser) -> None:
    async with visit(browser, locale="es-MX") as me:
        me.core.broken = True
        await me.page.evaluate("sessionStorage.clear()")
        await me.page.reload()
        await expect(me.page.get_by_role("button", name=SPANISH["send"], exact=True)).to_be_visible()
        await expect(me.page.locator("html")).to_have_attribute("lang", "es")


async def test_a_language_that_debrief_does_not_speak_is_english(browser: Browser) -> None:
    async with visit(browser, locale="de-DE") as me:
        await expect(me.button("Send")).to_be_visible()


async def test_everything_around_a_screen_follows_its_language_and_stays_so_after_a_reload(browser: Browser) -> None:
    async with visit(browser, locale="en-GB") as me:
        await me.show("hola")
        for _ in range(2):
            await expect(me.page.locator("html")).to_have_attribute("lang", "es")
            for name in ("send", "hide_label", "clear_label"):
                await expect(me.button(SPANISH[name])).to_be_visible()
            await expect(me.page.get_by_placeholder(SPANISH["write_hint"])).to_be_visible()
            await expect(me.page.locator("#clock-full")).to_have_text(re.compile(r"de (enero|.*re|febrero|.*o|abril)"))
            await me.button("Escribir").click()
            sheet = me.page.get_by_role("dialog")
            await expect(sheet.get_by_text(f"({SPANISH['optional']})").first).to_be_visible()
            await sheet.get_by_role("button", name=SPANISH["close"], exact=True).click()
            await me.page.reload()
        await me.button(SPANISH["hide_label"]).click()
        await expect(me.page.get_by_text(SPANISH["cover_text"])).to_be_visible()
        assert await me.page.title() == SPANISH["cover_title"]


async def test_a_document_is_saved_from_the_page_alone_with_the_keyboard_and_without_a_line(
    browser: Browser, tmp_path: Path
) -> None:
    async with visit(browser) as me:
        await me.show("file")
        save = me.button("Save debrief.txt")
        await expect(save).to_be_visible()
        await me.stop_server()
        asked: list[str] = []
        me.page.on("request", lambda request: asked.append(request.url))
        await save.focus()
        async with me.page.expect_download() as waiting:
            await me.page.keyboard.press("Enter")
        download = await waiting.value
        assert download.suggested_filename == "debrief.txt"
        await download.save_as(tmp_path / "saved")
        assert (tmp_path / "saved").read_text("utf-8") == EXPORT
        assert re.fullmatch(rf"blob:{me.page.url}[0-9a-f-]+", download.url)
        assert [url for url in asked if not url.startswith(("ws:", "blob:"))] == []
        await me.start_server()


async def test_a_document_can_still_be_saved_after_a_reload_and_after_the_screen_was_answered(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.show("file")
        await me.show("kept")
        await me.page.reload()
        async with me.page.expect_download():
            await me.button("Save debrief.txt").click()


async def test_a_timeline_is_a_picture_with_a_name_and_the_same_in_words(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.show("times")
        picture = me.page.get_by_role("img", name=TIMELINE.title, exact=True)
        await expect(picture).to_be_visible()
        await expect(picture).to_have_accessible_description(" ".join(TIMELINE.text.split()))
        shown = await picture.locator(".timeline-day").all_text_contents()
        assert [text.split(",")[0] for text in shown] == ["Sep 5", "Sep 19", "Oct 3", "Nov 20"]
        assert "".join(await picture.locator(".timeline-label").all_text_contents()).replace(" ", "") == "".join(
            mark.label.replace(" ", "") for mark in TIMELINE.marks
        )


async def test_the_kinds_of_a_timeline_are_told_apart_by_shape_and_named(browser: Browser) -> None:
    async with visit(browser) as me:
        await me.show("times")
        drawn: list[list[str]] = await me.page.locator(".timeline-mark").evaluate_all(
            "(all) => all.map((each) => [each.classList[1], each.getAttribute('d').replace(/[\\d.-]+ ?/g, '')])"
        )
        shapes = {kind: {shape for other, shape in drawn if other == kind} for kind, _ in drawn}
        assert len({frozenset(each) for each in shapes.values()}) == 3
        assert all(len(each) == 1 for each in shapes.values())
        assert [kind for kind, _ in drawn] == ["alone", "backed", "talk", "alone", "talk", "backed", "alone"]
        for name in ("mark_alone", "mark_backed", "mark_talk"):
            await expect(me.page.locator(".timeline-key", has_text=ENGLISH[name])).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("context", [SMALLEST, {}], ids=["320 px", "desktop"])
async def test_a_timeline_and_a_document_fit_and_can_be_read(
    browser: Browser, scheme: str, context: dict[str, Any]
) -> None:
    async with visit(browser, color_scheme=scheme, **context) as me:
        for step in ("times", "file"):
            await me.show(step)
            await look(me)
        await _inside(me)


async def _inside(me: Visit) -> None:
    """No word of the picture leaves it, and none is smaller than 13 px."""
    faults = await me.page.evaluate(
        """() => {
          const frame = document.querySelector("svg.timeline").getBoundingClientRect();
          const scale = frame.width / 256;
          return [...document.querySelectorAll("svg.timeline text")].filter((each) => {
            const box = each.getBoundingClientRect();
            const size = parseFloat(getComputedStyle(each).fontSize) * scale;
            return box.right > frame.right + 0.5 || box.bottom > frame.bottom + 6 || size < 13;
          }).map((each) => each.textContent);
        }"""
    )
    assert faults == []
