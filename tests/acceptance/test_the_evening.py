"""The whole main job through a real process: the evening, a kill -9 wherever it hurts, the morning after."""

from pathlib import Path

import pytest

from tests.acceptance.kit import Page, Somebody, debrief

pytestmark = pytest.mark.asyncio

EVENING = [
    "cool_down.meet",
    "cool_down.heat_before",
    "cool_down.breathe",
    "cool_down.noted",
    "cool_down.heat_after",
    "planning.ask",
    "planning.ask_clock",
    "planning.done",
]
MORNING = [
    "check_in.knock",
    "check_in.calm",
    "check_in.safe",
    "check_in.look",
    "check_in.hub",
    "check_in.support",
    "openers.happened",
    "openers.tone",
    "openers.shown",
]


async def evening(page: Page) -> None:
    """From the first words to a planned check-in, tomorrow morning."""
    assert (await page.says("he just laughed along when his sister mocked me"))["step"] == "cool_down.meet"
    assert (await page.picks("breathe"))["step"] == "cool_down.heat_before"
    assert (await page.picks("8"))["picture"] == "breathing"
    await page.fills("note", note="nobody said a word", feeling="hurt")
    await page.picks("on")
    assert (await page.picks("4"))["step"] == "planning.ask"
    assert (await page.picks("morning"))["step"] == "planning.ask_clock"
    assert (await page.says("London"))["step"] == "planning.done"


async def morning(page: Page) -> None:
    """From the knock to openers in the person's own words."""
    knock = await page.until_step("check_in.knock")
    assert knock["text"] == "Your check-in, as you asked. Open it when it suits you."
    for choice in ("open", "calm", "yes", "on", "talk", "speak_up"):
        await page.picks(choice)
    await page.fills("write", happened="when your sister joked about my job")
    openers = await page.picks("plain")
    assert "I felt hurt when your sister joked about my job" in openers["text"]


async def test_from_the_table_to_the_openers(tmp_path: Path) -> None:
    her = Somebody()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await evening(page)
            await page.skips(days=2)
            await morning(page)
        assert await running.terminate() == 0
    assert her.steps == [*EVENING, *MORNING]


async def test_kill_9_in_between_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    her = Somebody()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await evening(page)
        await running.kill()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await page.skips(days=2)
            await page.until_step("check_in.knock")
        await running.kill()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await morning(page)
    assert her.steps == [*EVENING, *MORNING]


async def test_a_knock_that_no_page_was_there_for_waits_for_the_page_across_a_restart(tmp_path: Path) -> None:
    her, other = Somebody(), Somebody()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await evening(page)
        async with other.at(running, fresh=True) as page:
            await page.skips(days=2)
            await page.says("hello")
        await running.kill()
    async with debrief(tmp_path) as running:
        await running.up()
        async with other.at(running) as page:
            await page.skips(days=2)
        async with her.at(running) as page:
            await page.until_step("check_in.knock")
    assert her.steps == [*EVENING, "check_in.knock"]


async def test_a_screen_that_was_sent_but_not_seen_comes_again_after_kill_9(tmp_path: Path) -> None:
    her = Somebody()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await page.until_taken(await page.send({"type": "said", "text": "they let it pass"}))
            await running.kill()
    her.screens.clear()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await page.until_step("cool_down.meet")


async def test_a_frame_sent_again_after_the_restart_is_answered_once(tmp_path: Path) -> None:
    her = Somebody()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await page.says("they let it pass")
            press = page.press("breathe")
            await page.send(press)
            await page.until_step("cool_down.heat_before")
        await running.kill()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await page.until_taken(await page.send(press))
            await page.picks("8")
    assert her.steps == ["cool_down.meet", "cool_down.heat_before", "cool_down.breathe"]
