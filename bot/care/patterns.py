"""How a pattern of words is written.

A pattern is a row of elements: `a|b` one of these words, `<set>` one of a named set, `(in time|now)` one of these
phrases, a trailing `?` for what may be missing, `..3` for up to three words of the same sentence, and `.` for the end
of a sentence or of the text.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, product
from sys import intern
from typing import NamedTuple

from bot.care.words import STOP

GAP_LONGEST_WORDS = 8
READINGS_MOST = 48
_GROUP = re.compile(r"\(([^()]*)\)(\??)")


class PatternFault(ValueError):
    """A pattern that cannot be read; the message says why."""


class Element(NamedTuple):
    """One place in a pattern. Without `words`, any word but a STOP, and then always optional."""

    words: frozenset[str]
    optional: bool = False


Pattern = tuple[Element, ...]
GAP = Element(frozenset(), optional=True)


class Reader:
    """Reads patterns. `sets` are the named sets; they may grow while it reads."""

    def __init__(self, sets: Mapping[str, frozenset[str]]) -> None:
        self._sets = sets
        # A few thousand parts are written tens of thousands of times.
        self._known: dict[str, tuple[Element, ...]] = {}

    def patterns(self, source: str) -> list[Pattern]:
        """One pattern; a group of phrases makes one Pattern for each. Raises PatternFault."""
        readings = list(_readings(source))
        if len(readings) > READINGS_MOST:
            raise PatternFault(f"{len(readings)} readings: split it, at most {READINGS_MOST} a line")
        rows = [self._row(reading) for reading in readings]
        return _merged(rows) if len(rows) > 1 else rows

    def _row(self, source: str) -> Pattern:
        elements: list[Element] = []
        for part in source.split():
            if part not in self._known:
                gap = part.startswith("..")
                self._known[part] = (GAP,) * _gap_words(part) if gap else (self._element(part),)
            elements += self._known[part]
        if not elements:
            raise PatternFault("an empty pattern")
        if elements[0].optional or elements[-1].optional:
            raise PatternFault("a pattern begins and ends with something that must be there")
        return tuple(elements)

    def _element(self, part: str) -> Element:
        optional = part.endswith("?")
        words: set[str] = set()
        for choice in part.removesuffix("?").split("|"):
            if choice.startswith("<") and choice.endswith(">"):
                if choice[1:-1] not in self._sets:
                    raise PatternFault(f"{choice} is not among the words")
                words |= self._sets[choice[1:-1]]
            elif choice.isalnum() or choice == STOP:
                words.add(intern(choice))
            else:
                raise PatternFault(f"{part!r} is neither a word, a <set>, a gap nor a choice of these")
        return Element(frozenset(words), optional)


def _readings(source: str) -> Iterator[str]:
    """The source once for each choice of phrases; single words of a group stay together."""
    # Text, group, its question mark, text, group, ... text.
    texts = _GROUP.split(source)
    if len(texts) == 1:
        yield source
        return
    choices = [_choices(group, may_miss) for group, may_miss in zip(texts[1::3], texts[2::3], strict=True)]
    for chosen in product(*choices):
        yield from _readings(" ".join(chain.from_iterable(zip(texts[::3], (*chosen, ""), strict=True))))


def _choices(group: str, may_miss: str) -> list[str]:
    choices = group.split("|")
    words = "|".join(choice for choice in choices if " " not in choice.strip())
    phrases = [choice for choice in choices if " " in choice.strip()]
    return [words] * bool(words) + phrases + [""] * bool(may_miss)


def _merged(patterns: list[Pattern]) -> list[Pattern]:
    """The same language in fewer patterns: those that differ in the words of one element only become one."""
    for at in range(max(map(len, patterns))):
        merged: dict[tuple[Pattern, bool, Pattern], frozenset[str]] = {}
        others: list[Pattern] = []
        for pattern in dict.fromkeys(patterns):
            if at < len(pattern) and pattern[at].words:
                key = (pattern[:at], pattern[at].optional, pattern[at + 1 :])
                merged[key] = merged.get(key, frozenset()) | pattern[at].words
            else:
                others.append(pattern)
        if len(others) + len(merged) == len(patterns):
            continue
        patterns = others + [
            (*before, Element(words, optional), *after) for (before, optional, after), words in merged.items()
        ]
    return patterns


def _gap_words(part: str) -> int:
    length = part[2:]
    if not length.isdecimal() or not 1 <= int(length) <= GAP_LONGEST_WORDS:
        raise PatternFault(f"{part!r}: a gap is ..1 to ..{GAP_LONGEST_WORDS}")
    return int(length)
