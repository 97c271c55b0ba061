"""What a skill is: a named pure function that a flow may call. It sees content, slots and the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.content import Content
from bot.flows.document import Signature
from bot.model import Debrief, Document, Effect, Option, Timeline


@dataclass(frozen=True, slots=True)
class Ask:
    """`args` are the flow's own constants; `now` is aware UTC; `past()` is what was put away, newest first."""

    content: Content
    slots: Mapping[str, str]
    args: Mapping[str, str]
    now: datetime
    past: Callable[[], tuple[Debrief, ...]] = tuple

    def slot(self, name: str) -> str:
        return self.slots.get(name, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """`values` fill the placeholders of the step; `slots` are kept; `outcome` is where to go on."""

    outcome: str = "ok"
    values: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    options: tuple[Option, ...] = ()
    document: Document | None = None
    timeline: Timeline | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    run: Callable[[Ask], Answer]
    signature: Signature


def skill(
    run: Callable[[Ask], Answer],
    *,
    outcomes: tuple[str, ...] = ("ok",),
    values: tuple[str, ...] = (),
    options: bool = False,
) -> Skill:
    return Skill(run, Signature(frozenset(outcomes), frozenset(values), options))
