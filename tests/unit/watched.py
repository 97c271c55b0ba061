"""A conversation of which every turn is held against the promises. It keeps its own account of what was said."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.alarms import WITHHOLDING
from bot.content import Content
from bot.flows.hearing import fold
from bot.forms import clean, filled
from bot.model import (
    ENGLISH,
    LASTING_SLOTS,
    NOTE_LONGEST_CHARS,
    SAFETY,
    SCREEN_LONGEST_CHARS,
    ChoicePicked,
    CommandInvoked,
    Conversation,
    Event,
    Forget,
    FormSubmitted,
    MessageReceived,
    Record,
    Screen,
    Turn,
)
from bot.rehearsal import Stage
from bot.skills.check_ins import spoken
from bot.skills.promises import promised, zone_named
from bot.walk import BEGAN

UNFILLED = re.compile(r"\{[a-z_]+\}")
# The one answer after which somebody who was afraid is shown everything again.
ASKED_LAST, SHOWN_AGAIN = ("care.other_way", "no"), "care.safe_again"


@dataclass(slots=True)
class Watched(Stage):
    """`afraid`: there was a sign of abuse or danger, or they said so, and it was not answered for since."""

    afraid: bool = False
    turns: Counter[str] = field(default_factory=Counter)

    def happen(self, event: Event) -> Turn:
        before = self.conversation
        turn = Stage.happen(self, event)
        self._learn(before, event, turn)
        _conversation_holds(before, turn)
        if turn.screen is not None:
            self._screen_holds(before, event, turn)
        if isinstance(event, ChoicePicked) and event.choice == SAFETY:
            assert turn.conversation.step.startswith("care."), "the safety button led elsewhere"
        self._what_waits_is_told()
        self.turns[self._language(before, event, turn)] += 1
        return turn

    def _language(self, before: Conversation, event: Event, turn: Turn) -> str:
        """The one that the person chose, else their platform's, else English. A farewell is in theirs too."""
        slots = (before if Forget() in turn.effects else turn.conversation).slots
        wanted = slots.get("language") or event.locale[:2]
        return wanted if wanted in self.content.translations else ENGLISH

    def _learn(self, before: Conversation, event: Event, turn: Turn) -> None:
        """From what was said and pressed, not from what the engine made of it."""
        if self.content.lexicon.labels(_heard(self.content, before, event)) & WITHHOLDING:
            self.afraid = True
        for content in (self.content, *self.content.translations.values()):
            pressed = _pressed(content, before, event, turn)
            if pressed == ASKED_LAST and SHOWN_AGAIN in turn.walked:
                self.afraid = False
            elif pressed and content.steps[pressed[0]].choices[pressed[1]].set.get("withheld") == "yes":
                self.afraid = True
        if Forget() in turn.effects:
            self.afraid = False

    def _screen_holds(self, before: Conversation, event: Event, turn: Turn) -> None:
        screen, language = turn.screen, self._language(before, event, turn)
        assert screen is not None
        content = self.content.spoken(language)
        step = content.steps[screen.step]
        assert screen.language == language
        assert screen.safety.id == SAFETY
        assert screen.safety.label == content.words.safety
        assert [choice.label for choice in screen.choices] == [choice.label for choice in step.choices.values()]
        assert any(said.strip() in screen.text for said in step.sayings) or any("{" in said for said in step.sayings)
        assert 1 <= len(screen.text) <= SCREEN_LONGEST_CHARS
        assert not UNFILLED.search(" ".join(_words(screen)))
        assert screen.choices or screen.menu or step.rest, "a dead end"
        lines = {option.label for option in content.lists["reminders"]} if step.glance else set()
        assert screen.glance in {step.glance, content.words.glance} | lines
        if self.afraid:
            hidden = [name for name in (screen.step, *turn.walked) if self.content.steps[name].withhold]
            assert not hidden, "shown to somebody afraid"
        if Forget() not in turn.effects:
            assert (screen.step, screen.visit) == (turn.conversation.step, turn.conversation.visit)
            assert screen.visit == before.visit + (1 if turn.walked else 0) or not before.step
            self._time_is_told_truly(screen, content)

    def _time_is_told_truly(self, screen: Screen, content: Content) -> None:
        """The time on the screen is that of what will be sent."""
        step = content.steps[screen.step]
        if step.call != "planned" or "{time}" not in step.say:
            return
        slots = self.conversation.slots
        flow = step.args.get("flow") or slots.get("plan_for") or "check_in"
        check_in, zone = self.waiting.get(flow), zone_named(slots.get("zone", ""))
        assert check_in is not None, f"told of, and not planned: {flow}"
        if zone is not None:
            day = content.words.day
            assert spoken(check_in.due_at, zone, slots.get("locale", ""), content.language, day) in screen.text

    def _what_waits_is_told(self) -> None:
        """What is said of check-ins and reminders is what will be sent: one of each flow at the most, at that time."""
        told = {flow: promise.at for flow, promise in promised(self.conversation.slots).items()}
        ahead = {flow: check_in.due_at for flow, check_in in self.waiting.items()}
        assert {flow: at for flow, at in ahead.items() if at > self.now} == {
            flow: at for flow, at in told.items() if at > self.now
        }


