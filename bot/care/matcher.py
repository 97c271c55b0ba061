"""Patterns over words, all held against a text at once, in time linear in its length: there is no backtracking.

A pattern is a row of elements: `a|b` one of these words, `<set>` one of a named set, `(in time|now)` one of these
phrases, a trailing `?` for what may be missing, `..3` for up to three words of the same sentence, and `.` for the end
of a sentence or of the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from bot.care.words import STOP

GAP_LONGEST_WORDS = 8
READINGS_MOST = 48
_GROUP = re.compile(r"\(([^()]*)\)(\??)")
# A word that was taken out of a text: nothing matches it and nothing matches across it.
TAKEN = ""


class PatternFault(ValueError):
    """A pattern that cannot be read; the message says why."""


class Element(NamedTuple):
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
    return _merged([_row(reading, sets) for reading in readings])


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


def _merged(patterns: list[Pattern]) -> list[Pattern]:
    """The same language in fewer patterns: those that differ in the words of one element only become one."""
    for at in range(max(map(len, patterns)) if len(patterns) > 1 else 0):
        merged: dict[tuple[Pattern, bool, Pattern], frozenset[str]] = {}
        others: list[Pattern] = []
        for pattern in dict.fromkeys(patterns):
            if at < len(pattern) and pattern[at].words:
                key = (pattern[:at], pattern[at].optional, pattern[at + 1 :])
                merged[key] = merged.get(key, frozenset()) | pattern[at].words
            else:
                others.append(pattern)
        patterns = others + [
            (*before, Element(words, optional), *after) for (before, optional, after), words in merged.items()
        ]
    return patterns


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


def _bits(places: Sequence[int]) -> int:
    """The integer with these bits set; by bytes, because setting them one by one copies it each time."""
    octets = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        octets[place // 8] |= 1 << place % 8
    return int.from_bytes(octets, "little")


class Matcher:
    """Bit-parallel Shift-And with optional elements (Navarro and Raffinot, Flexible Pattern Matching, 4.2-4.3).

    Each element of each pattern is one bit of one long integer; one step a word moves all of them on together.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        elements = [element for pattern in patterns for element in pattern]
        ends = [length - 1 for length in accumulate(map(len, patterns))]
        self._numbers = {1 << end: number for number, end in enumerate(ends)}
        self._last = _bits(ends)
        self._first = (self._last << 1 | 1) & ~(1 << len(elements))
        self._any = _bits([place for place, element in enumerate(elements) if not element.words])
        places: dict[str, list[int]] = {STOP: []}
        for place, element in enumerate(elements):
            for word in element.words:
                places.setdefault(word, []).append(place)
        self._masks = {word: _bits(at) | self._any for word, at in places.items()}
        self._masks |= {STOP: _bits(places[STOP]), TAKEN: 0}
        self._optional = _bits([place for place, element in enumerate(elements) if element.optional])
        self._before_block = (self._optional >> 1) & ~self._optional
        self._block_end = self._optional & ~(self._optional >> 1)

    def hits(self, words: Sequence[str], *, once: bool = False) -> Iterator[tuple[int, int]]:
        """Each (number of the pattern, place of its last word) at which a pattern ends; `once`: the first of each."""
        masks, any_word, first, last = self._masks, self._any, self._first, self._last
        optional, before_block, block_end = self._optional, self._before_block, self._block_end
        opens = optional | before_block
        state = 0
        for at, word in enumerate(words):
            state = (state << 1 | first) & masks.get(word, any_word)
            if state & opens:
                # From each reached element, the run of optional elements after it counts as reached too.
                ahead = state | block_end
                state |= optional & (~(ahead - before_block) ^ ahead)
            if found := state & last:
                if once:
                    last ^= found
                while found:
                    lowest = found & -found
                    yield self._numbers[lowest], at
                    found ^= lowest
