"""Values kept as bytes until each is first asked for: of a table for every wording, few texts meet a tenth.

Law: a value is made from bytes that never change, and kept from then on. So when it is asked for changes the room that
the table takes, and nothing else.
"""

from array import array
from collections.abc import Iterable
from copyreg import __newobj__  # type: ignore[attr-defined]
from itertools import accumulate
from typing import Any, TypeVar

import msgspec

V = TypeVar("V")


class Packed(dict[int, V]):
    """Values by number, from 0 on. They are made of numbers, texts, lists and mappings; `_made` makes the rest."""

    def __init__(self, values: Iterable[Any]) -> None:
        super().__init__()
        packed = [msgspec.msgpack.encode(value) for value in values]
        self._bytes = b"".join(packed)
        self._ends = array("I", accumulate(map(len, packed), initial=0))

    def __missing__(self, number: int) -> V:
        packed = self._bytes[self._ends[number] : self._ends[number + 1]]
        value = self[number] = self._made(msgspec.msgpack.decode(packed))
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy begins with nothing made: content is tried out on many texts before it is kept (compiled.py)."""
        return __newobj__, (type(self),), self.__dict__

    def _made(self, value: Any) -> V:
        return value  # type: ignore[no-any-return]
