"""An answer as it is said aloud: a picked id becomes its words, own words are quoted. Nothing is made up."""

import re
from collections.abc import Mapping

from bot.flows.hearing import OwnWordsDoc
from bot.skills.base import Answer, Ask, skill

OWN_LONGEST_CHARS = 160
OWN, NONE = "own", "none"
_END_MARKS = " .,;:!?…"
_QUOTES = " \"'“”‘’«»"


def clip(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words, with an ellipsis where something is left out."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head.rsplit(None, 1)[0] if " " in head[longest // 2 :] else head).rstrip() + "…"


def plain(words: str) -> str:
    """Somebody's own words as they go into a sentence: one line, without its end mark and outer quotes."""
    line = " ".join(words.split())
    return clip(line.strip(_QUOTES).rstrip(_END_MARKS).rstrip(_QUOTES), OWN_LONGEST_CHARS)


def lowered(words: str, said: OwnWordsDoc) -> str:
    first = re.split(r"\W", words, maxsplit=1)[0]
    keeps = first in said.capitals or (len(first) > 1 and first[:2].isupper())
    return words if keeps else words[:1].lower() + words[1:]


def labels(ask: Ask, listed: str) -> Mapping[str, str]:
    """A list of content: option id -> its words."""
    return {option.id: option.label for option in ask.content.lists[listed]}


def phrase(words: Mapping[str, str], answer: str) -> str:
    """A picked id as its words, own words inside those of `own`; those of `none` where there is no answer."""
    if answer in words and answer not in (OWN, NONE):
        return words[answer]
    own = plain(answer)
    return words.get(OWN, "“{own}”").replace("{own}", own) if own else words.get(NONE, "-")


def _phrase(ask: Ask) -> Answer:
    """The answer in the slot `args.slot`, by the list `args.words`."""
    return Answer(values={"phrase": phrase(labels(ask, ask.args["words"]), ask.slot(ask.args["slot"]))})


PHRASE = skill(_phrase, values=("phrase",))
