"""Patterns held against words: the bit-parallel machine agrees with the obvious way of doing it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.matcher import TAKEN, Element, Matcher, Pattern, PatternFault, begin, parse
from bot.care.words import STOP

SETS = {"they": frozenset({"a", "b"})}

words = st.lists(st.sampled_from(["a", "b", "c", "x", STOP, TAKEN]), max_size=12)
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


@given(st.lists(patterns, min_size=1, max_size=4), words)
def test_it_finds_what_a_regular_expression_finds(rows: list[Pattern], text: list[str]) -> None:
    spelt = "".join(SPELT[word] for word in text)
    expected = {
        (number, end)
        for number, row in enumerate(rows)
        for end in range(len(spelt))
        if re.search(f"(?:{as_regex(row)})$", spelt[: end + 1])
    }
    assert set(Matcher(rows).hits(text)) == expected


@given(patterns, words)
def test_a_match_begins_where_the_longest_one_does(row: Pattern, text: list[str]) -> None:
    spelt = "".join(SPELT[word] for word in text)
    for _, end in Matcher([row]).hits(text):
        starts = [start for start in range(end + 1) if re.fullmatch(as_regex(row), spelt[start : end + 1])]
        assert begin(row, text, end) == min(starts)


@given(st.lists(patterns, min_size=1, max_size=4), words)
def test_once_gives_the_first_of_each(rows: list[Pattern], text: list[str]) -> None:
    matcher = Matcher(rows)
    first: dict[int, int] = {}
    for number, end in matcher.hits(text):
        first.setdefault(number, end)
    assert dict(matcher.hits(text, once=True)) == first


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
        (". a", [". a"], ["b a"]),
    ],
)
def test_a_pattern_says_what_it_means(source: str, matched: list[str], not_matched: list[str]) -> None:
    matcher = Matcher(parse(source, SETS))
    assert [text for text in matched if not list(matcher.hits(text.split()))] == []
    assert [text for text in not_matched if list(matcher.hits(text.split()))] == []


def test_phrases_that_differ_in_one_word_are_one_pattern() -> None:
    assert len(parse("a (go home|come home|go back) c", SETS)) == 2


@pytest.mark.parametrize("source", ["", "..2 a", "a b?", "a ..0 b", "a ..9 b", "a <them> b", "a's b", "a (b|c"])
def test_a_bad_pattern_is_refused(source: str) -> None:
    with pytest.raises(PatternFault):
        parse(source, SETS)


def test_a_pattern_with_too_many_readings_is_refused() -> None:
    with pytest.raises(PatternFault, match="64 readings"):
        parse("a " + "(b c|c b) " * 6 + "a", SETS)
