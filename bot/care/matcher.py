"""Patterns over words, all held against a text at once, in time linear in its length: there is no backtracking.

A pattern is a row of elements: `a|b` one of these words, `<set>` one of a named set, `(in time|now)` one of these
phrases, a trailing `?` for what may be missing, `..3` for up to three words of the same sentence, and `.` for the end
of a sentence or of the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.care.words import STOP

GAP_LONGEST_WORDS = 8
READINGS_MOST = 48
_GROUP = re.compile(r"\(([^()]*)\)(\??)")
# A word that was taken out of a text: nothing matches it and nothing matches across it.
TAKEN = ""


class PatternFault(ValueError):
    """A pattern that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Element:
    """One place in a pattern. Without `words`, any word but a STOP."""

    words: frozenset[str]
    optional: bool = False

    def takes(self, word: str) -> bool:
        return word in self.words or (not self.words and word not in {STOP, TAKEN})


Pattern = tuple[Element, ...]


def parse(source: str, sets: Mapping[str, frozenset[str]]) -> list[Pattern]:
    """Read a pattern; a group of phrases makes one Pattern for each. Raises PatternFault."""
    readings = list(_readings(source))
    if len(readings) > READINGS_MOST:
        raise PatternFault(f"{len(readings)} readings: split it, at most {READINGS_MOST} a line")
    return [_row(reading, sets) for reading in readings]


def _readings(source: str) -> Iterator[str]:
    """The source once for each choice of phrases; single words of a group stay together."""
    group = _GROUP.search(source)
    if group is None:
        yield source
        return
    choices = group[1].split("|")
    words = "|".join(choice for choice in choices if " " not in choice.strip())
    phrases = [choice for choice in choices if " " in choice.strip()]
    for choice in [words] * bool(words) + phrases + [""] * bool(group[2]):
        yield from _readings(f"{source[: group.start()]} {choice} {source[group.end() :]}")


def _row(source: str, sets: Mapping[str, frozenset[str]]) -> Pattern:
    elements: list[Element] = []
    for part in source.split():
        elements.extend(_gap(part) if part.startswith("..") else [_element(part, sets)])
    if not elements:
        raise PatternFault("an empty pattern")
    if elements[0].optional or elements[-1].optional:
        raise PatternFault("a pattern begins and ends with something that must be there")
    return tuple(elements)


def _gap(part: str) -> list[Element]:
    length = part[2:]
    if not length.isdecimal() or not 1 <= int(length) <= GAP_LONGEST_WORDS:
        raise PatternFault(f"{part!r}: a gap is ..1 to ..{GAP_LONGEST_WORDS}")
    return [Element(frozenset(), optional=True)] * int(length)


def _element(part: str, sets: Mapping[str, frozenset[str]]) -> Element:
    optional = part.endswith("?")
    words: set[str] = set()
    for choice in part.removesuffix("?").split("|"):
        if choice.startswith("<") and choice.endswith(">"):
            if choice[1:-1] not in sets:
                raise PatternFault(f"{choice} is not among the words")
            words |= sets[choice[1:-1]]
        elif choice.isalnum() or choice == STOP:
            words.add(choice)
        else:
            raise PatternFault(f"{part!r} is neither a word, a <set>, a gap nor a choice of these")
    return Element(frozenset(words), optional)


def begin(pattern: Pattern, words: Sequence[str], end: int) -> int:
    """Where the longest match of the pattern that ends at `end` (inclusive) begins."""
    befores = {end + 1}
    for element in reversed(pattern):
        stepped = {at - 1 for at in befores if at and element.takes(words[at - 1])}
        befores = stepped | befores if element.optional else stepped
    return min(befores)


class Matcher:
    """Bit-parallel Shift-And with optional elements (Navarro and Raffinot, Flexible Pattern Matching, 4.2-4.3).

    Each element of each pattern is one bit of one long integer; one step a word moves all of them on together.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._ends: dict[int, int] = {}
        self._masks: dict[str, int] = {STOP: 0, TAKEN: 0}
        self._any = self._first = self._last = 0
        self._optional = self._before_block = self._block_end = 0
        bit = 1
        for number, pattern in enumerate(patterns):
            self._first |= bit
            for element in pattern:
                self._add(element, bit)
                bit <<= 1
            self._last |= bit >> 1
            self._ends[bit >> 1] = number
        self._before_block = (self._optional >> 1) & ~self._optional
        self._block_end = self._optional & ~(self._optional >> 1)
        for word in self._masks.keys() - {STOP, TAKEN}:
            self._masks[word] |= self._any

    def _add(self, element: Element, bit: int) -> None:
        if element.optional:
            self._optional |= bit
        if not element.words:
            self._any |= bit
        for word in element.words:
            self._masks[word] = self._masks.get(word, 0) | bit

    def hits(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Each (number of the pattern, place of the last word) at which a pattern ends."""
        masks, any_word, first, last = self._masks, self._any, self._first, self._last
        optional, before_block, block_end = self._optional, self._before_block, self._block_end
        state = 0
        for at, word in enumerate(words):
            state = (state << 1 | first) & masks.get(word, any_word)
            if not state:
                continue
            # From each reached element, the run of optional elements after it counts as reached too.
            ahead = state | block_end
            state |= optional & (~(ahead - before_block) ^ ahead)
            found = state & last
            while found:
                lowest = found & -found
                yield self._ends[lowest], at
                found ^= lowest
