"""What one free text is a sign of. Pure; linear in the text's length; never raises on a text.

Order: danger now, self-harm, abuse, ordinary. Families that `claim` (idiom, negation, what is long past) read first
and take their words out of the text; all others read what is left.
"""

from collections.abc import Sequence
from typing import Self

from bot.care.lexicon_file import Family, Label, LexiconFile, read_lexicon
from bot.care.matcher import TAKEN, Matcher, begin
from bot.care.words import Spelling, tokens
from bot.errors import ContentFault
from bot.strict_yaml import Fault

__all__ = ["Label", "Lexicon", "triage"]


class Lexicon:
    """Families of patterns, compiled. Immutable once made."""

    def __init__(self, families: Sequence[Family], spelling: Spelling) -> None:
        self._spelling = spelling
        self._claims = [(family, row) for family in families if family.claims for row in family.patterns]
        self._others = [family for family in families if not family.claims for _ in family.patterns]
        self._claim_matcher = Matcher([pattern for _, pattern in self._claims])
        self._matcher = Matcher([row for family in families if not family.claims for row in family.patterns])

    @classmethod
    def load(cls, text: str, path: str) -> Self:
        """Compile the lexicon from YAML text. Raises ContentFault with every fault as `path:line: CODE message`."""
        file = read_lexicon(text, path)
        lexicon = cls(file.families, file.spelling)
        faults = file.faults or _examples(lexicon, file)
        if faults:
            raise ContentFault(*map(str, sorted(faults)))
        return lexicon

    def signs(self, text: str) -> frozenset[Family]:
        """Every family that the text shows."""
        words = tokens(text, self._spelling)
        claims = self._claim(words)
        return claims | {self._others[number] for number, _ in self._matcher.hits(words, once=True)}

    def _claim(self, words: list[str]) -> frozenset[Family]:
        """The families that claim, after taking their words out. The leftmost match wins, then the longest."""
        matches = sorted(
            (begin(self._claims[number][1], words, end), -end, number)
            for number, end in self._claim_matcher.hits(words)
        )
        signs: set[Family] = set()
        free_from = 0
        for start, minus_end, number in matches:
            if start >= free_from:
                signs.add(self._claims[number][0])
                free_from = 1 - minus_end
                words[start:free_from] = [TAKEN] * (free_from - start)
        return frozenset(signs)


def triage(lexicon: Lexicon, text: str) -> Label:
    """The most urgent thing that one free text is a sign of."""
    labels = {family.label for family in lexicon.signs(text)}
    return next((label for label in Label if label in labels), Label.ORDINARY)


def _examples(lexicon: Lexicon, file: LexiconFile) -> list[Fault]:
    """Hold each example against the whole lexicon."""
    labels = {family.name: family.label for family in file.families}
    faults = []
    for example in file.examples:
        signs = {family.name for family in lexicon.signs(example.text)}
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
