"""The shape of content: what a flow, a form, a list and the common words may say.

Frozen values; an unknown key is a fault.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.model import FieldKind

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Target = Annotated[str, StringConstraints(pattern=r"^(back|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?)$")]

BACK = "back"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def resolve(flow: str, target: str) -> str:
    """A target as written in `flow`, as `flow.step`; `back` stays."""
    return target if target == BACK or "." in target else f"{flow}.{target}"


class Strict(BaseModel):
    # Each shape is built when a file is first read by it, not once more for itself.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Branch(Strict):
    """Go `to` when every slot in `when` equals its value; an empty value means unset. The last branch has no `when`."""

    when: Mapping[Id, str] = Field(default_factory=dict)
    to: Target


def _branches(go: Any) -> Any:
    """`go: x` is short for one branch without a condition."""
    return [{"to": go}] if isinstance(go, str) else go


Go = Annotated[tuple[Branch, ...], BeforeValidator(_branches)]


class ChoiceDoc(Strict):
    """A button. `form` opens a form of the same flow first; `way_out` leaves the screen without deciding anything."""

    label: str
    go: Go
    form: Id | None = None
    set: Mapping[Id, str] = Field(default_factory=dict)
    way_out: bool = False


class MenuDoc(Strict):
    """A list to pick from: a list of lists.yaml, or `call` for the options that the step's skill gives."""

    label: str
    source: Id = Field(alias="from")
    keep: Id
    go: Go


class TextDoc(Strict):
    """What typed words do here instead of joining the note and staying. `only`: a skill that must understand them."""

    keep: Id
    go: Go
    only: Id | None = None


class StepDoc(Strict):
    """One step. With `say` it shows a screen and waits; without, it calls its skill, if any, and goes on.

    `once` is added when the step is entered, and left out when it is shown again;
    a greeting or a closing (`role`) has other versions (`or`), and never says the same twice running;
    `glance` is what a lock screen may show, if not the common line;
    `outcomes` sends each outcome of the skill somewhere; `withhold` hides the step after a sign of fear;
    `rest` may end the conversation for now; `anew` puts the last debrief away first, if nothing waits for it.
    """

    source: tuple[str, ...] = ()
    role: Literal["greeting", "closing"] | None = None
    say: str = ""
    versions: tuple[str, ...] = Field(default=(), alias="or")
    once: str = ""
    glance: str = ""
    call: Id | None = None
    args: Mapping[Id, str] = Field(default_factory=dict, alias="with")
    set: Mapping[Id, str] = Field(default_factory=dict)
    choices: Mapping[Id, ChoiceDoc] = Field(default_factory=dict)
    menu: MenuDoc | None = None
    text: TextDoc | None = None
    go: Go = ()
    outcomes: Mapping[Id, Target] = Field(default_factory=dict)
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


class FieldDoc(Strict):
    """One question of a form; its id is the slot that keeps the answer."""

    label: str
    kind: FieldKind
    longest: int = Field(default=300, ge=1, le=3000)
    optional: bool = False
    hint: str = ""
    source: Id | None = Field(default=None, alias="from")


class FormDoc(Strict):
    title: str
    submit: str
    fields: Mapping[Id, FieldDoc]


class FlowDoc(Strict):
    """A flow. `words` are whole messages and the step each begins; `aside` flows return to where the person was."""

    flow: Id
    summary: str
    first: Id
    words: Mapping[str, Id] = Field(default_factory=dict)
    aside: bool = False
    steps: Mapping[Id, StepDoc]
    forms: Mapping[Id, FormDoc] = Field(default_factory=dict)


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


class PlatformWordsDoc(Strict):
    """The words of the platforms themselves, such as those on the page around a screen: id -> text."""

    words: Mapping[Id, str]


class ListsDoc(Strict):
    """Lists to pick from: list id -> option id -> label."""

    lists: Mapping[Id, Mapping[str, str]]


Tone = Literal["soft", "plain", "curious"]


class OpenerDoc(Strict):
    """A conversation opener; `needs` names the slots that it is built from."""

    tone: Tone
    source: tuple[str, ...] = ()
    needs: tuple[Id, ...]
    say: str


class OpenersDoc(Strict):
    openers: tuple[OpenerDoc, ...]


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
