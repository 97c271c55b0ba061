"""Openers and expectations, put together from the person's own answers and authored templates."""

import re

from bot.flows.document import OpenerDoc
from bot.skills.base import Answer, Ask, skill

OPENERS_SHOWN = 3
EXCERPT_CHARS = 600
ANSWER_CHARS = 160
_OPENS_A_CLAUSE = ("when ", "after ", "while ", "because ")
_BRIEF_WORDS = 6
_NO_FEELING = ("he ", "she ", "they ", "it ", "we ", "you ", "i do", "don't", "no ", "my ", "his ", "her ", "their ")
_KEEPS_ITS_CAPITAL = re.compile(r"I\b|[A-Z]{2}")
_I_FELT = re.compile(r"^(?:(?:i )?(?:felt|feel|was|am|feeling)|i['’]?m) (?=\w)", re.IGNORECASE)
_END_MARKS = " .,;:!?…"


def clip(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words, with an ellipsis where something is left out."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head.rsplit(None, 1)[0] if " " in head[longest // 2 :] else head).rstrip() + "…"


def _plain(words: str) -> str:
    """Somebody's own words as they go into a sentence: one line, without its end mark."""
    return clip(" ".join(words.split()).rstrip(_END_MARKS), ANSWER_CHARS)


def _lowered(words: str) -> str:
    return words if _KEEPS_ITS_CAPITAL.match(words) else words[:1].lower() + words[1:]


def _told(words: str) -> dict[str, str]:
    """What happened, as the template that fits: a clause (`when your sister ...`) or plain words to quote."""
    told = _plain(words)
    clause = told[:1].lower() + told[1:]
    is_clause = clause.casefold().startswith(_OPENS_A_CLAUSE) and not re.search(r"[.!?]\s", told)
    return {"when_happened": clause} if is_clause else {"happened": told}


def _said(ask: Ask) -> dict[str, str]:
    """The answers as they are said: a picked id becomes its words, own words stay as they are."""
    feelings, supports = (_words(ask, listed) for listed in ("feeling_words", "support_words"))
    feeling, support = ask.slot("feeling"), ask.slot("support")
    felt = feelings.get(feeling) or _own_feeling(feeling)
    said = {"feeling": felt, "support": supports.get(support, ""), **_told(ask.slot("happened"))}
    return said | {"support_own": "" if said["support"] else _lowered(_plain(support))}


def _own_feeling(words: str) -> str:
    """Own words that can stand behind "I felt"; empty for what is a story, or no feeling at all."""
    felt = _lowered(_plain(_I_FELT.sub("", words.strip(), count=1)))
    return "" if len(felt.split()) > _BRIEF_WORDS or f"{felt} ".casefold().startswith(_NO_FEELING) else felt


def _brief(ask: Ask) -> Answer:
    """Whether the typed words (`args.text`) are an answer; a story joins the note instead."""
    return Answer("ok" if len(ask.args["text"].split()) <= _BRIEF_WORDS else "long")


def _words(ask: Ask, listed: str) -> dict[str, str]:
    return {option.id: option.label for option in ask.content.lists[listed]}


def fitting(openers: tuple[OpenerDoc, ...], said: dict[str, str]) -> list[str]:
    """The openers whose needs are met, those that use most of the person's words first."""
    able = [opener for opener in openers if all(said.get(need) for need in opener.needs)]
    able.sort(key=lambda opener: -len(opener.needs))
    return [opener.say.strip().format_map(said).replace("….", "…") for opener in able[:OPENERS_SHOWN]]


def _openers(ask: Ask) -> Answer:
    lines = fitting(ask.content.openers, _said(ask))
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
BRIEF = skill(_brief, outcomes=("ok", "long"))
