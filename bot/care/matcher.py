"""Where patterns stand in a text. Each is looked for only where its rarest words are; there is no backtracking.

Law: the index may name a place where nothing matches, but never leaves one out where something does. Every match has
all elements that must be there, so looking for any one of them is enough; which one decides the speed alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from sys import intern
from typing import Any

from bot.care.packed import Packed
from bot.care.patterns import Element, Pattern
from bot.care.words import STOP

# A word that was taken out of a text: nothing matches it and nothing matches across it.
TAKEN = ""
_WALLS = frozenset({STOP, TAKEN})

# How often a word counts as met that the counted texts do not hold.
_UNSEEN = 0.2
# A pair is looked up at every place of a text and takes more memory than a word: it must be this much rarer.
_PAIR_COST = 3.0


# Up to so many words stand in a tuple: looking through it takes no longer than a set's hash, and a fifth of the room.
_FEW = 8
Words = tuple[str, ...] | frozenset[str]

# Plain tuples from here on: they are taken apart at every word of a text.

# An element together with the gap before it: up to so many words of the same sentence; the words; may it be missing.
Step = tuple[int, Words, bool]
Steps = tuple[Step, ...]

# Where an element of a pattern stands: (place, number of the pattern, the steps backwards from there, the steps on).
Likely = tuple[int, int, Steps, Steps]

# Unless a word of the first stands where the next two say, counted from that element, nothing can match: at the one
# place alone where the second is None, else from the first place on and before the second. The rest is as in Likely.
Clue = tuple[Words, int, int | None, Steps, Steps]

# Of a word: the patterns to be looked for at the word alone, and at the word with each that may come next.
Row = tuple[int, ...]
Entry = tuple[Row, Mapping[str, Row]]


def spans(words: Sequence[str], likely: Likely) -> list[tuple[int, int]]:
    """The longest match of a pattern here for each place of a last word, as (first place, last place)."""
    at, _, before, after = likely
    ends = _reached(after, words, at + 1, 1) if words[at] != TAKEN else ()
    begins = _reached(before, words, at - 1, -1) if ends else ()
    return [(min(begins) + 1, end - 1) for end in ends] if begins else []


def _reached(steps: Iterable[Step], words: Sequence[str], at: int, way: int) -> set[int]:
    """Every place that comes next after the steps, walked from `at` one `way`: 1 is on, -1 is back."""
    places = {at}
    for skips, wanted, optional in steps:
        reached = set()
        for place in places:
            for there in range(place, place + way * (skips + 1), way):
                word = words[there]
                if optional:
                    reached.add(there)
                if word in wanted:
                    reached.add(there + way)
                if word in _WALLS:
                    break
        if not reached:
            return reached
        places = reached
    return places


class _WordSets(Packed[Words]):
    """Words by number. A word that stands in many of them is there once."""

    def __init__(self, all_words: Iterable[Words]) -> None:
        super().__init__((isinstance(words, frozenset), tuple(words)) for words in all_words)

    def _made(self, value: Any) -> Words:
        is_set, words = value
        return (frozenset if is_set else tuple)(map(intern, words))


class _Clues(Packed[Clue]):
    """The clue of each pattern by its number. Words that stand in many are kept once."""

    def __init__(self, clues: Iterable[Clue]) -> None:
        numbers: dict[Words, int] = {}

        def number(words: Words) -> int:
            return numbers.setdefault(words, len(numbers))

        def numbered(steps: Steps) -> tuple[tuple[int, int, bool], ...]:
            return tuple((skips, number(words), optional) for skips, words, optional in steps)

        super().__init__(
            (number(near), low, high, numbered(before), numbered(after)) for near, low, high, before, after in clues
        )
        self._words = _WordSets(numbers)

    def _made(self, value: Any) -> Clue:
        near, low, high, before, after = value
        return self._words[near], low, high, self._steps(before), self._steps(after)

    def _steps(self, numbered: Iterable[tuple[int, int, bool]]) -> Steps:
        return tuple((skips, self._words[number], optional) for skips, number, optional in numbered)


class _Entries(Packed[Entry]):
    """The entry of each word of the index, by the entry's number."""

    def _made(self, value: Any) -> Entry:
        row, pairs = value
        return tuple(row), {word: tuple(numbers) for word, numbers in pairs.items()}


