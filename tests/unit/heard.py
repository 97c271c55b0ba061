"""How typed words are understood, by language, for tests of it."""

from datetime import UTC, datetime

from msgspec.structs import replace

from bot.app import content_texts
from bot.content import Content
from bot.flows import load
from bot.skills import SKILLS
from bot.skills.base import Ask
from tests.kit import content

_HEARINGS = load.documents(content_texts()).hearings
ENGLISH, SPANISH = _HEARINGS["en"], _HEARINGS["es"]
BOTH = (SPANISH, ENGLISH)
FRIDAY = datetime(2026, 11, 20, 14, 15, 30, tzinfo=UTC)


def in_spanish() -> Content:
    """The content that a Spanish speaker has, its sentences not yet translated."""
    return replace(content(), language="es", starts=SPANISH.starts, hearings=BOTH)


def country_of(words: str, spoken: Content) -> str:
    answer = SKILLS["find_country"].run(Ask(spoken, {"country_words": words}, {}, FRIDAY))
    return answer.slots.get("country", "")
