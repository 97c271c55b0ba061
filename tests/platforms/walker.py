"""A person at the real program's page, in one language: presses by id, and finds on the page what the content says."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page, expect

from bot.content import Content
from bot.model import SAFETY
from tests.acceptance.kit import debrief
from tests.platforms.small_png import save

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 1,
    "is_mobile": True,
    "has_touch": True,
}
LOCALES = {"en": ("en-GB", "Europe/London"), "es": ("es-ES", "Europe/Madrid")}
LIMIT_MS = 10_000

AT = """(step) => {
  const here = JSON.parse(sessionStorage.getItem("page.here"));
  const unsent = JSON.parse(sessionStorage.getItem("page.unsent"));
  return here?.step === step && !unsent?.length;
}"""
LAST = """() => JSON.parse(sessionStorage.getItem("page.transcript")).findLast((entry) => entry.screen).screen"""
AT_REST = """() => Promise.all(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
  .map((each) => each.finished))"""
CUT = """() => [...document.querySelectorAll("html, .log, .fields, button, .words, .said, .bar, h2")]
  .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.outerHTML.slice(0, 200))"""
FIRST_LINE = """() => {
  const line = [...document.querySelectorAll("article")].at(-1).querySelector("p").getBoundingClientRect();
  const log = document.getElementById("log").getBoundingClientRect();
  return line.top >= log.top && line.top < log.bottom;
}"""
BREATH = """(ms) => {
  const breath = document.getAnimations().find((each) => each.id === "breath");
  breath.pause();
  breath.currentTime = ms;
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    step: str
    about: str


@dataclass(slots=True)
class Walker:
    """`folder`: where pictures go, or none are made. `taken`: what there is a picture of, in order."""

    page: Page
    content: Content
    zone: ZoneInfo
    folder: Path | None = None
    ahead: timedelta = timedelta(0)
    taken: list[Picture] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC).astimezone(self.zone).replace(tzinfo=None) + self.ahead

    @property
    def answers(self) -> Any:
        return self.page.get_by_role("article").last.locator(".answers")

    def word(self, name: str) -> str:
        return self.content.platform_words[name]

    async def at(self, step: str) -> dict[str, Any]:
        """Wait for the step's screen; it says what the content says, in its language, and nothing is cut off."""
        try:
            await self.page.wait_for_function(AT, arg=step, timeout=LIMIT_MS)
        except Exception as error:
            here = await self.page.evaluate("sessionStorage.getItem('page.here')")
            raise AssertionError(f"not at {step} but at {here}") from error
        screen: dict[str, Any] = await self.page.evaluate(LAST)
        doc = self.content.steps[step]
        assert any(_says(screen["text"], said) for said in doc.sayings), (step, screen["text"])
        assert {each["id"]: each["label"] for each in screen["choices"]} == {
            name: choice.label for name, choice in doc.choices.items()
        }
        await expect(self.page.get_by_role("article").last).to_contain_text(screen["text"].split("\n")[0].strip())
        await expect(self.page.locator("#safety")).to_have_text(self.content.words.safety)
        assert await self.page.evaluate("document.documentElement.lang") == self.content.language
        await self.fits()
        assert await self.page.evaluate(FIRST_LINE), f"the first line of {step} is out of sight"
        return screen

    async def fits(self) -> None:
        assert await self.page.evaluate(CUT) == []

    async def picks(self, choice: str, then: str) -> None:
        await self._press(choice)
        await self.at(then)

    async def says(self, text: str, then: str) -> None:
        await self.page.locator("#words").fill(text)
        await self.page.locator("#words").press("Enter")
        await self.at(then)

    async def starts(self, step: str, then: str) -> None:
        """Write the word that leads to a step."""
        await self.says(next(word for word, to in self.content.starts.items() if to == step), then)

    async def opens(self, choice: str, **values: str) -> None:
        """Open the form of a choice and fill it in; it still shows."""
        await self._press(choice)
        sheet = self.page.get_by_role("dialog")
        for name, value in values.items():
            control = sheet.locator(f"[name={name}]").first
            if await control.get_attribute("type") == "radio":
                await sheet.locator(f"[name={name}][value={value}]").check()
            elif await control.evaluate("(each) => each.tagName") == "SELECT":
                await control.select_option(value)
            else:
                await control.fill(value)
        await self.fits()

    async def submits(self, then: str) -> None:
        await self.page.locator("#sheet-submit").click()
        await self.at(then)

    async def fills(self, choice: str, then: str, **values: str) -> None:
        await self.opens(choice, **values)
        await self.submits(then)

    async def in_danger(self) -> None:
        await self.page.locator("#safety").click()
        await self.at(self.content.starts.get(SAFETY, "care.start"))

    async def waits(self, until: datetime, then: str) -> None:
        """Put the playground's clock forward, as a person does."""
        await self.page.locator("#clock summary").click()
        await self.page.locator("#clock-to").fill(_local(until))
        await self.page.get_by_role("button", name=self.word("clock_go"), exact=True).click()
        self.ahead += until - self.now
        await self.at(then)
        await self.page.locator("#clock summary").click()

    async def picture(self, name: str, about: str) -> None:
        here = json.loads(await self.page.evaluate("sessionStorage.getItem('page.here')"))
        self.taken.append(Picture(f"{len(self.taken) + 1:02}-{name}", here["step"], about))
        if self.folder:
            await self.page.evaluate(AT_REST)
            await save(self.page, self.folder / f"{self.taken[-1].name}.png")

    async def breath_at(self, ms: int) -> None:
        await self.page.evaluate(BREATH, ms)

    async def unfolds(self) -> None:
        """Open what stands beside the choices."""
        if not await self.answers.locator("details").evaluate("(each) => each.open"):
            await self.answers.locator("summary").click()
        await self.fits()

    async def _press(self, choice: str) -> None:
        menu = (await self.page.evaluate(LAST))["menu"]
        options = {option["id"]: option["label"] for option in menu["options"]} if menu else {}
        if choice in options and menu["aside"]:
            await self.unfolds()
        if choice in options and menu["as"] == "list":
            await self.answers.get_by_role("combobox").select_option(choice)
            await self.answers.get_by_role("button", name=self.word("choose"), exact=True).click()
            return
        doc = self.content.steps[json.loads(await self.page.evaluate("sessionStorage.getItem('page.here')"))["step"]]
        label = doc.choices[choice].label if choice in doc.choices else options[choice]
        await self.answers.get_by_role("button", name=label, exact=True).click()


@asynccontextmanager
async def walker(browser: Browser, content: Content, folder: Path | None = None) -> AsyncIterator[Walker]:
    """`debrief run` in a process of its own, and a phone at its page. `content`: in the language of the walk."""
    locale, zone = LOCALES[content.language]
    with TemporaryDirectory() as place:
        async with debrief(Path(place)) as running:
            await running.up()
            # Presses wait for what moves to stand still; without pictures nothing need move.
            motion: Any = "no-preference" if folder else "reduce"
            context = await browser.new_context(**PHONE, locale=locale, timezone_id=zone, reduced_motion=motion)
            page = await context.new_page()
            troubles: list[str] = []
            page.on("pageerror", lambda error: troubles.append(str(error)))
            await page.goto(running.url)
            yield Walker(page, content, ZoneInfo(zone), folder)
            await context.close()
            assert troubles == []


def _says(text: str, said: str) -> bool:
    """Whether a screen has every paragraph of a step that is not put together at run time."""
    whole = " ".join(text.split())
    paragraphs = [" ".join(each.split()) for each in said.split("\n\n")]
    return all(each in whole for each in paragraphs if "{" not in each)


def _local(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")
