"""The shape of content: what a flow, a form, a list and the common words may say.

Frozen values; an unknown key is a fault. They are read by pydantic (load.py), and do without it from then on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from bot.flows.marks import Before, Limits
from bot.model import FieldKind

Id = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Target = Annotated[str, Limits(pattern=r"^(back|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?)$")]

BACK = "back"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def resolve(flow: str, target: str) -> str:
    """A target as written in `flow`, as `flow.step`; `back` stays."""
    return target if target == BACK or "." in target else f"{flow}.{target}"


class Strict:
    """A document, or a part of one."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}


_NOTHING: Mapping[str, Any] = {}


def nothing() -> Mapping[str, Any]:
    """The default of most tables. One for all: there are thousands, and none is ever written to."""
    return _NOTHING


def _spelt(**keys: str) -> Mapping[str, Any]:
    """The same, where files spell some keys as Python cannot: our name for it, and theirs."""
    return {"extra": "forbid", "alias_generator": lambda name: keys.get(name, name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Strict):
    """Go `to` when every slot in `when` equals its value; an empty value means unset. The last branch has no `when`."""

    when: Mapping[Id, str] = field(default_factory=nothing)
    to: Target


def _branches(go: Any) -> Any:
    """`go: x` is short for one branch without a condition."""
    return [{"to": go}] if isinstance(go, str) else go


Go = Annotated[tuple[Branch, ...], Before(_branches)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDoc(Strict):
    """A button. `form` opens a form of the same flow first; `way_out` leaves the screen without deciding anything."""

    label: str
    go: Go
    form: Id | None = None
    set: Mapping[Id, str] = field(default_factory=nothing)
    way_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuDoc(Strict):
    """A list to pick from: a list of lists.yaml, or `call` for the options that the step's skill gives."""

    __pydantic_config__ = _spelt(source="from")

    label: str
    source: Id
    keep: Id
    go: Go


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDoc(Strict):
    """What typed words do here instead of joining the note and staying. `only`: a skill that must understand them."""

    keep: Id
    go: Go
    only: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDoc(Strict):
    """One step. With `say` it shows a screen and waits; without, it calls its skill, if any, and goes on.

    `once` is added when the step is entered, and left out when it is shown again;
    a greeting or a closing (`role`) has other versions (`or`), and never says the same twice running;
    `glance` is what a lock screen may show, if not the common line;
    `outcomes` sends each outcome of the skill somewhere; `withhold` hides the step after a sign of fear;
    `rest` may end the conversation for now; `anew` puts the last debrief away first, if nothing waits for it.
    """

    __pydantic_config__ = _spelt(versions="or", args="with")

    source: tuple[str, ...] = ()
    role: Literal["greeting", "closing"] | None = None
    say: str = ""
    versions: tuple[str, ...] = ()
    once: str = ""
    glance: str = ""
    call: Id | None = None
    args: Mapping[Id, str] = field(default_factory=nothing)
    set: Mapping[Id, str] = field(default_factory=nothing)
    choices: Mapping[Id, ChoiceDoc] = field(default_factory=nothing)
    menu: MenuDoc | None = None
    text: TextDoc | None = None
    go: Go = ()
    outcomes: Mapping[Id, Target] = field(default_factory=nothing)
    picture: Id | None = None
    withhold: bool = False
    rest: bool = False
    anew: bool = False

    @property
    def sayings(self) -> tuple[str, ...]:
        """Every version of what it says, one of which is said."""
        return (self.say, *self.versions)

    @property
    def shown(self) -> str:
        """All the words of the step, as it shows when it is entered first."""
        return f"{self.say}\n{self.once}" if self.once else self.say


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDoc(Strict):
    """One question of a form; its id is the slot that keeps the answer."""

    __pydantic_config__ = _spelt(source="from")

    label: str
    kind: FieldKind
    longest: Annotated[int, Limits(ge=1, le=3000)] = 300
    optional: bool = False
    hint: str = ""
    source: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDoc(Strict):
    title: str
    submit: str
    fields: Mapping[Id, FieldDoc]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDoc(Strict):
    """A flow. `words` are whole messages and the step each begins; `aside` flows return to where the person was."""

    flow: Id
    summary: str
    first: Id
    words: Mapping[str, Id] = field(default_factory=nothing)
    aside: bool = False
    steps: Mapping[Id, StepDoc]
    forms: Mapping[Id, FormDoc] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsDoc(Strict):
    """The few sentences that belong to no step."""

    glance: str
    safety: str
    kept: str
    sealed: str
    full: str
    stale: str
    empty: str
    missed: str
    waiting: str
    resume: str
    apology: str
    late: str
    day: str
    emergency_known: str
    emergency_unknown: str
    lines_known: str
    lines_unknown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformWordsDoc(Strict):
    """The words of the platforms themselves, such as those on the page around a screen: id -> text."""

    words: Mapping[Id, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsDoc(Strict):
    """Lists to pick from: list id -> option id -> label."""

    lists: Mapping[Id, Mapping[str, str]]


Tone = Literal["soft", "plain", "curious"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenerDoc(Strict):
    """A conversation opener; `needs` names the slots that it is built from."""

    tone: Tone
    source: tuple[str, ...] = ()
    needs: tuple[Id, ...]
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenersDoc(Strict):
    openers: tuple[OpenerDoc, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeasDoc(Strict):
    """What the content stands on: idea id -> its gist in our words. `withheld` ones need the safety gate."""

    ideas: Mapping[str, str]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a skill can answer, so that a flow that calls it can be checked without running it."""

    outcomes: frozenset[str]
    values: frozenset[str]
    options: bool = False
