"""An if-then plan, put together from two answers, picked or in own words."""

import re

from bot.skills.base import Answer, Ask, skill
from bot.skills.talk import ANSWER_CHARS, clip

_IF = re.compile(r"^(?:if|when)\s+(?=\S)", re.IGNORECASE)
_THEN = re.compile(r"^(?:then,?\s+)?(?:(?:i\s+will|i['’]?ll|i['’]?m going to|to)\s+)?(?=\S)", re.IGNORECASE)
_KEEPS_ITS_CAPITAL = re.compile(r"I\b|[A-Z]{2}")
_END_MARKS = " .,;:!?…"


def _if_then(ask: Ask) -> Answer:
    said = {"if": _part(ask, "plan_if", "if_words", _IF), "then": _part(ask, "plan_then", "then_words", _THEN)}
    return Answer(values={name: words or "…" for name, words in said.items()})


def _part(ask: Ask, slot: str, listed: str, opening: re.Pattern[str]) -> str:
    """One half of the sentence. Own words may begin with "if" or "I will", which the sentence says already."""
    words = {option.id: option.label for option in ask.content.lists[listed]}
    answer = ask.slot(slot)
    if answer in words:
        return words[answer]
    own = opening.sub("", clip(" ".join(answer.split()).rstrip(_END_MARKS), ANSWER_CHARS), count=1)
    return own if _KEEPS_ITS_CAPITAL.match(own) else own[:1].lower() + own[1:]


IF_THEN = skill(_if_then, values=("if", "then"))
