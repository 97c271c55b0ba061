"""What a language's words are checked against: lists as data, one instance for each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize

NOTHING = re.compile(r"(?!)")
EXCLAMATION = re.compile(r"[!¡]")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def any_of(*phrases: str) -> re.Pattern[str]:
    """Any of these, as whole words; each is a regular expression."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def folded(word: str) -> str:
    """Small letters without accents."""
    return "".join(letter for letter in normalize("NFD", word.casefold()) if letter.isalnum() or letter in "'-")


@dataclass(frozen=True, slots=True)
class Speech:
    """`never`: code -> what no text may say, and why. `gendered`: words that tell a gender, unless one that matches
    `agrees` follows a noun that matches `agreeing`. A button opens with one of `verbs`, to which `clitics` may be
    joined, or of `own_voice`; or with one of `answers`, and is short: all three in small letters without accents.
    `glances` is all that a lock screen may show.
    """

    never: Mapping[str, tuple[re.Pattern[str], str]]
    gendered: re.Pattern[str]
    verbs: frozenset[str]
    own_voice: frozenset[str]
    answers: frozenset[str]
    glances: frozenset[str]
    agreeing: re.Pattern[str] = NOTHING
    agrees: re.Pattern[str] = NOTHING
    clitics: re.Pattern[str] = NOTHING

    def opens(self, text: str, answer_most_words: int) -> bool:
        said = [folded(word) for word in _WORD.findall(text)]
        if not said:
            return False
        first = said[0]
        if first in self.own_voice or first in self.verbs or self.clitics.sub("", first) in self.verbs:
            return True
        return first in self.answers and len(said) <= answer_most_words
