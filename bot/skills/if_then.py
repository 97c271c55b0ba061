"""An if-then plan, put together from two answers, picked or in own words."""

from collections.abc import Collection

from bot.flows.hearing import without_front
from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import labels, lowered, plain


def _if_then(ask: Ask) -> Answer:
    heard = [hearing.own_words for hearing in ask.content.hearings]
    said = {
        "if": _part(ask, "plan_if", "if_words", {phrase for own in heard for phrase in own.ifs}),
        "then": _part(ask, "plan_then", "then_words", {phrase for own in heard for phrase in own.thens}),
    }
    return Answer(values={name: words or "…" for name, words in said.items()})


def _part(ask: Ask, slot: str, listed: str, opening: Collection[str]) -> str:
    """One half of the sentence. Own words may begin with "if" or "I will", which the sentence says already."""
    words = labels(ask, listed)
    answer = ask.slot(slot)
    if answer in words:
        return words[answer]
    own = plain(answer)
    return lowered(without_front(own, opening) or own, ask.content.hearing.own_words)


IF_THEN = skill(_if_then, values=("if", "then"))
