"""One turn while it is being made: where the person stands, what they hold, what shows next. Pure.

Mutable, made by the engine for one event, and gone with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot import versions
from bot.content import Content
from bot.errors import ProgramError
from bot.flows.document import BACK, ChoiceDoc, Go, StepDoc, resolve
from bot.model import (
    LASTING_SLOTS,
    NOTE_LONGEST_CHARS,
    ChoicePicked,
    Conversation,
    Debrief,
    Effect,
    Event,
    FormSubmitted,
    Option,
    Record,
)
from bot.skills import SKILLS
from bot.skills.base import Answer, Ask
from bot.skills.promises import promised, zone_named

NOTE, DRAFT, HELD, BEGAN = "note", "draft_words", "held_draft", "began"
HOMES = frozenset({"cool_down.rest", "partner.rest"})
START, HOME, SAFETY_STEP, HELP = "cool_down.start", "cool_down.rest", "care.start", "help.start"
BACK_MOST = 4

DOUBLED_PRESS = timedelta(seconds=10)
SECOND_FINGER = timedelta(seconds=2)
NEW_EVENING = timedelta(hours=12)
LAST_WORD = timedelta(days=3)
CHECK_INS = frozenset({"check_in", "follow_up", "partner"})
# A check-in that stands at one of these is not over with the evening.
TALKS = CHECK_INS | {"openers", "reflect", "expectations"}
LOOKS_ON = frozenset({"planning", "patterns"})
LOOKED_AT = frozenset({BACK, HOME, *(f"{flow}.{step}" for flow in CHECK_INS for step in ("knock", "opened"))})
PLANNED = "planned"
SILENT_STEPS_MOST = 30


@dataclass(slots=True)
class Walk:
    """Where the person stands while the turn is made; `turn` is what comes of it."""

    book: Content
    before: Conversation
    event: Event
    past: tuple[Debrief, ...] | None = None
    needs_past: bool = False
    step: str = ""
    visit: int = 0
    back: str = ""
    debrief: int = 0
    walked: list[str] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    prefix: list[str] = field(default_factory=list)
    _tongue: tuple[str, str] = ("", "")
    _spoken: Content = field(init=False)

    def __post_init__(self) -> None:
        self._spoken = self.book
        shown = self.book.steps.get(self.before.step)
        self.step = self.before.step if shown is not None and shown.say else ""
        self.visit, self.debrief = self.before.visit, max(self.before.debrief, 1)
        self.back = " ".join(step for step in self.before.back.split() if step in self.book.steps)
        self.slots = dict(self.before.slots)
        if BEGAN not in self.slots:
            self.slots[BEGAN] = self.event.at.isoformat()
        if self.event.locale:
            self.slots["locale"] = self.event.locale
        if self.event.reach:
            self.slots["reach"] = self.event.reach
        # A zone that was set by hand stands until the platform has news.
        if self.event.zone != self.slots.get("platform_zone") and zone_named(self.event.zone):
            self.slots |= {"zone": self.event.zone, "platform_zone": self.event.zone}
            # What was planned for ten o'clock stays at ten on their own clock.
            moved = self._run("rezone", {})
            self.slots |= moved.slots
            self.effects.extend(moved.effects)

    @property
    def content(self) -> Content:
        """In the person's language: the one they chose, else their platform's, else English."""
        tongue = (self.slots.get("language", ""), self.slots.get("locale", ""))
        if tongue != self._tongue:
            self._tongue, self._spoken = tongue, self.book.spoken(tongue[0] or tongue[1][:2].casefold())
        return self._spoken

    @property
    def doc(self) -> StepDoc:
        return self.content.steps[self.step]

    def ask(self, step: StepDoc, content: Content | None = None) -> Answer:
        return Answer() if step.call is None else self._run(step.call, step.args, content)

    def _run(self, skill: str, args: Mapping[str, str], content: Content | None = None) -> Answer:
        return SKILLS[skill].run(Ask(content or self.content, self.slots, args, self.event.at, self._past))

    def _past(self) -> tuple[Debrief, ...]:
        self.needs_past = self.needs_past or self.past is None
        return self.past or ()

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
            if step.anew and not self.waits():
                self.begin()
            self.slots.update(step.set)
            answer = self.ask(step)
            self.slots.update(answer.slots)
            self.effects.extend(answer.effects)
            if step.say:
                self.step, self.visit = name, self.visit + 1
                if step.versions:
                    self.slots |= versions.next_one(self.slots, name, len(step.sayings))
                return
            flow = name.partition(".")[0]
            target = resolve(flow, step.outcomes.get(answer.outcome) or self.choose(step.go))
        raise ProgramError(f"{target}: too many silent steps")

    def _place(self, target: str) -> str:
        """The step meant by a target; remembers where an aside flow was entered from."""
        if target == BACK:
            name, _, self.back = self.back.partition(" ")
            return name if name and not self._told_in_vain(name) else HOME
        if self._aside(target) and not self._same_aside(target):
            under = self.back.split() if self.step and self._aside(self.step) else []
            self.back = " ".join([self.step, *(step for step in under if step != self.step)][:BACK_MOST]).strip()
        return target

    def _told_in_vain(self, name: str) -> bool:
        """The screen told of a promise, and nothing waits any more."""
        step = self.content.steps[name]
        return step.call == PLANNED and self.ask(step).outcome == "none"

    def _same_aside(self, target: str) -> bool:
        return self.step.partition(".")[0] == target.partition(".")[0]

    def _aside(self, name: str) -> bool:
        return self.content.flows[name.partition(".")[0]].aside

    def doc_is_aside(self, name: str) -> bool:
        """A step of care, settings or help: what anybody may need at any time."""
        return bool(name) and self._aside(name)

    def touched_within(self, span: timedelta) -> bool:
        touched = self.before.touched_at
        return touched is not None and abs(self.event.at - touched) <= span

    def stands_alone(self, name: str) -> bool:
        """A screen of help, care or settings, whose buttons mean the same when nothing is known of the person."""
        return name in self.content.steps and bool(self.content.steps[name].say) and self._aside(name)

    def choose(self, go: Go) -> str:
        """The first branch whose conditions hold; the last has none. `platform` is where they write."""
        slots = {**self.slots, "platform": self.event.person.platform} if go[0].when else self.slots
        return next(b.to for b in go if all(slots.get(slot, "") == value for slot, value in b.when.items()))

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
        if told.keys() - {BEGAN}:
            self.effects.append(Record(self.debrief, told))
        self.slots = {name: value for name, value in self.slots.items() if name in LASTING_SLOTS}
        self.slots[BEGAN] = self.event.at.isoformat()
        self.debrief = self.before.debrief + 1

    def reopen(self) -> None:
        """Going on from the last screen of a closed debrief begins the next one."""
        if self.over():
            self.begin()

    def over(self) -> bool:
        """The debrief is closed, and nothing waits that will need its note."""
        return self.slots.get("closed") == "yes" and not self.waits()

    def waits(self) -> bool:
        return bool(CHECK_INS & promised(self.slots).keys())

    def begins_anew(self) -> bool:
        """Nothing is under way: no step yet, the last debrief is closed, or its time is past and nothing waits."""
        if not self.step or (self.over() and self.step in HOMES):
            return True
        return self.long_past() and not self.waits()

    def long_past(self) -> bool:
        """Whoever writes now writes about something new: cool down first, whatever showed last."""
        touched = self.before.touched_at
        in_check_in = self.step.partition(".")[0] in TALKS
        return touched is None or self.event.at - touched > (LAST_WORD if in_check_in else NEW_EVENING)

    def recent(self) -> bool:
        picked = self.before.picked_at
        return picked is not None and abs(self.event.at - picked) <= DOUBLED_PRESS

    def doubled(self, event: ChoicePicked | FormSubmitted) -> bool:
        """The same press again, or a second finger on the screen that was just answered. Care is never unheard."""
        picked = self.before.picked_at
        # If words or a knock came in between, it was not a press that answered it.
        if event.visit != self.visit - 1 or picked is None or picked != self.before.touched_at:
            return False
        if event.choice == self.before.picked:
            return self.recent()
        unheard = not event.step.startswith("care.") and self.fear(event) is None
        return unheard and abs(event.at - picked) <= SECOND_FINGER

    def fear(self, event: ChoicePicked | FormSubmitted) -> ChoiceDoc | None:
        """The choice, where pressing it says that somebody is afraid: that is heard on whichever screen it stood."""
        step = self.content.steps.get(event.step)
        choice = step.choices.get(event.choice) if step else None
        return choice if choice and choice.set.get("withheld") == "yes" else None

    def options(self, content: Content | None = None) -> tuple[Option, ...]:
        """What the showing screen's menu lists: from its list, or from its skill."""
        content = content or self.content
        step = content.steps[self.step]
        if step.menu is None:
            return ()
        return self.ask(step, content).options if step.menu.source == "call" else content.lists[step.menu.source]

    def pick(self, choice_id: str) -> bool:
        """Act on a choice or an option of the showing screen; False when it has none of that id."""
        step = self.doc
        choice = step.choices.get(choice_id)
        if choice is not None:
            if choice.form is None:
                if not self.looks_on(choice.go):
                    self.reopen()
                self.take(choice)
            return True
        if step.menu is not None and any(option.id == choice_id for option in self.options()):
            if not self.looks_on(step.menu.go):
                self.reopen()
            self.slots[step.menu.keep] = choice_id
            self.follow(step.menu.go)
            return True
        return False

    def looks_on(self, go: Go) -> bool:
        """It leads to where nothing new is told: a debrief that is closed stays so."""
        target = resolve(self.step.partition(".")[0], self.choose(go))
        return target in LOOKED_AT or target.partition(".")[0] in LOOKS_ON or self._aside(target)

    def still_cares(self, event: ChoicePicked) -> bool:
        """A button of an older care screen, or one that says fear, means what it says, whatever has come since."""
        fear = self.fear(event)
        if fear and not event.step.startswith("care."):
            self.slots |= fear.set
            self.enter(resolve(event.step.partition(".")[0], self.choose(fear.go)))
            return True
        if not event.step.startswith("care.") or not self.stands_alone(event.step):
            return False
        here, back = self.step, self.back
        if not self._aside(here):
            self.back = here
        # An earlier "I feel safe" does not answer what was said since.
        choice = self.content.steps[event.step].choices.get(event.choice)
        if choice is not None and choice.set.get("withheld") == "":
            self.enter("care.withheld")
            return True
        self.step = event.step
        if self.pick(event.choice):
            return True
        self.step, self.back = here, back
        return False

    def take(self, choice: ChoiceDoc) -> None:
        self.slots.update(choice.set)
        self.follow(choice.go)
