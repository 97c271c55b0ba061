"""`python -m tests.platforms.pictures`: walks the page in every language, and makes docs/pictures anew."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from bot.app import load_content
from tests.platforms.page_kit import ARGUMENTS, CHROMIUM
from tests.platforms.the_walk import walk
from tests.platforms.walker import LOCALES, Picture, walker

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
HEAD = """# The page, in pictures

A walk over the page on a phone of 360 by 740, in English and in Spanish, from the greeting to being forgotten.

`make pictures` makes them, and this list: it starts `debrief run`, walks the page in Chromium and takes a picture at
each of these screens. `make test` makes the same walk without pictures, in both languages: it compares what the page
says with the content, by the step's id, and this list with the walk. Pictures are not compared.
A date that is picked is the browser's own control, and looks as that browser draws it.

| | English | Spanish |
|---|---|---|
"""


def readme(taken: Sequence[Picture]) -> str:
    rows = [
        f"| {each.about}<br>`{each.step}` | "
        + " | ".join(f'<img src="{language}/{each.name}.png" width="270" alt="{each.step}">' for language in LOCALES)
        + " |"
        for each in taken
    ]
    return HEAD + "\n".join(rows) + "\n"


async def main() -> None:
    content = load_content()
    taken: list[Picture] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for language in LOCALES:
            folder = FOLDER / language
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob("*.png"):
                old.unlink()
            async with walker(browser, content.spoken(language), folder) as me:
                await walk(me)
                taken = me.taken
        await browser.close()
    (FOLDER / "README.md").write_text(readme(taken), "utf-8")


if __name__ == "__main__":
    asyncio.run(main())
