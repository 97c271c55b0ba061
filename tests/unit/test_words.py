"""Words as they are typed, made small and plain: the short way for western Europe does what the long way does."""

import pytest

from bot.care.words import parts

# Not of Latin-1, and read as nothing: with it a text goes the long way.
ELSEWHERE = "\u2063"
# Of a sign that stands for several the short way reads the first.
SHORT = {"¼": "1", "½": "1", "¾": "3"}


@pytest.mark.parametrize("gap", ["\xa0", "¨", "¯", "¸"])
def test_a_sign_that_is_read_as_a_space_parts_words_as_a_space_does(gap: str) -> None:
    assert parts(f"he{gap}hit") == ["he", "hit"]


def test_a_word_whose_letters_stand_apart_is_one_whatever_is_between() -> None:
    assert parts("h\xa0i\xa0t") == ["hit"]


@pytest.mark.parametrize("letter", [chr(code) for code in range(0x80, 0x100)], ids=ascii)
def test_a_letter_of_western_europe_is_read_as_it_is_beside_one_from_elsewhere(letter: str) -> None:
    long = SHORT.get(letter, letter)
    assert parts(f"a{letter}b {letter}") == parts(f"a{long}b {long}{ELSEWHERE}")
