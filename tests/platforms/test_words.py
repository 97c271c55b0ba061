"""The platforms' own words all stand in content/platforms.yaml, and none of them is left over."""

import re
from pathlib import Path

from bot.app import load_content
from tests.platforms.words import ENGLISH

HANDLERS = Path("handlers")
USED = [
    re.compile(pattern)
    for pattern in (
        r'words(?:\([^)]*\))?\["(\w+)"\]',
        r'\b_described\(core, "(\w+)"\)',
        r'data-(?:word|label|title|placeholder)="(\w+)"',
        r'\bword\("(\w+)"',
        r'\bword\([^"()]* \? "(\w+)" : "\w+"\)',
        r'\bword\([^"()]* \? "\w+" : "(\w+)"\)',
        r'(?:Fault|render\.fault)\("(\w+)"',
    )
]
MARKS = {"mark_alone", "mark_backed", "mark_talk"}


def sources() -> str:
    kinds = {".py", ".js", ".html"}
    return "\n".join(path.read_text("utf-8") for path in sorted(HANDLERS.rglob("*")) if path.suffix in kinds)


def test_every_word_that_a_platform_uses_is_there_and_none_is_left_over() -> None:
    used = {name for pattern in USED for name in pattern.findall(sources())}
    assert used | MARKS == set(ENGLISH)


def test_the_page_has_no_words_of_its_own() -> None:
    page = (HANDLERS / "web/page/index.html").read_text("utf-8")
    said = [text.strip() for text in re.findall(r">([^<]+)<", page.split("</head>")[1]) if text.strip()]
    # A page without JavaScript cannot know a language.
    assert said == ["Debrief", "This page needs JavaScript."]
    assert not re.findall(r' (?:aria-label|title|placeholder)="', page)


def test_the_words_are_part_of_the_content() -> None:
    assert load_content().platform_words == ENGLISH
