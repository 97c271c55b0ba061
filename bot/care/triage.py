"""What one free text is a sign of. Pure; linear in the text's length; never raises on a text.

Order: danger now, self-harm, abuse, ordinary. Families that `claim` (idiom, negation, what is long past) read first
and take their words out of the text; all others of their language read what is left. Each language reads the text as
if there were no other, so that what is ordinary in one hides nothing in another; people mix them.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from bot.care.matcher import TAKEN, Likely, Matcher, longest, spans
from bot.care.patterns import Pattern
from bot.care.words import Spelling, parts, read_parts

Kind = TypeVar("Kind")


class Label(StrEnum):
    """What a text is a sign of, the most urgent first."""

    DANGER = "danger"
    SELF_HARM = "self_harm"
    ABUSE = "abuse"
    ORDINARY = "ordinary"

    # The enum's own is a function in Python, and each text asks for dozens.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Ways to say one thing. `claims`: its words are taken out before the families that do not claim read on."""

    name: str
    label: Label
    claims: bool
    patterns: tuple[Pattern, ...]


class Tongue:
    """One language's families, compiled. Immutable once made. `counts`: how often words are met in ordinary texts."""

    def __init__(self, families: Sequence[Family], spelling: Spelling, counts: Mapping[str, int]) -> None:
        self.spelling = spelling
        first = [family for family in families if family.claims]
        then = [family for family in families if not family.claims]
        self.names = [family.name for family in first + then]
        self.labels = [family.label for family in first + then]
        self._family = array("H", (at for at, family in enumerate(first + then) for _ in family.patterns))
        self._claims = sum(len(family.patterns) for family in first)
        self._matcher = Matcher([pattern for family in first + then for pattern in family.patterns], counts)

    def shown(self, typed: Sequence[str], kinds: Sequence[Kind]) -> set[Kind]:
        """The kinds of the patterns that match; `kinds` gives one for each family. A kind once seen is not sought."""
        words = self._matcher.framed(read_parts(typed, self.spelling))
        likely = self._matcher.likely(words)
        claims = self._claim(words, [place for place in likely if place[1] < self._claims])
        family = self._family
        shown = {kinds[family[number]] for number in claims}
        for place in likely:
            number = place[1]
            if number >= self._claims and (kind := kinds[family[number]]) not in shown and spans(words, place):
                shown.add(kind)
        return shown

    def _claim(self, words: list[str], likely: Sequence[Likely]) -> list[int]:
        """The patterns that claim, after taking their words out. The leftmost match wins, then the longest."""
        matches = sorted((begin, -end, number) for (number, end), begin in longest(words, likely).items())
        claims = []
        free_from = 0
        for start, minus_end, number in matches:
            if start >= free_from:
                claims.append(number)
                free_from = 1 - minus_end
                words[start:free_from] = [TAKEN] * (free_from - start)
        return claims


class Lexicon:
    """All languages together. Immutable once made."""

    def __init__(self, tongues: Sequence[Tongue]) -> None:
        self._tongues = tuple(tongues)
        met = Counter(chain.from_iterable(tongue.spelling for tongue in tongues))
        # No language is known by these.
        self._shared = frozenset(token for token, languages in met.items() if languages > 1)

    def labels(self, text: str) -> set[Label]:
        """Every label that the text shows."""
        typed = parts(text)
        return {label for tongue in self._heard(typed) for label in tongue.shown(typed, tongue.labels)}

    def signs(self, text: str) -> set[str]:
        """The name of every family that the text shows."""
        typed = parts(text)
        return {name for tongue in self._heard(typed) for name in tongue.shown(typed, tongue.names)}

    def _heard(self, typed: Sequence[str]) -> Sequence[Tongue]:
        """The languages of which the text holds a word that no other has; all of them where there is none."""
        telling = set(typed) - self._shared
        heard = [tongue for tongue in self._tongues if not tongue.spelling.keys().isdisjoint(telling)]
        return heard or self._tongues


def triage(lexicon: Lexicon, text: str) -> Label:
    """The most urgent thing that one free text is a sign of."""
    labels = lexicon.labels(text)
    return next((label for label in Label if label in labels), Label.ORDINARY)
