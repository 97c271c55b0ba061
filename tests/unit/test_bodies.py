"""What is stored of a person, as JSON: as versions before wrote it, and read as what it was or not at all."""

import json
from collections.abc import Mapping
from dataclasses import make_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from types import GenericAlias, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.errors import StorageFault
from bot.model import Conversation, Person
from bot.storage.bodies import BODY, CONVERSATION, SLOTS, Body, seal, unseal
from bot.storage.vault import Vault, new_key

KINDS: dict[str, tuple[Any, msgspec.json.Decoder[Any]]] = {
    "conversation": (Conversation, CONVERSATION),
    "body": (Body, BODY),
    "slots": (Mapping[str, str], SLOTS),
}
texts = st.text(st.characters(exclude_categories=["Cs"]))
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3))])
SINGLE: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=zones),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of the kind."""
    if kind in SINGLE:
        return SINGLE[kind]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()})
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return st.sampled_from(inner)
    if get_origin(kind) is UnionType:
        return st.none() | values(inner[0])
    if get_origin(kind) is tuple:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    return st.dictionaries(texts, values(inner[1]))


def before(kind: Any) -> Any:
    """The kind as versions before had it: the same fields in a dataclass."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        return make_dataclass(kind.__name__, [(name, before(hint)) for name, hint in hints.items()], kw_only=True)
    inner = tuple(map(before, get_args(kind)))
    if get_origin(kind) is UnionType:
        return inner[0] | inner[1]
    return GenericAlias(get_origin(kind), inner) if get_origin(kind) in (tuple, Mapping) else kind


VAULT, ANNA = Vault([new_key()]), Person("p", "w", "anna")
AT = "2026-11-20T22:15:03.001200Z"
SAID = {"revision": 3, "step": "cool_down.hello", "slots": {"note": "words"}, "picked_at": AT}


def conversation(text: bytes) -> Conversation:
    return unseal(VAULT, CONVERSATION, VAULT.seal(text, ANNA), ANNA)


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_every_value_is_written_as_versions_before_wrote_it_and_comes_back_as_it_was(
    name: str, data: st.DataObject
) -> None:
    kind, decoder = KINDS[name]
    earlier, value = TypeAdapter[Any](before(kind)), data.draw(values(kind))
    sealed = seal(VAULT, value, ANNA)
    written = VAULT.unseal(sealed, ANNA)
    assert earlier.dump_json(earlier.validate_json(written)) == written
    assert unseal(VAULT, decoder, sealed, ANNA) == value


def test_what_an_earlier_version_did_not_write_is_as_it_is_by_itself_and_what_a_later_one_adds_is_left_out() -> None:
    read = conversation(json.dumps(SAID | {"later": 1}).encode())
    known = datetime(2026, 11, 20, 22, 15, 3, 1200, tzinfo=UTC)
    assert read == Conversation(3, "cool_down.hello", slots={"note": "words"}, picked_at=known)


WRONG: list[dict[str, Any]] = [
    {"revision": "3"},
    {"revision": True},
    {"revision": 3.5},
    {"step": None},
    {"slots": ["note"]},
]
WRONG += [{"slots": {"note": 1}}, {"slots": {"note": None}}, {"picked_at": 1795512600}, {"picked_at": "soon"}]
NO_JSON = [b"", b"words", b"[]", b"3", b"null", b'{"slots": {"note": "\xff"}}', b"[" * 100_000]


@pytest.mark.parametrize("text", [json.dumps(SAID | wrong).encode() for wrong in WRONG] + NO_JSON)
def test_another_shape_is_refused_and_nothing_of_it_is_quoted(text: bytes) -> None:
    with pytest.raises(StorageFault, match=r"^A sealed row has another shape than this version of Debrief knows\.$"):
        conversation(text)
