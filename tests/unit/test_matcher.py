"""Patterns held against words: the index finds what the obvious way of looking finds, whatever it takes for rare."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.lexicon_file import LexiconFile
from bot.care.matcher import TAKEN, Matcher, longest
from bot.care.patterns import Element, Pattern, PatternFault, Reader
from bot.care.words import STOP
from tests.unit import triage_sets

SETS = {"they": frozenset({"a", "b"})}

words = st.lists(st.sampled_from(["a", "b", "c", "x", STOP, TAKEN]), max_size=12)
counts = st.dictionaries(st.sampled_from(["a", "b", "c", STOP]), st.integers(1, 1000))
elements = st.builds(Element, st.frozensets(st.sampled_from(["a", "b", "c", STOP]), max_size=2), st.booleans()).filter(
    lambda element: bool(element.words) or element.optional
)
sure = st.builds(Element, st.frozensets(st.sampled_from(["a", "b", "c", STOP]), min_size=1, max_size=2), st.just(False))
patterns = st.builds(
    lambda first, middle, last: (first, *middle, *last),
    sure,
    st.lists(elements, max_size=5),
    st.lists(sure, max_size=1),
).filter(lambda pattern: not pattern[-1].optional)

SPELT = {"a": "a", "b": "b", "c": "c", "x": "x", STOP: "S", TAKEN: "T"}


def as_regex(pattern: Pattern) -> str:
    def one(element: Element) -> str:
        letters = "".join(SPELT[word] for word in element.words) or "abcx"
        return f"[{letters}]{'?' if element.optional else ''}"

    return "".join(map(one, pattern))


def hits(matcher: Matcher, text: list[str]) -> dict[tuple[int, int], int]:
    """(number of the pattern, last place) of every match, and where the longest such match begins."""
    framed = matcher.framed(text)
    margin = (len(framed) - len(text)) // 2
    found = longest(framed, matcher.likely(framed))
    return {(number, end - margin): begin - margin for (number, end), begin in found.items()}


def obvious(pattern: Pattern, text: list[str]) -> dict[int, int]:
    """The same for one pattern, by trying every stretch of the text, the longest last."""
    spelt = "".join(SPELT[word] for word in text)
    return {
        end - 1: begin
        for begin in reversed(range(len(spelt)))
        for end in range(begin + 1, len(spelt) + 1)
        if re.fullmatch(as_regex(pattern), spelt[begin:end])
    }


@given(st.lists(patterns, min_size=1, max_size=4), words, counts)
def test_it_finds_what_a_regular_expression_finds(rows: list[Pattern], text: list[str], met: dict[str, int]) -> None:
    expected = {(number, end): begin for number, row in enumerate(rows) for end, begin in obvious(row, text).items()}
    assert hits(Matcher(rows, met), text) == expected


@given(st.lists(patterns, min_size=1, max_size=4), words, st.lists(st.booleans(), min_size=12, max_size=12))
def test_words_that_are_taken_out_later_match_no_more(rows: list[Pattern], text: list[str], taken: list[bool]) -> None:
    matcher = Matcher(rows, {})
    left = [TAKEN if gone else word for word, gone in zip(text, taken, strict=False)]
    framed = matcher.framed(left)
    likely = matcher.likely(matcher.framed(text))
    assert longest(framed, likely) == longest(framed, matcher.likely(framed))


@pytest.mark.parametrize("lexicon", triage_sets.files(), ids=lambda file: file.path)
def test_every_pattern_of_the_lexicon_is_found_in_its_shortest_and_its_longest_wording(lexicon: LexiconFile) -> None:
    rows = [row for family in lexicon.families for row in family.patterns]
    counts = {word: at for at, word in enumerate(sorted(lexicon.known))}
    matcher = Matcher(rows, counts)
    for number, row in enumerate(rows):
        longest_way = [min(element.words, default="unheard") for element in row]
        shortest_way = [max(element.words) for element in row if not element.optional]
        for text in (longest_way, shortest_way):
            assert (number, len(text) - 1) in hits(matcher, text)


@pytest.mark.parametrize(
    ("source", "matched", "not_matched"),
    [
        ("a|b c", ["a c", "b c"], ["c c", "a"]),
        ("<they> c", ["a c", "b c"], ["c c"]),
        ("a b? c", ["a c", "a b c"], ["a x c"]),
        ("a ..2 c", ["a c", "a x c", "a x b c"], ["a x x x c", "a . c"]),
        ("a (b c|x) a", ["a b c a", "a x a"], ["a b a", "a c a"]),
        ("a (b c)? a", ["a b c a", "a a"], ["a b a"]),
        ("a (b c|x c) a", ["a b c a", "a x c a"], ["a b x a"]),
        ("a (b|(c c|c x)) a", ["a b a", "a c c a", "a c x a"], ["a c a"]),
        (". a", [". a"], ["b a"]),
    ],
)
def test_a_pattern_says_what_it_means(source: str, matched: list[str], not_matched: list[str]) -> None:
    matcher = Matcher(Reader(SETS).patterns(source), {})
    assert [text for text in matched if not hits(matcher, text.split())] == []
    assert [text for text in not_matched if hits(matcher, text.split())] == []


def test_phrases_that_differ_in_one_word_are_one_pattern() -> None:
    assert len(Reader(SETS).patterns("a (go home|come home|go back) c")) == 2


@pytest.mark.parametrize("source", ["", "..2 a", "a b?", "a ..0 b", "a ..9 b", "a <them> b", "a's b", "a (b|c"])
def test_a_bad_pattern_is_refused(source: str) -> None:
    with pytest.raises(PatternFault):
        Reader(SETS).patterns(source)


def test_a_pattern_with_too_many_readings_is_refused() -> None:
    with pytest.raises(PatternFault, match="64 readings"):
        Reader(SETS).patterns("a " + "(b c|c b) " * 6 + "a")