class _Builder:
    """Makes the clue of each pattern."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._all = _UNSEEN + sum(counts.values())
        self._chances: dict[frozenset[str], float] = {}

    def clue(self, pattern: Pattern) -> tuple[Clue, Pattern]:
        """The clue of a pattern, and its elements (one, or two side by side) by which to look it up."""
        must = [(place, self._chance(element.words)) for place, element in enumerate(pattern) if not element.optional]
        lone = [(chance, which, 1) for which, (_, chance) in enumerate(must)]
        pairs = [
            (_PAIR_COST * chance * next_chance, which, 2)
            for which, ((place, chance), (next_place, next_chance)) in enumerate(pairwise(must))
            if next_place == place + 1
        ]
        _, which, size = min(lone + pairs)
        at = must[which][0]
        # Of the nearest on either side that must be there, the one that is met more rarely.
        sides = [(1.0, at, 0, 1)]
        if which:
            place, chance = must[which - 1]
            sides.append((chance * (at - place), place, place - at, 0))
        if which + size < len(must):
            place, chance = must[which + size]
            sides.append((chance * (place - at + 1 - size), place, size, place - at + 1))
        _, place, low, high = min(sides, key=itemgetter(0))
        near = _near(pattern[place].words, low, high)
        return (*near, _steps(reversed(pattern[:at])), _steps(pattern[at + 1 :])), pattern[at : at + size]

    def _chance(self, words: frozenset[str]) -> float:
        """The chance that one place of a text holds one of these."""
        chance = self._chances.get(words)
        if chance is None:
            chance = self._chances[words] = sum(self._counts.get(word, _UNSEEN) for word in words) / self._all
        return chance


def _near(words: frozenset[str], low: int, high: int) -> tuple[Words, int, int | None]:
    return (_few(words), low, None) if high == low + 1 else (words, low, high)


def _few(words: frozenset[str]) -> Words:
    """The words as they take the least room."""
    return words if len(words) > _FEW else tuple(sorted(words))


def _steps(elements: Iterable[Element]) -> Steps:
    steps = list[Step]()
    skips = 0
    for words, optional in elements:
        if words:
            steps.append((skips, _few(words), optional))
            skips = 0
        else:
            skips += 1
    return tuple(steps)


class Matcher:
    """An index to each pattern from its rarest word, or from its two rarest that stand side by side.

    `counts` say how often words are met: they decide how soon a text is read, never what is found in it.
    """

    def __init__(self, patterns: Sequence[Pattern], counts: Mapping[str, int]) -> None:
        builder = _Builder(counts)
        clues = list[Clue]()
        alone: dict[str, list[int]] = {}
        before: dict[str, dict[str, list[int]]] = {}
        for number, pattern in enumerate(patterns):
            clue, (first, *then) = builder.clue(pattern)
            clues.append(clue)
            for word in first.words:
                if not then:
                    alone.setdefault(word, []).append(number)
                for following in then[0].words if then else ():
                    before.setdefault(word, {}).setdefault(following, []).append(number)
        self._clues = _Clues(clues)
        # Many words have the same entry.
        entries: dict[tuple[Row, tuple[tuple[str, Row], ...]], int] = {}
        self._index = {
            word: entries.setdefault(_entry(alone.get(word, ()), before.get(word, {})), len(entries))
            for word in sorted(alone.keys() | before.keys())
        }
        self._entries = _Entries((row, dict(pairs)) for row, pairs in entries)
        self._margin = [TAKEN] * max(map(len, patterns), default=1)

    def framed(self, words: Iterable[str]) -> list[str]:
        """The words with room on both sides, so that no look to the left or right leaves the list."""
        return [*self._margin, *words, *self._margin]

    def likely(self, words: Sequence[str]) -> list[Likely]:
        """Where in framed words a pattern may match. It matches nowhere else."""
        first = len(self._margin)
        entries, clues = self._entries, self._clues
        return [
            (at, number, before, after)
            for at, entry in enumerate(map(self._index.get, words[first:-first]), first)
            if entry is not None
            for row, pairs in (entries[entry],)
            for numbers in (row, pairs.get(words[at + 1], ()))
            for number in numbers
            for near, low, high, before, after in (clues[number],)
            # The checker cannot know that a stretch of places comes with a set.
            if (words[at + low] in near if high is None else not near.isdisjoint(words[at + low : at + high]))  # type: ignore[union-attr]
        ]


def _entry(alone: Iterable[int], before: Mapping[str, Iterable[int]]) -> tuple[Row, tuple[tuple[str, Row], ...]]:
    return tuple(alone), tuple((word, tuple(numbers)) for word, numbers in sorted(before.items()))


def longest(words: Sequence[str], likely: Iterable[Likely]) -> dict[tuple[int, int], int]:
    """Of all that matches: for each (number of the pattern, last place) the first place of the longest."""
    begins: dict[tuple[int, int], int] = {}
    for place in likely:
        number = place[1]
        for begin, end in spans(words, place):
            begins[number, end] = min(begin, begins.get((number, end), begin))
    return begins
