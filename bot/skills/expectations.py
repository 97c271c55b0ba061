"""What the person would like of their partner: a card to copy, from their own answers."""

from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import OWN_LONGEST_CHARS, clip

ROWS = ("support", "how_often", "role")


def _card(ask: Ask) -> Answer:
    """One line for each answer."""
    rows = [_as_said(ask, slot, f"{slot}_card") for slot in ROWS]
    if word := _as_said(ask, "signal", "signal_words"):
        row = next(option.label for option in ask.content.lists["signal_card"])
        rows.append(row.replace("{signal}", word))
    told = [f"- {row}" for row in rows if row]
    return Answer("some" if told else "none", values={"card": "\n".join(told) or "-"})


def _as_said(ask: Ask, slot: str, listed: str) -> str:
    """A picked answer in the words of its list, own words on one line; empty where nothing was answered."""
    words = {option.id: option.label for option in ask.content.lists.get(listed, ())}
    answer = ask.slot(slot)
    return words.get(answer, clip(" ".join(answer.split()), OWN_LONGEST_CHARS))


CARD = skill(_card, outcomes=("some", "none"), values=("card",))
