"""Where patterns stand in a text. Each is looked for only where its rarest words are; there is no backtracking.

Law: the index may name a place where nothing matches, but never leaves one out where something does. Every match has
all elements that must be there, so looking for any one of them is enough; which one decides the speed alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise, product
from operator import itemgetter
from typing import NamedTuple

from bot.care.patterns import Element, Pattern
from bot.care.words import STOP

# A word that was taken out of a text: nothing matches it and nothing matches across it.
TAKEN = ""
_WALLS = frozenset({STOP, TAKEN})

# How often a word counts as met that the counted texts do not hold.
_UNSEEN = 0.2
# A pair is looked up at every place of a text and takes more memory than a word: it must be this much rarer.
_PAIR_COST = 3.0


class Step(NamedTuple):
    """An element together with the gap before it: up to `skips` words of the same sentence."""

    skips: int
    words: frozenset[str]
    optional: bool


class Anchor(NamedTuple):
    """The place of one element of a pattern, and the steps from there: `before` goes backwards, `after` on."""

    number: int
    before: tuple[Step, ...]
    after: tuple[Step, ...]

    def spans(self, words: Sequence[str], at: int) -> list[tuple[int, int]]:
        """The longest match for each place of a last word, as (first place, last place); `at` is a likely place."""
        ends = _reached(self.after, words, at + 1, 1) if words[at] != TAKEN else ()
        begins = _reached(self.before, words, at - 1, -1) if ends else ()
        return [(min(begins) + 1, end - 1) for end in ends] if begins else []


class Clue(NamedTuple):
    """Unless one of `near` stands from `low` on and before `high`, counted from the anchor, nothing can match."""

    near: frozenset[str]
    low: int
    high: int
    anchor: Anchor


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


class _Builder:
    """Makes the clue of each pattern. What is equal in them is kept once: thousands are written again."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._all = _UNSEEN + sum(counts.values())
        self._chances: dict[frozenset[str], float] = {}
        self._known: dict[Step, Step] = {}
        self._rows: dict[tuple[Step, ...], tuple[Step, ...]] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def clue(self, number: int, pattern: Pattern) -> tuple[Clue, Pattern]:
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
        anchor = Anchor(number, self._steps(reversed(pattern[:at])), self._steps(pattern[at + 1 :]))
        near = [self._once(element.words) for element in pattern]
        # Of the nearest on either side that must be there, the one that is met more rarely.
        sides = [(1.0, Clue(near[at], 0, 1, anchor))]
        if which:
            place, chance = must[which - 1]
            sides.append((chance * (at - place), Clue(near[place], place - at, 0, anchor)))
        if which + size < len(must):
            place, chance = must[which + size]
            clue = Clue(near[place], size, place - at + 1, anchor)
            sides.append((chance * (place - at + 1 - size), clue))
        return min(sides, key=itemgetter(0))[1], pattern[at : at + size]

    def _chance(self, words: frozenset[str]) -> float:
        """The chance that one place of a text holds one of these."""
        chance = self._chances.get(words)
        if chance is None:
            chance = self._chances[words] = sum(self._counts.get(word, _UNSEEN) for word in words) / self._all
        return chance

    def _once(self, words: frozenset[str]) -> frozenset[str]:
        return self._sets.setdefault(words, words)

    def _steps(self, elements: Iterable[Element]) -> tuple[Step, ...]:
        steps = []
        skips = 0
        for words, optional in elements:
            if words:
                step = Step(skips, self._once(words), optional)
                steps.append(self._known.setdefault(step, step))
                skips = 0
            else:
                skips += 1
        return self._rows.setdefault(tuple(steps), tuple(steps))


Row = tuple[Clue, ...]


def _once(rows: dict[tuple[int, ...], Row], clues: Sequence[Clue]) -> Row:
    """The clues as a row; one row for all the places that hold the very same."""
    return rows.setdefault(tuple(map(id, clues)), tuple(clues))


class Matcher:
    """An index to each pattern from its rarest word, or from its two rarest that stand side by side.

    `counts` say how often words are met: they decide how soon a text is read, never what is found in it.
    """

    def __init__(self, patterns: Sequence[Pattern], counts: Mapping[str, int]) -> None:
        builder = _Builder(counts)
        keyed: dict[Pattern, list[Clue]] = {}
        for number, pattern in enumerate(patterns):
            clue, elements = builder.clue(number, pattern)
            keyed.setdefault(elements, []).append(clue)
        by_word: dict[str, list[Clue]] = {}
        by_pair: dict[tuple[str, str], list[Clue]] = {}
        for elements, clues in keyed.items():
            if len(elements) == 1:
                for word in elements[0].words:
                    by_word.setdefault(word, []).extend(clues)
            else:
                for pair in product(elements[0].words, elements[1].words):
                    by_pair.setdefault(pair, []).extend(clues)
        rows: dict[tuple[int, ...], Row] = {}
        self._by_word = {word: _once(rows, clues) for word, clues in by_word.items()}
        self._by_pair = {pair: _once(rows, clues) for pair, clues in by_pair.items()}
        self._margin = [TAKEN] * max(map(len, patterns), default=1)

    def framed(self, words: Iterable[str]) -> list[str]:
        """The words with room on both sides, so that no look to the left or right leaves the list."""
        return [*self._margin, *words, *self._margin]

    def likely(self, words: Sequence[str]) -> list[tuple[int, Anchor]]:
        """Where in framed words a pattern may match: the place of its anchor. It matches nowhere else."""
        first = len(self._margin)
        inside = words[first:-first]
        by_word, by_pair = map(self._by_word.get, inside), map(self._by_pair.get, pairwise(inside))
        return [
            (at, anchor)
            for at, row in chain(enumerate(by_word, first), enumerate(by_pair, first))
            if row
            for near, low, high, anchor in row
            if not near.isdisjoint(words[at + low : at + high])
        ]


def longest(words: Sequence[str], likely: Iterable[tuple[int, Anchor]]) -> dict[tuple[int, int], int]:
    """Of all that matches: for each (number of the pattern, last place) the first place of the longest."""
    begins: dict[tuple[int, int], int] = {}
    for at, anchor in likely:
        for begin, end in anchor.spans(words, at):
            begins[anchor.number, end] = min(begin, begins.get((anchor.number, end), begin))
    return begins
