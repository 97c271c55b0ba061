"""Openers and expectations, put together from the person's own answers and authored templates."""

from bot.flows.document import OpenerDoc
from bot.skills.base import Answer, Ask, skill

OPENERS_SHOWN = 3
EXCERPT_CHARS = 600
ANSWER_CHARS = 160
_OPENS_A_CLAUSE = ("when ", "after ", "while ", "as ", "because ", "that ")
_KEEPS_ITS_CAPITAL = ("I ", "I'", "I’")


def clip(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words, with an ellipsis where something is left out."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head.rsplit(None, 1)[0] if " " in head[longest // 2 :] else head).rstrip() + "…"


def _told(words: str) -> dict[str, str]:
    """What happened, as the template that fits: a clause (`when your sister ...`) or plain words to quote."""
    told = clip(" ".join(words.split()).rstrip(" .,;!?"), ANSWER_CHARS)
    if not told:
        return {}
    lowered = told if told.startswith(_KEEPS_ITS_CAPITAL) else told[0].lower() + told[1:]
    return {"when_happened": lowered} if lowered.startswith(_OPENS_A_CLAUSE) else {"happened": told}


def _labels(ask: Ask) -> dict[str, str]:
    """The answers as they are said: a picked id becomes its words, own words stay as they are."""
    said = {}
    for slot, listed in (("feeling", "feeling_words"), ("support", "support_words")):
        words = {option.id: option.label for option in ask.content.lists[listed]}
        if answer := ask.slot(slot):
            said[slot] = words.get(answer, clip(" ".join(answer.split()), ANSWER_CHARS))
    return said | _told(ask.slot("happened"))


def fitting(openers: tuple[OpenerDoc, ...], said: dict[str, str]) -> list[str]:
    """The openers whose needs are met, those that use most of the person's words first."""
    able = [opener for opener in openers if all(said.get(need) for need in opener.needs)]
    able.sort(key=lambda opener: -len(opener.needs))
    return [opener.say.strip().format_map(said) for opener in able[:OPENERS_SHOWN]]


def _openers(ask: Ask) -> Answer:
    lines = fitting(ask.content.openers, _labels(ask))
    return Answer(values={"openers": "\n\n".join(f"{n}. “{line}”" for n, line in enumerate(lines, 1))})


def _card(ask: Ask) -> Answer:
    """What the person expects, as one line each."""
    rows = []
    for slot in ("support", "how_often", "role"):
        words = {option.id: option.label for option in ask.content.lists.get(f"{slot}_card", ())}
        if answer := ask.slot(slot):
            rows.append(f"- {words.get(answer, clip(' '.join(answer.split()), ANSWER_CHARS))}")
    return Answer(values={"card": "\n".join(rows) or "-"})


def _note(ask: Ask) -> Answer:
    note = ask.slot("note").strip()
    return Answer("some" if note else "none", values={"note": clip(note, EXCERPT_CHARS) or "-"})


OPENERS = skill(_openers, values=("openers",))
CARD = skill(_card, values=("card",))
NOTE = skill(_note, outcomes=("some", "none"), values=("note",))
