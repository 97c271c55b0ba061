"""What a skill is: a named pure function that a flow may call. It sees content, slots and the time."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from msgspec import field

from bot.content import Content
from bot.flows.document import Signature
from bot.model import Debrief, Document, Effect, Option, Timeline


class Ask(msgspec.Struct, frozen=True):
    """`args` are the flow's own constants; `now` is aware UTC; `past()` is what was put away, newest first."""

    content: Content
    slots: Mapping[str, str]
    args: Mapping[str, str]
    now: datetime
    past: Callable[[], tuple[Debrief, ...]] = tuple

    def slot(self, name: str) -> str:
        return self.slots.get(name, "")


class Answer(msgspec.Struct, frozen=True):
    """`values` fill the placeholders of the step; `slots` are kept; `outcome` is where to go on."""

    outcome: str = "ok"
    values: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    options: tuple[Option, ...] = ()
    document: Document | None = None
    timeline: Timeline | None = None


class Skill(msgspec.Struct, frozen=True):
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
