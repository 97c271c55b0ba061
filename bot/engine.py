"""advance(content, conversation, event) -> Turn. Pure: the time comes with the event; no input makes it raise.

Law: triage reads every free text before anything else is done with it. One turn shows at most one screen.
A press counts only on the screen that is showing; words are never refused, they join the note.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any

from bot.care.triage import Label
from bot.content import Content
from bot.errors import ProgramError
from bot.flows.document import BACK, ChoiceDoc, FormDoc, Go, StepDoc
from bot.flows.lint import PLACEHOLDER, resolve
from bot.model import (
    LASTING_SLOTS,
    NOTE_LONGEST_CHARS,
    RESUME,
    SAFETY,
    SCREEN_LONGEST_CHARS,
    Choice,
    ChoicePicked,
    CommandInvoked,
    Conversation,
    Effect,
    Event,
    Field,
    Forget,
    Form,
    FormSubmitted,
    Menu,
    MessageReceived,
    Option,
    PlanCheckIn,
    Record,
    Screen,
    TimerFired,
    Turn,
)
from bot.skills import SKILLS
from bot.skills.base import Answer, Ask
from bot.skills.check_ins import zone_named
from bot.skills.talk import clip
from bot.skills.when import MORNING, tomorrow
from bot.skills.when import resolve as resolve_wall

NOTE = "note"
START, HOME, SAFETY_STEP, HELP = "cool_down.start", "cool_down.rest", "care.start", "help.start"
BACK_MOST = 4
# The most urgent first.
ALARMS = {Label.DANGER: "care.danger", Label.SELF_HARM: "care.self_harm", Label.ABUSE: "care.afraid"}
WITHHOLDING = frozenset({Label.DANGER, Label.ABUSE})
URGENCY = (Label.ABUSE, Label.SELF_HARM, Label.DANGER)
SUICIDE_ASKED, SUICIDE = "care.self_harm", "care.suicide"
UNDER_WAY = {
    Label.DANGER: ("care.danger",),
    Label.SELF_HARM: tuple(f"care.{step}" for step in ("self_harm", "suicide", "near", "hour", "hurting", "crisis")),
}

DOUBLED_PRESS = timedelta(seconds=10)
SECOND_FINGER = timedelta(seconds=2)
LATE = timedelta(hours=1)
WAKING = (time(8, 0), time(22, 0))
NEW_EVENING = timedelta(hours=12)
LAST_WORD = timedelta(days=3)
CHECK_INS = frozenset({"check_in", "follow_up"})
SILENT_STEPS_MOST = 30
_UNSENDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def advance(content: Content, conversation: Conversation, event: Event, *, missed: bool = False) -> Turn:
    """The next conversation, the screen to show, and the effects. `missed`: something could not reach the person."""
    walk = _Walk(content, conversation, event)
    if missed:
        walk.prefix.append(content.words.missed)
    for kind, handle in _HANDLERS:
        if isinstance(event, kind):
            speaks = handle(walk, event)
            return walk.turn(speaks)
    raise ProgramError(f"no handler for {type(event).__name__}")


def form_at(content: Content, step_name: str, choice_id: str) -> Form | None:
    """The form that a choice opens; None for any other choice, and for one that content no longer has."""
    step = content.steps.get(step_name)
    choice = step.choices.get(choice_id) if step else None
    if choice is None or choice.form is None:
        return None
    return _form(content, content.flows[step_name.partition(".")[0]].forms[choice.form])


@dataclass(slots=True)
class _Walk:
    """One turn while it is being made. Mutable, and never leaves this module."""

    content: Content
    before: Conversation
    event: Event
    step: str = ""
    visit: int = 0
    back: str = ""
    debrief: int = 0
    walked: list[str] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    prefix: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        shown = self.content.steps.get(self.before.step)
        self.step = self.before.step if shown is not None and shown.say else ""
        self.visit, self.debrief = self.before.visit, max(self.before.debrief, 1)
        self.back = " ".join(step for step in self.before.back.split() if step in self.content.steps)
        self.slots = dict(self.before.slots)
        if self.event.locale:
            self.slots["locale"] = self.event.locale
        # A zone that was set by hand stands until the platform has news.
        if self.event.zone != self.slots.get("platform_zone") and zone_named(self.event.zone):
            self.slots |= {"zone": self.event.zone, "platform_zone": self.event.zone}

    @property
    def doc(self) -> StepDoc:
        return self.content.steps[self.step]

    def ask(self, step: StepDoc, **more: str) -> Answer:
        if step.call is None:
            return Answer()
        return self._run(step.call, {**step.args, **more})

    def _run(self, skill: str, args: Mapping[str, str]) -> Answer:
        return SKILLS[skill].run(Ask(self.content, self.slots, args, self.event.at))

    def understands(self, skill: str, text: str) -> bool:
        return self._run(skill, {"text": text}).outcome == "ok"

    def enter(self, target: str) -> None:
        """Go to a step, and through those that say nothing, to the next that does."""
        for _ in range(SILENT_STEPS_MOST):
            name = self._place(target)
            step = self.content.steps[name]
            if step.withhold and self.slots.get("withheld") == "yes":
                target = "care.withheld"
                continue
            self.walked.append(name)
            self.slots.update(step.set)
            answer = self.ask(step)
            self.slots.update(answer.slots)
            self.effects.extend(answer.effects)
            if step.say:
                self.step, self.visit = name, self.visit + 1
                return
            flow = name.partition(".")[0]
            target = resolve(flow, step.outcomes.get(answer.outcome) or self.choose(step.go))
        raise ProgramError(f"{target}: too many silent steps")

    def _place(self, target: str) -> str:
        """The step meant by a target; remembers where an aside flow was entered from."""
        if target == BACK:
            name, _, self.back = self.back.partition(" ")
            return name or HOME
        if self._aside(target) and not self._same_aside(target):
            under = self.back.split() if self.step and self._aside(self.step) else []
            self.back = " ".join([self.step, *(step for step in under if step != self.step)][:BACK_MOST]).strip()
        return target

    def _same_aside(self, target: str) -> bool:
        return self.step.partition(".")[0] == target.partition(".")[0]

    def _aside(self, name: str) -> bool:
        return self.content.flows[name.partition(".")[0]].aside

    def stands_alone(self, name: str) -> bool:
        """A screen of help, care or settings, whose buttons mean the same when nothing is known of the person."""
        return name in self.content.steps and bool(self.content.steps[name].say) and self._aside(name)

    def choose(self, go: Go) -> str:
        """The first branch whose conditions hold; the last has none."""
        return next(b.to for b in go if all(self.slots.get(slot, "") == value for slot, value in b.when.items()))

    def follow(self, go: Go) -> None:
        self.enter(resolve(self.step.partition(".")[0], self.choose(go)))

    def keep(self, text: str) -> bool:
        """Join words to the note. False when the note is full: then it is said aloud, and nothing is cut."""
        note = self.slots.get(NOTE, "")
        joined = f"{note}\n{text}" if note else text
        if len(joined) > NOTE_LONGEST_CHARS:
            self.prefix.append(self.content.words.full)
            return False
        self.slots[NOTE] = joined
        return True

    def begin(self) -> None:
        """Put the last debrief away and start a new one."""
        told = {name: value for name, value in self.slots.items() if name not in LASTING_SLOTS and value}
        if told:
            self.effects.append(Record(self.debrief, told))
        self.slots = {name: value for name, value in self.slots.items() if name in LASTING_SLOTS}
        self.debrief = self.before.debrief + 1

    def reopen(self) -> None:
        """Going on from the last screen of a closed debrief begins the next one."""
        if self.slots.get("closed") == "yes":
            self.begin()

    def begins_anew(self) -> bool:
        """Nothing is under way: no step yet, the last debrief is closed, or its time is past and nothing waits."""
        if not self.step or self.slots.get("closed") == "yes":
            return True
        return self.long_past() and not self.slots.get("waiting")

    def long_past(self) -> bool:
        """Whoever writes now writes about something new: cool down first, whatever showed last."""
        touched = self.before.touched_at
        in_check_in = self.step.partition(".")[0] in CHECK_INS
        return touched is None or self.event.at - touched > (LAST_WORD if in_check_in else NEW_EVENING)

    def hear(self, text: str) -> bool:
        """Triage. True when the words are a sign: they are kept, and care takes over unless it already has."""
        signs = {family.label for family in self.content.lexicon.signs(text)}
        label = next((label for label in ALARMS if label in signs), None)
        if label is None:
            return False
        if signs & WITHHOLDING:
            self.slots["withheld"] = "yes"
        if self.more_urgent_shows(label):
            self.slots["also"] = label.value
        elif label is Label.SELF_HARM and self.step in UNDER_WAY[label]:
            # Asked and answered: the question is not put twice.
            self.enter(SUICIDE if self.step == SUICIDE_ASKED else self.step)
        else:
            self.enter(ALARMS[label])
        return True

    def more_urgent_shows(self, label: Label) -> bool:
        above = URGENCY[URGENCY.index(label) + 1 :]
        return any(self.step in UNDER_WAY[other] for other in above)

    def recent(self) -> bool:
        picked = self.before.picked_at
        return picked is not None and abs(self.event.at - picked) <= DOUBLED_PRESS

    def doubled(self, event: ChoicePicked | FormSubmitted) -> bool:
        """The same press again, or a second finger on the screen that was just answered. Care is never unheard."""
        picked = self.before.picked_at
        if event.visit != self.visit - 1 or picked is None:
            return False
        if event.choice == self.before.picked:
            return self.recent()
        return abs(event.at - picked) <= SECOND_FINGER and not event.step.startswith("care.")

    def turn(self, speaks: bool) -> Turn:
        if speaks and not self.step:
            self.debrief = self.debrief or 1
            self.enter(START)
        pressed = self.event if isinstance(self.event, ChoicePicked | FormSubmitted) and self.walked else None
        if any(isinstance(effect, Forget) for effect in self.effects):
            gone = replace(self.screen(), forgets=True)
            return Turn(Conversation(), gone, (Forget(),), tuple(self.walked))
        return Turn(
            replace(
                self.before,
                revision=self.before.revision + 1,
                step=self.step,
                visit=self.visit,
                slots={name: value for name, value in self.slots.items() if value},
                back=self.back,
                debrief=self.debrief,
                picked=pressed.choice if pressed else self.before.picked,
                picked_at=pressed.at if pressed else self.before.picked_at,
                touched_at=self.event.at,
            ),
            self.screen() if speaks else None,
            tuple(self.effects),
            tuple(self.walked),
        )

    def screen(self) -> Screen:
        step, words = self.doc, self.content.words
        answer = self.ask(step)
        opened = isinstance(self.event, ChoicePicked) and self.event.choice == RESUME
        say = step.shown if self.walked or opened else step.say
        said = PLACEHOLDER.sub(lambda match: answer.values.get(match[1], ""), say).strip()
        # Where somebody may be in danger, what they can do stands before anything else.
        parts = [said, *self.prefix] if self.step in ALARMS.values() else [*self.prefix, said]
        options = answer.options if step.menu and step.menu.source == "call" else self.listed(step)
        return Screen(
            step=self.step,
            visit=self.visit,
            text=clip("\n\n".join(parts), SCREEN_LONGEST_CHARS),
            glance=step.glance or words.glance,
            safety=Choice(SAFETY, words.safety),
            choices=tuple(
                Choice(key, choice.label, form_at(self.content, self.step, key)) for key, choice in step.choices.items()
            ),
            menu=Menu(step.menu.label, options) if step.menu and options else None,
            picture=step.picture or "",
        )

    def listed(self, step: StepDoc) -> tuple[Option, ...]:
        return self.content.lists.get(step.menu.source, ()) if step.menu else ()

    def options(self) -> tuple[Option, ...]:
        step = self.doc
        return self.ask(step).options if step.menu and step.menu.source == "call" else self.listed(step)

    def pick(self, choice_id: str) -> bool:
        """Act on a choice or an option of the showing screen; False when it has none of that id."""
        step = self.doc
        choice = step.choices.get(choice_id)
        if choice is not None:
            if choice.form is None:
                self.reopen()
                self.take(choice)
            return True
        if step.menu is not None and any(option.id == choice_id for option in self.options()):
            self.slots[step.menu.keep] = choice_id
            self.follow(step.menu.go)
            return True
        return False

    def still_cares(self, event: ChoicePicked) -> bool:
        """A button of an older care screen means what it says, whatever has come since."""
        if not event.step.startswith("care.") or not self.stands_alone(event.step):
            return False
        here, back = self.step, self.back
        if not self._aside(here):
            self.back = here
        self.step = event.step
        if self.pick(event.choice):
            return True
        self.step, self.back = here, back
        return False

    def take(self, choice: ChoiceDoc) -> None:
        self.slots.update(choice.set)
        self.follow(choice.go)


def _message(walk: _Walk, event: MessageReceived) -> bool:
    anew = walk.begins_anew()
    if walk.long_past():
        walk.step = ""
    _words(walk, clean(event.text), anew=anew)
    return True


def _command(walk: _Walk, event: CommandInvoked) -> bool:
    """`/debrief` always leads to the first screen, in one press; words after it are heard as a message."""
    text = clean(event.text)
    if _begins(walk, text):
        return True
    if walk.begins_anew():
        walk.begin()
    walk.step = ""
    _words(walk, text, anew=False)
    return True


def _words(walk: _Walk, text: str, *, anew: bool) -> None:
    if anew and not _way_in(walk, text) and not _named(walk, text):
        walk.begin()
        walk.step = ""
    if not text:
        return
    if walk.hear(text):
        walk.keep(text)
    elif _begins(walk, text):
        return
    elif not walk.step:
        walk.keep(text)
    elif not _answers(walk, text) and walk.keep(text):
        walk.prefix.append(walk.content.words.kept)


def _way_in(walk: _Walk, text: str) -> str:
    """The step that a whole message such as `stop` or `forget me` begins, or empty."""
    said = _fold(text)
    if said in (SAFETY, _fold(walk.content.words.safety)):
        return SAFETY_STEP
    return walk.content.starts.get(said, "")


def _begins(walk: _Walk, text: str) -> bool:
    start = _way_in(walk, text)
    if start:
        walk.enter(SAFETY_STEP if start == HELP and walk.step.startswith("care.") else start)
    return bool(start)


def _named(walk: _Walk, text: str) -> str:
    """The choice or option of the showing screen that the words name, by its label or its id; or empty."""
    if not walk.step:
        return ""
    said = _fold(text)
    named = [(key, choice.label) for key, choice in walk.doc.choices.items()]
    named += [(option.id, option.label) for option in walk.options()]
    return next((key for key, label in named if said in (_fold(label), _fold(key))), "")


def _answers(walk: _Walk, text: str) -> bool:
    """Words in place of a press: the name of a choice or an option, or what this step asks to be typed."""
    step = walk.doc
    if named := _named(walk, text):
        return walk.pick(named)
    if step.text is None or (step.text.only and not walk.understands(step.text.only, text)):
        return False
    if step.text.keep == NOTE:
        walk.keep(text)
    else:
        walk.slots[step.text.keep] = text
    walk.follow(step.text.go)
    return True


def _choice(walk: _Walk, event: ChoicePicked) -> bool:
    if event.choice == SAFETY:
        if walk.step.startswith("care.") and event.visit != walk.visit and walk.recent():
            return False
        walk.enter(SAFETY_STEP)
        return True
    if not walk.step and walk.stands_alone(event.step):
        walk.step, walk.visit = event.step, event.visit
    if event.choice == RESUME or not walk.step:
        return True
    if (event.step, event.visit) == (walk.step, walk.visit) and walk.pick(event.choice):
        return True
    if walk.doubled(event):
        return False
    if not walk.still_cares(event):
        walk.prefix.append(walk.content.words.stale)
    return True


def _submitted(walk: _Walk, event: FormSubmitted) -> bool:
    """A filled form. Late or doubled, its words are kept all the same: somebody took the trouble to write them."""
    step = walk.content.steps.get(event.step)
    choice = step.choices.get(event.choice) if step else None
    flow = event.step.partition(".")[0]
    form = walk.content.flows[flow].forms[choice.form] if choice and choice.form else None
    values = _values(walk.content, form, event.values)
    kinds = {key: form.fields[key].kind if form else "paragraph" for key in values}
    typed = "\n".join(text for key, text in values.items() if kinds[key] != "pick")
    current = (event.step, event.visit) == (walk.step, walk.visit)
    if form is None or choice is None or not current:
        doubled = walk.doubled(event) and NOTE not in values
        written = "\n".join(text for key, text in values.items() if kinds[key] in _FREE)
        return _late_form(walk, written, typed, doubled=doubled)
    sign = walk.hear(typed)
    lacking = any(not field.optional and not values.get(key) for key, field in form.fields.items())
    if not sign and (lacking or not any(values.values())):
        walk.prefix.append(walk.content.words.empty)
        return True
    if not sign:
        walk.reopen()
    if sign:
        # Words that were a sign go to the note and nowhere else: no opener may be made of them.
        walk.keep(typed)
        values = {key: value for key, value in values.items() if kinds[key] == "pick"}
    note = values.pop(NOTE, "")
    fits = not note or walk.keep(note)
    walk.slots |= {key: value for key, value in values.items() if value}
    if fits and not sign:
        walk.take(choice)
    return True


def _late_form(walk: _Walk, written: str, typed: str, *, doubled: bool) -> bool:
    known = walk.slots.get(NOTE, "")
    if typed and typed not in known and not walk.step:
        walk.begin()
    if typed and typed not in known and walk.hear(typed):
        walk.keep(typed)
        return True
    new = bool(written) and written not in known and not doubled
    if not new and (doubled or walk.recent()):
        return False
    if new and walk.keep(written):
        walk.prefix.append(walk.content.words.kept)
    elif walk.step:
        walk.prefix.append(walk.content.words.stale)
    return True


def _timer(walk: _Walk, event: TimerFired) -> bool:
    """Knock; one that an outage made late waits for the morning rather than ring at night, and says sorry once."""
    late = event.at - event.check_in.due_at > LATE
    zone = zone_named(walk.slots.get("zone", ""))
    if late and zone is not None and not WAKING[0] <= event.at.astimezone(zone).time() < WAKING[1]:
        morning = resolve_wall(tomorrow(event.at, zone), MORNING, zone).at
        walk.slots |= {"waiting": morning.isoformat(), "late": "yes"}
        walk.effects.append(PlanCheckIn(event.check_in.flow, morning))
        return False
    if late or walk.slots.get("late"):
        walk.prefix.append(walk.content.words.late)
    walk.slots |= {"waiting": "", "closed": "", "late": ""}
    knock = f"{event.check_in.flow}.knock"
    walk.enter(knock if knock in walk.content.steps else "check_in.knock")
    return True


_FREE = ("paragraph", "line")
_HANDLERS: tuple[tuple[type[Event], Callable[[_Walk, Any], bool]], ...] = (
    (MessageReceived, _message),
    (CommandInvoked, _command),
    (ChoicePicked, _choice),
    (FormSubmitted, _submitted),
    (TimerFired, _timer),
)


def clean(text: str) -> str:
    """Words as they can be stored and sent anywhere: no control characters, no half characters, trimmed."""
    return _UNSENDABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _fold(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split()).strip(" .,!?/")


def _values(content: Content, form: FormDoc | None, raw: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, by field: unknown fields and options left out, text cut to the field's own length."""
    values = {key: clean(text) for key, text in raw.items()}
    if form is None:
        return values
    kept = {key: values[key][: doc.longest] for key, doc in form.fields.items() if key in values}
    for key, doc in form.fields.items():
        if doc.source and kept.get(key) not in [option.id for option in content.lists[doc.source]]:
            kept.pop(key, None)
    return kept


def _form(content: Content, form: FormDoc) -> Form:
    fields = tuple(
        Field(key, doc.label, doc.kind, doc.longest, doc.optional, doc.hint, content.lists.get(doc.source or "", ()))
        for key, doc in form.fields.items()
    )
    return Form(form.title, form.submit, fields)
