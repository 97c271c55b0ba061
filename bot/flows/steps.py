"""Steps kept as bytes, a flow at a time, until somebody first comes to the flow.

Law: a step is made from bytes that never change, and kept from then on. Nothing but the room it takes depends on when.
"""

import pickle
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from bot.flows.document import StepDoc


class Steps(Mapping[str, StepDoc]):
    """Steps by their name, `flow.step`."""

    __slots__ = ("_met", "_packed", "_unpacked")

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed
        self._unpacked: dict[str, Mapping[str, StepDoc]] = {}
        self._met: dict[str, StepDoc] = {}

    @classmethod
    def of(cls, flows: Mapping[str, Mapping[str, StepDoc]]) -> "Steps":
        """Of the steps of each flow, by their names in it."""
        return cls(
            {flow: zlib.compress(pickle.dumps(dict(steps), pickle.HIGHEST_PROTOCOL)) for flow, steps in flows.items()}
        )

    def flow(self, flow: str) -> Mapping[str, StepDoc]:
        """The steps of a flow by their names in it. Raises KeyError."""
        if flow not in self._unpacked:
            # Our own bytes, read from where nobody else can write (compiled.py).
            steps = self._unpacked[flow] = pickle.loads(zlib.decompress(self._packed[flow]))  # noqa: S301
            self._met |= {f"{flow}.{name}": step for name, step in steps.items()}
        return self._unpacked[flow]

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy begins with nothing made: content is played through before it is kept (compiled.py)."""
        return Steps, (self._packed,)

    def __getitem__(self, name: str) -> StepDoc:
        step = self._met.get(name)
        if step is None:
            self.flow(name.partition(".")[0])
            step = self._met[name]
        return step

    def __iter__(self) -> Iterator[str]:
        return (f"{flow}.{name}" for flow in self._packed for name in self.flow(flow))

    def __len__(self) -> int:
        return sum(len(self.flow(flow)) for flow in self._packed)


class StepsOfFlow(Mapping[str, StepDoc]):
    """The steps of one flow, by their names in it."""

    __slots__ = ("_flow", "_steps")

    def __init__(self, steps: Steps, flow: str) -> None:
        self._steps, self._flow = steps, flow

    def __reduce__(self) -> tuple[Any, ...]:
        return StepsOfFlow, (self._steps, self._flow)

    def __getitem__(self, name: str) -> StepDoc:
        return self._steps.flow(self._flow)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps.flow(self._flow))

    def __len__(self) -> int:
        return len(self._steps.flow(self._flow))
