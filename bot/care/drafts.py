"""What in a draft may land hard, found by a table of phrases: quoted, explained, put another way. Pure.

Law: the same draft gives the same findings. None is a score, and none says anything of the person.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from bot.care.matcher import Matcher, longest
from bot.care.patterns import Pattern
from bot.care.words import STOP, Spelling, tokens

# A pause ends nothing; a comma ends a phrase here as a full stop does, so that "I love you, always" is left alone.
_PART = re.compile(r"\.{2,}|(?P<end>[.!?;,:\n]+)|[^\s.!?;,:]+")


class Advice(msgspec.Struct, frozen=True):
    """What is said of one kind of phrase: how it may land, and one way to say it as `I`."""

    why: str
    instead: str


class Said(msgspec.Struct, frozen=True):
    """All the words of the table that a person reads. `finding` has the places {words}, {why} and {instead}."""

    found: str
    clean: str
    finding: str
    families: Mapping[str, Advice]

    def spoken(self, say: Callable[[str], str]) -> "Said":
        """The same in another language."""
        families = {name: Advice(say(advice.why), say(advice.instead)) for name, advice in self.families.items()}
        return Said(say(self.found), say(self.clean), say(self.finding), families)


class Finding(msgspec.Struct, frozen=True):
    """`words` are the draft's own, as they were typed."""

    family: str
    words: str


class Rule(msgspec.Struct, frozen=True):
    """Phrases of one family in one language."""

    id: str
    family: str
    patterns: tuple[Pattern, ...]


class Phrases:
    """Rules, compiled. `leaves`: phrases that are sound; what shares a word with one is not pointed out."""

    def __init__(self, rules: Sequence[Rule], leaves: Sequence[Pattern], spelling: Spelling) -> None:
        self._spelling = spelling
        self._leaves = len(leaves)
        self._families = [rule.family for rule in rules for _ in rule.patterns]
        self._matcher = Matcher([*leaves, *(pattern for rule in rules for pattern in rule.patterns)], {})

    def find(self, draft: str) -> list[Finding]:
        """Each family at its first place, in the order of the draft. Words that two want are the first one's."""
        placed = list(_placed(draft, self._spelling))
        words = self._matcher.framed(word for word, _, _ in placed)
        margin = (len(words) - len(placed)) // 2
        spans = sorted(
            (first - margin, margin - last, number)
            for (number, last), first in longest(words, self._matcher.likely(words)).items()
        )
        taken = {at for first, last, number in spans if number < self._leaves for at in range(first, 1 - last)}
        found: dict[str, Finding] = {}
        for first, last, number in spans:
            places = range(first, 1 - last)
            if number < self._leaves or not taken.isdisjoint(places):
                continue
            taken.update(places)
            family = self._families[number - self._leaves]
            found.setdefault(family, Finding(family, _quoted(draft, placed[first : 1 - last])))
        return list(found.values())


class Drafts(msgspec.Struct, frozen=True):
    """The table: what is looked for, and what is said of it."""

    phrases: Phrases
    said: Said


def _placed(draft: str, spelling: Spelling) -> Iterator[tuple[str, int, int]]:
    """The words of a draft, each with where it begins and ends as typed; a STOP at both ends and between phrases."""
    yield STOP, 0, 0
    for part in _PART.finditer(draft):
        if part["end"]:
            yield STOP, part.end(), part.end()
        else:
            yield from ((word, part.start(), part.end()) for word in tokens(part[0], spelling)[1:-1])
    yield STOP, len(draft), len(draft)


def _quoted(draft: str, placed: Sequence[tuple[str, int, int]]) -> str:
    words = [(begin, end) for word, begin, end in placed if word != STOP]
    return " ".join(draft[words[0][0] : words[-1][1]].split()).strip("\"'“”‘’«»()¿¡-–—*_")
