"""Sealing: bound to its person, under a ring of keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsFault, StorageFault
from bot.model import Person
from bot.storage.vault import Vault, new_key

ANNA, BEN = Person("p", "w", "anna"), Person("p", "w", "ben")


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_again_for_the_same_person(text: bytes) -> None:
    vault = Vault([new_key()])
    assert vault.unseal(vault.seal(text, ANNA), ANNA) == text


def test_the_same_words_never_look_the_same() -> None:
    vault = Vault([new_key()])
    assert vault.seal(b"words", ANNA) != vault.seal(b"words", ANNA)


def test_another_persons_row_does_not_open() -> None:
    vault = Vault([new_key()])
    with pytest.raises(StorageFault, match="another person"):
        vault.unseal(vault.seal(b"words", ANNA), BEN)


def test_two_people_cannot_be_spelled_alike() -> None:
    vault = Vault([new_key()])
    with pytest.raises(StorageFault):
        vault.unseal(vault.seal(b"words", Person("p", "w1", "2")), Person("p", "w", "12"))


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_anywhere_is_noticed(place: int, change: int) -> None:
    vault = Vault([new_key()])
    sealed = bytearray(vault.seal(b"words", ANNA))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(StorageFault):
        vault.unseal(bytes(sealed), ANNA)


def test_after_a_rotation_the_old_rows_open_and_new_ones_need_the_new_key() -> None:
    old, new = new_key(), new_key()
    before = Vault([old]).seal(b"before", ANNA)
    rotated = Vault([new, old])
    assert rotated.unseal(before, ANNA) == b"before"
    with pytest.raises(StorageFault, match="DEBRIEF_SECRET_KEYS"):
        Vault([old]).unseal(rotated.seal(b"after", ANNA), ANNA)


@pytest.mark.parametrize("key", ["", "short", "not base64 at all!", new_key()[:-8], new_key() + "AAAA"])
def test_a_bad_key_is_named_with_how_to_make_a_good_one(key: str) -> None:
    with pytest.raises(SettingsFault, match=r"key 2 .*debrief doctor --new-key"):
        Vault([new_key(), key])
