"""Steps kept as bytes until somebody first comes to each: of one language's, a conversation meets a tenth.

Law: a step is made from bytes that never change, and kept from then on. Nothing but the room it takes depends on when.
"""

import pickle
from collections.abc import Iterator, Mapping
from typing import Any

from bot.flows.document import StepDoc


class Steps(Mapping[str, StepDoc]):
    """Steps by name."""

    __slots__ = ("_met", "packed")

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self.packed = packed
        self._met: dict[str, StepDoc] = {}

    @classmethod
    def of(cls, steps: Mapping[str, StepDoc]) -> "Steps":
        return cls({name: pickle.dumps(step, pickle.HIGHEST_PROTOCOL) for name, step in steps.items()})

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy begins with nothing made: content is played through before it is kept (compiled.py)."""
        return Steps, (self.packed,)

    def __getitem__(self, name: str) -> StepDoc:
        step = self._met.get(name)
        if step is None:
            # Our own bytes, read from where nobody else can write (compiled.py).
            step = self._met[name] = pickle.loads(self.packed[name])  # noqa: S301
        return step

    def __contains__(self, name: object) -> bool:
        return name in self.packed

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)
