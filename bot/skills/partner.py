"""The silent partner's sentence and text, put together from their own answers and authored templates."""

import re
from collections.abc import Sequence

from bot.flows.hearing import OwnWordsDoc, says, without_front
from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import labels, phrase, plain


def _parts(ask: Ask) -> dict[str, str]:
    did, left = labels(ask, "partner_did"), labels(ask, "partner_left")
    return {
        "saw": _capitals(ask, plain(ask.slot("own_saw"))),
        "did": did.get(ask.slot("own_did"), next(iter(did.values()))),
        "left": left.get(ask.slot("own_left"), next(iter(left.values()))),
    }


def _capitals(ask: Ask, words: str) -> str:
    """What their language always writes with a capital has one, however it was typed."""
    for capital in ask.content.hearing.own_words.capitals:
        words = re.sub(rf"\b{capital.lower()}\b(?=$|[\s,'’])", capital, words)
    return words


def _shape(saw: str, heard: Sequence[OwnWordsDoc], *, lines: int) -> str:
    """Which template carries the words: a clause, a thing seen, a whole sentence, a quote; one word tells nothing."""
    if " " not in saw:
        return "nothing"
    if lines > 1 or re.search(r"[.!?]\s", saw):
        return "quoted"
    shapes = [
        (name, starts)
        for own in heard
        for name, starts in (("when", own.clauses), ("what", own.ways), ("whole", own.wholes))
    ]
    return next((shape for shape, starts in shapes if without_front(saw, starts)), "quoted")


def _heard(ask: Ask) -> list[OwnWordsDoc]:
    """Their language first, then English."""
    return [hearing.own_words for hearing in ask.content.hearings]


def _sentence(ask: Ask) -> str:
    parts, heard = _parts(ask), _heard(ask)
    saw = parts["saw"]
    shape = _shape(saw, heard, lines=len(ask.slot("own_saw").strip().splitlines()))
    if shape in ("when", "what"):
        parts["saw"] = saw[:1].lower() + saw[1:]
    told = "_told" if any(says(saw, own.did) for own in heard) else ""
    sentence = labels(ask, "partner_sentences")[f"{shape}{told}"].format_map(parts).replace("….", "…")
    return sentence[:1].upper() + sentence[1:]


def _own_up(ask: Ask) -> Answer:
    """`but` where their words take it back again."""
    excused = any(says(ask.slot("own_saw"), own.buts) for own in _heard(ask))
    return Answer("but" if excused else "ok", values={"sentence": _sentence(ask)})


def _own_words(ask: Ask) -> Answer:
    """`message` is the text to copy; `mine` is what they keep for themself, or empty."""
    text, repair = labels(ask, "partner_text"), ask.slot("own_repair")
    said = [_sentence(ask), text["sorry"], labels(ask, "partner_repair_words").get(repair, ""), text["hear"]]
    kept = [("to_do", "partner_repairs", repair), ("to_say", "partner_lines", ask.slot("own_line"))]
    kept += [("tender", "partner_buttons", ask.slot("own_button"))]
    mine = [
        phrase({"own": text[line]}, labels(ask, listed).get(answer, answer)) for line, listed, answer in kept if answer
    ]
    return Answer(values={"message": " ".join(filter(None, said)), "mine": "\n".join(mine)})


OWN_UP = skill(_own_up, outcomes=("ok", "but"), values=("sentence",))
OWN_WORDS = skill(_own_words, values=("message", "mine"))
