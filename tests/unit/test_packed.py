"""A table that is kept as bytes says the same as one that is not, and a copy of it begins as the first one did."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.packed import Packed

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(values=st.lists(plain, max_size=20), asked=st.lists(st.integers(0, 19), max_size=40))
def test_every_value_is_what_went_in_however_often_and_in_whatever_order_it_is_asked_for(
    values: list[object], asked: list[int]
) -> None:
    packed = Packed[object](values)
    for number in [number for number in asked if number < len(values)]:
        assert packed[number] == values[number]
        assert packed[number] is packed[number]


def test_a_copy_begins_with_nothing_made_and_says_the_same() -> None:
    packed = Packed[object](["a", ["b", {"c": 1}]])
    assert packed[1] == ["b", {"c": 1}]
    copy = pickle.loads(pickle.dumps(packed))
    assert (len(packed), len(copy)) == (1, 0)
    assert [copy[0], copy[1]] == ["a", ["b", {"c": 1}]]


def test_a_number_that_was_never_packed_is_no_value() -> None:
    with pytest.raises(IndexError):
        Packed[object](["a"])[1]
