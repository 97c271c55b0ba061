"""What one free text is a sign of. Pure; linear in the text's length; never raises on a text.

Order: danger now, self-harm, abuse, ordinary. Families that `claim` (idiom, negation, what is long past) read first
and take their words out of the text; all others read what is left.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Self, TypeVar

from bot.care.lexicon_file import Family, Label, LexiconFile, read_lexicon
from bot.care.matcher import TAKEN, Anchor, Matcher, longest
from bot.care.words import Spelling, tokens
from bot.errors import ContentFault
from bot.strict_yaml import Fault

__all__ = ["Label", "Lexicon", "triage"]

Kind = TypeVar("Kind")


class Lexicon:
    """Families of patterns, compiled. Immutable once made. `counts`: how often words are met in ordinary texts."""

    def __init__(self, families: Sequence[Family], spelling: Spelling, counts: Mapping[str, int]) -> None:
        self._spelling = spelling
        first = [family for family in families if family.claims]
        then = [family for family in families if not family.claims]
        self._names = [family.name for family in first + then for _ in family.patterns]
        self._labels = [family.label for family in first + then for _ in family.patterns]
        self._claims = sum(len(family.patterns) for family in first)
        self._matcher = Matcher([pattern for family in first + then for pattern in family.patterns], counts)

    @classmethod
    def load(cls, text: str, path: str) -> Self:
        """Compile the lexicon from YAML text. Raises ContentFault with every fault as `path:line: CODE message`."""
        file = read_lexicon(text, path)
        counts = Counter(chain.from_iterable(tokens(example.text, file.spelling) for example in file.examples))
        lexicon = cls(file.families, file.spelling, counts)
        faults = file.faults or _examples(lexicon, file)
        if faults:
            raise ContentFault(*map(str, sorted(faults)))
        return lexicon

    def labels(self, text: str) -> set[Label]:
        """Every label that the text shows."""
        return self._shown(text, self._labels)

    def signs(self, text: str) -> set[str]:
        """The name of every family that the text shows."""
        return self._shown(text, self._names)

    def _shown(self, text: str, kinds: Sequence[Kind]) -> set[Kind]:
        """The kinds of the patterns that match; `kinds` gives one for each pattern. A kind once seen is not sought."""
        words = self._matcher.framed(tokens(text, self._spelling))
        likely = self._matcher.likely(words)
        claims = self._claim(words, [place for place in likely if place[1].number < self._claims])
        shown = {kinds[number] for number in claims}
        for at, anchor in likely:
            if (
                anchor.number >= self._claims
                and (kind := kinds[anchor.number]) not in shown
                and anchor.spans(words, at)
            ):
                shown.add(kind)
        return shown

    def _claim(self, words: list[str], likely: Sequence[tuple[int, Anchor]]) -> list[int]:
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


def triage(lexicon: Lexicon, text: str) -> Label:
    """The most urgent thing that one free text is a sign of."""
    labels = lexicon.labels(text)
    return next((label for label in Label if label in labels), Label.ORDINARY)


def _examples(lexicon: Lexicon, file: LexiconFile) -> list[Fault]:
    """Hold each example against the whole lexicon."""
    labels = {family.name: family.label for family in file.families}
    faults = []
    for example in file.examples:
        signs = lexicon.signs(example.text)
        read_as = triage(lexicon, example.text)
        if not example.wanted and example.family in signs:
            faults.append(Fault(file.path, example.line, "L010", f"{example.family} must not match: {example.text}"))
        elif example.wanted and example.family not in signs:
            faults.append(Fault(file.path, example.line, "L008", f"{example.family} does not match: {example.text}"))
        elif example.wanted and read_as is not labels[example.family]:
            faults.append(
                Fault(
                    file.path, example.line, "L009", f"read as {read_as}, not {labels[example.family]}: {example.text}"
                )
            )
    return faults
