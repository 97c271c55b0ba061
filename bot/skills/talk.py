"""Openers, put together from the person's own answers and authored templates."""

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.flows.document import OpenerDoc
from bot.flows.hearing import OwnWordsDoc, without_front
from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import clip, labels, lowered, plain

OPENERS_SHOWN = 3
PLAIN = "plain"
EXCERPT_CHARS = 600
_BRIEF_WORDS = 6


def _told(words: str, said: OwnWordsDoc) -> dict[str, str]:
    """What happened, as the template that fits: a clause (`when your sister ...`) or plain words to quote."""
    told = plain(words)
    clause = told[:1].lower() + told[1:]
    is_clause = without_front(clause, said.clauses) and not re.search(r"[.!?]\s", told)
    return {"when_happened": clause} if is_clause else {"happened": told}


def _said(ask: Ask) -> dict[str, str]:
    """The answers as they are said: a picked id becomes its words, own words stay as they are."""
    own = ask.content.hearing.own_words
    feelings, supports = (labels(ask, listed) for listed in ("feeling_words", "support_words"))
    feeling, support = ask.slot("feeling"), ask.slot("support")
    felt = feelings.get(feeling) or _own_feeling(feeling, own)
    said = {"feeling": felt, "support": supports.get(support, ""), **_told(ask.slot("happened"), own)}
    said |= {"support_own": "" if said["support"] else lowered(plain(support), own)}
    # An opener never accuses: own words that the check for drafts would point out are left out of it.
    return {key: "" if ask.content.drafts.phrases.find(words) else words for key, words in said.items()}


def _own_feeling(words: str, said: OwnWordsDoc) -> str:
    """Own words that can stand behind "I felt"; empty for what is a story, or no feeling at all."""
    felt = lowered(plain(without_front(words, said.felt) or words), said)
    none = len(felt.split()) > _BRIEF_WORDS or without_front(felt, said.no_feeling) is not None
    return "" if none else felt


def _brief(ask: Ask) -> Answer:
    """Whether the typed words (`args.text`) are an answer; a story joins the note instead."""
    return Answer("ok" if len(ask.args["text"].split()) <= _BRIEF_WORDS else "long")


def fitting(openers: Iterable[OpenerDoc], said: Mapping[str, str]) -> list[str]:
    """The openers whose needs are met, those that use most of the person's words first."""
    able = [opener for opener in openers if all(said.get(need) for need in opener.needs)]
    able.sort(key=lambda opener: -len(opener.needs))
    return [opener.say.strip().format_map(said).replace("….", "…") for opener in able]


def _pages(ask: Ask) -> list[list[str]]:
    """Every opener in the chosen tone, a screenful each."""
    tone = ask.slot("tone") or PLAIN
    lines = fitting([opener for opener in ask.content.openers if opener.tone == tone], _said(ask))
    return [lines[at : at + OPENERS_SHOWN] for at in range(0, len(lines), OPENERS_SHOWN)]


def _page(ask: Ask, pages: Sequence[object]) -> int:
    """The page that shows; answers may have changed since it was turned."""
    page = ask.slot("openers_page")
    return int(page) % len(pages) if page.isdecimal() else 0


def _openers(ask: Ask) -> Answer:
    pages = _pages(ask)
    shown = pages[_page(ask, pages)]
    return Answer(values={"openers": "\n\n".join(f"{n}. “{line}”" for n, line in enumerate(shown, 1))})


def _more_openers(ask: Ask) -> Answer:
    pages = _pages(ask)
    return Answer(slots={"openers_page": str((_page(ask, pages) + 1) % len(pages))})


def told_again(ask: Ask, words: str) -> str:
    """Their own words as they may be shown again: a line that was a sign is not played back to them."""
    return "\n".join(line for line in words.splitlines() if not ask.content.lexicon.labels(line)).strip()


def _note(ask: Ask) -> Answer:
    note = told_again(ask, ask.slot("note"))
    return Answer("some" if note else "none", values={"note": clip(note, EXCERPT_CHARS) or "-"})


OPENERS = skill(_openers, values=("openers",))
MORE_OPENERS = skill(_more_openers)
NOTE = skill(_note, outcomes=("some", "none"), values=("note",))
BRIEF = skill(_brief, outcomes=("ok", "long"))
