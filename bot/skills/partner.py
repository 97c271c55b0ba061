"""The silent partner's sentence and text, put together from their own answers and authored templates."""

import re

from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import labels, phrase, plain

_WHEN = ("when ", "while ", "cuando ", "mientras ")
_WHAT = ("how ", "what ", "the way ")
_WHOLE = ("i saw ", "i heard ", "i noticed ", "i watched ", "i was there ")
_TELLS_WHAT_THEY_DID = re.compile(
    r"\bI (?:just |only )?(?:said nothing|kept|stayed|froze|laughed|looked|took|told|didn['’]t|did not)\b"
)
_BUT = re.compile(r"\bbut\b", re.IGNORECASE)
_LONE_I = re.compile(r"\bi\b(?=$|[\s,'’])")


def _parts(ask: Ask) -> dict[str, str]:
    did, left = labels(ask, "partner_did"), labels(ask, "partner_left")
    return {
        "saw": _LONE_I.sub("I", plain(ask.slot("own_saw"))),
        "did": did.get(ask.slot("own_did"), next(iter(did.values()))),
        "left": left.get(ask.slot("own_left"), next(iter(left.values()))),
    }


def _shape(saw: str, *, lines: int) -> str:
    """Which template carries the words: a clause, a thing seen, a whole sentence, a quote; one word tells nothing."""
    words = saw.casefold()
    if " " not in saw:
        return "nothing"
    if lines > 1 or re.search(r"[.!?]\s", saw):
        return "quoted"
    shapes = {"when": _WHEN, "what": _WHAT, "whole": _WHOLE}
    return next((shape for shape, starts in shapes.items() if words.startswith(starts)), "quoted")


def _sentence(ask: Ask) -> str:
    parts = _parts(ask)
    saw = parts["saw"]
    shape = _shape(saw, lines=len(ask.slot("own_saw").strip().splitlines()))
    if shape in ("when", "what"):
        parts["saw"] = saw[:1].lower() + saw[1:]
    told = "_told" if _TELLS_WHAT_THEY_DID.search(saw) else ""
    return labels(ask, "partner_sentences")[f"{shape}{told}"].format_map(parts).replace("….", "…")


def _own_up(ask: Ask) -> Answer:
    """`but` where their words take it back again."""
    excused = _BUT.search(plain(ask.slot("own_saw")))
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
