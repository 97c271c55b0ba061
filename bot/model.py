"""The nouns. Frozen values only: no I/O, no clock, no platform, no words.

All times are aware; instants are compared in UTC. All ids of steps read `flow.step`.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

import msgspec
from msgspec import field

# Slots that belong to the person and outlive one debrief. All others are cleared when a new debrief begins.
LASTING_SLOTS = frozenset(
    (
        *("zone", "platform_zone", "locale", "language", "reach", "country", "withheld", "met"),
        *("quiet", "keep", "reminder", "versions", "promises", "late"),
        # Of an evening that is coming, and of a message under seal: both outlast what is told in between.
        *("signal", "trouble", "exit", "held_draft"),
        # What waits, as versions before 0.3 wrote it.
        *("waiting", "waiting_wall", "waiting_flow"),
    )
)

# The language that content is written in; all others are translations of it.
ENGLISH = "en"

# Words join the note up to here; what would go past it is refused aloud, never cut in silence.
NOTE_LONGEST_CHARS = 20_000

# A screen's text fits one message on every platform.
SCREEN_LONGEST_CHARS = 1_800

# Choices that every screen answers, whatever step it shows.
SAFETY = "safety"
RESUME = "resume"


class Person(msgspec.Struct, frozen=True):
    """Who speaks, as one platform knows them. Never linked across platforms."""

    platform: str
    workspace: str
    user: str


class Handle(msgspec.Struct, frozen=True):
    """A short-lived way to answer one interaction in private. `token` means something to its platform only."""

    token: str
    expires_at: datetime


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. `delivery_id` is unique for each delivery that must be handled once.

    `locale` (such as `en-GB`) and `zone` (an IANA name) are what the platform knows, or empty. So is `reach`, the
    platform's own address of this person's direct messages: it saves asking for it when we knock.
    """

    delivery_id: str
    person: Person
    at: datetime
    locale: str = ""
    zone: str = ""
    reach: str = ""
    handle: Handle | None = None


class MessageReceived(Event, frozen=True, kw_only=True):
    text: str


class CommandInvoked(Event, frozen=True, kw_only=True):
    """`/debrief`, with whatever was written after it."""

    text: str = ""


class ChoicePicked(Event, frozen=True, kw_only=True):
    """A press. `step` and `visit` say where it was shown, so that a late or doubled press is seen as such."""

    step: str
    visit: int
    choice: str


class FormSubmitted(Event, frozen=True, kw_only=True):
    """A filled form. `choice` is the choice that opened it; `values` is field id -> text."""

    step: str
    visit: int
    choice: str
    values: Mapping[str, str]


class CheckInState(StrEnum):
    PLANNED = "planned"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    OPENED = "opened"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class CheckIn(msgspec.Struct, frozen=True):
    """A promise to knock at `due_at` and then begin `flow`. `gen` rises when it is moved or cancelled."""

    id: int
    person: Person
    flow: str
    debrief: int
    due_at: datetime
    gen: int


class TimerFired(Event, frozen=True, kw_only=True):
    check_in: CheckIn


FieldKind = Literal["paragraph", "line", "pick", "when"]


class Option(msgspec.Struct, frozen=True):
    id: str
    label: str


class Field(msgspec.Struct, frozen=True):
    """One question of a form. `longest` is in characters; `options` only where `kind` is pick."""

    id: str
    label: str
    kind: FieldKind
    longest: int = 300
    optional: bool = False
    hint: str = ""
    options: tuple[Option, ...] = ()


class Form(msgspec.Struct, frozen=True):
    title: str
    submit: str
    fields: tuple[Field, ...]


class Choice(msgspec.Struct, frozen=True):
    """A button. With a `form`, pressing it opens the form and moves nothing until the form comes back."""

    id: str
    label: str
    form: Form | None = None


class Menu(msgspec.Struct, frozen=True):
    """A list to pick one from; the picked option's id comes back as a ChoicePicked. At most 100 options.

    `aside`: the choices are the answer to what the screen asks, and the list holds other ways to go.
    """

    label: str
    options: tuple[Option, ...]
    aside: bool = False


class Document(msgspec.Struct, frozen=True):
    """A text file for the person, such as their export. `name` is a plain file name: it names no topic."""

    name: str
    text: str


MarkKind = Literal["alone", "backed", "talk"]


class Mark(msgspec.Struct, frozen=True):
    """One evening or talk on a timeline: left alone in it, backed up, or a talk. `on`: the person's own date."""

    on: date
    kind: MarkKind
    label: str


class Timeline(msgspec.Struct, frozen=True):
    """A small picture of what happened when, oldest first. `text` says the same in lines, for where none is drawn."""

    title: str
    marks: tuple[Mark, ...]
    text: str


class Screen(msgspec.Struct, frozen=True):
    """What to show. `glance` is all that a lock screen may show; `safety` is on every screen.

    `forgets`: the person was forgotten; whatever the platform can take back of earlier screens goes with it.
    `language` is that of its words, such as `es`: a form that its choices open is asked for in the same.
    """

    step: str
    visit: int
    text: str
    glance: str
    safety: Choice
    choices: tuple[Choice, ...] = ()
    menu: Menu | None = None
    picture: str = ""
    forgets: bool = False
    language: str = ENGLISH
    document: Document | None = None
    timeline: Timeline | None = None


class Conversation(msgspec.Struct, frozen=True):
    """Where one person stands. `revision` rises by one with each turn; `visit` with each step entered.

    `picked` is the last choice that led on, at `picked_at`.
    """

    revision: int = 0
    step: str = ""
    visit: int = 0
    slots: Mapping[str, str] = field(default_factory=dict)
    back: str = ""
    debrief: int = 0
    picked: str = ""
    picked_at: datetime | None = None
    touched_at: datetime | None = None


class PlanCheckIn(msgspec.Struct, frozen=True):
    """Plan the person's one check-in of this flow; one that still waits is moved, not doubled.

    It comes within `window` after `due_at`: everybody's "tomorrow at ten" would otherwise be the same second.
    """

    flow: str
    due_at: datetime
    window: timedelta = timedelta(0)


class CancelCheckIns(msgspec.Struct, frozen=True):
    """Cancel whatever still waits: of one flow, or all when `flow` is empty."""

    flow: str = ""


class SettleCheckIn(msgspec.Struct, frozen=True):
    """Move the check-in of this flow that was sent last to what came of it."""

    flow: str
    state: Literal[CheckInState.OPENED, CheckInState.DONE, CheckInState.SKIPPED]


class Record(msgspec.Struct, frozen=True):
    """Put a finished debrief away: its number within the person, and its slots."""

    debrief: int
    slots: Mapping[str, str]


class KeepFor(msgspec.Struct, frozen=True):
    """Keep what the person wrote for so many days after their last visit, and a debrief after its end."""

    days: int


class Forget(msgspec.Struct, frozen=True):
    """Remove every row of the person."""


Effect = PlanCheckIn | CancelCheckIns | SettleCheckIn | Record | KeepFor | Forget


class Debrief(msgspec.Struct, frozen=True):
    """A debrief that was put away: its number within the person, when, and its slots."""

    number: int
    closed_at: datetime
    slots: Mapping[str, str]


class Turn(msgspec.Struct, frozen=True):
    """What one event comes to. No `screen`: nothing is said (a doubled press). `walked`: the steps entered.

    `needs_past`: it rests on the debriefs that were put away, and they were not given; decide again with them.
    """

    conversation: Conversation
    screen: Screen | None = None
    effects: tuple[Effect, ...] = ()
    walked: tuple[str, ...] = ()
    needs_past: bool = False