def _heard(content: Content, before: Conversation, event: Event) -> str:
    """What triage has to read. A form that came before is in the note already, and was read then."""
    if isinstance(event, MessageReceived | CommandInvoked):
        return clean(event.text)
    if not isinstance(event, FormSubmitted):
        return ""
    step = content.steps.get(event.step)
    choice = step.choices.get(event.choice) if step else None
    form = content.flows[event.step.partition(".")[0]].forms[choice.form] if choice and choice.form else None
    values = filled(content, form, event.values)
    typed = [text for key, text in values.items() if form is None or form.fields[key].kind != "pick"]
    return "\n".join(text for text in typed if text not in before.slots.get("note", ""))


def _pressed(content: Content, before: Conversation, event: Event, turn: Turn) -> tuple[str, str] | None:
    """The step and the choice that were pressed, on whichever screen; or named in words, and then acted on."""
    if isinstance(event, ChoicePicked):
        known = content.steps.get(event.step)
        return (event.step, event.choice) if known and event.choice in known.choices and turn.screen else None
    if not isinstance(event, MessageReceived) or before.step not in content.steps or not turn.walked:
        return None
    said = fold(clean(event.text))
    named = (key for key, choice in content.steps[before.step].choices.items() if said in (fold(choice.label), key))
    return next(((before.step, key) for key in named if _done(content, before.step, key, turn)), None)


def _done(content: Content, step: str, choice: str, turn: Turn) -> bool:
    """Words that came long after a screen are about something new."""
    return content.steps[step].choices[choice].set.items() <= dict(turn.conversation.slots).items() | {("withheld", "")}


def _words(screen: Screen) -> list[str]:
    """All that a screen says in words of its own, and in those of its forms."""
    forms = [choice.form for choice in screen.choices if choice.form]
    fields = [part for form in forms for one in form.fields for part in (one.label, one.hint)]
    menu = [screen.menu.label, *(option.label for option in screen.menu.options)] if screen.menu else []
    return [screen.text, *(choice.label for choice in screen.choices), *menu, *fields]


def _conversation_holds(before: Conversation, turn: Turn) -> None:
    after = turn.conversation
    if Forget() in turn.effects:
        assert (after, turn.effects) == (Conversation(), (Forget(),))
        return
    assert after.revision == before.revision + 1
    assert after.visit >= before.visit
    assert all(after.slots.values())
    note, kept = before.slots.get("note", ""), after.slots.get("note", "")
    assert len(kept) <= NOTE_LONGEST_CHARS
    put_away = [effect for effect in turn.effects if isinstance(effect, Record)]
    if put_away:
        assert [(record.debrief, _told(record.slots)) for record in put_away] == [(before.debrief, _told(before.slots))]
        assert after.debrief == before.debrief + 1
    else:
        assert kept.startswith(note)


def _told(slots: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in slots.items() if name not in LASTING_SLOTS | {BEGAN}}
