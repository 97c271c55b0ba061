"""advance(content, conversation, event) -> Turn. Pure: the time comes with the event; no input makes it raise.

Law: triage reads every free text before anything else is done with it. One turn shows at most one screen.
A press counts only on the screen that is showing; words are never refused, they join the note.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from bot.alarms import WITHHOLDING, hear
from bot.content import Content
from bot.errors import ProgramError
from bot.flows.hearing import fold
from bot.forms import clean
from bot.knocked import knocked
from bot.model import (
    RESUME,
    SAFETY,
    ChoicePicked,
    CommandInvoked,
    Conversation,
    Debrief,
    Event,
    FormSubmitted,
    MessageReceived,
    TimerFired,
    Turn,
)
from bot.showing import turn
from bot.submitted import submitted
from bot.walk import HELP, NOTE, SAFETY_STEP, Walk

# Labels and ids of content: as many as were written.
_folded = cache(fold)


def advance(
    content: Content,
    conversation: Conversation,
    event: Event,
    *,
    missed: bool = False,
    past: tuple[Debrief, ...] | None = None,
) -> Turn:
    """The next conversation, the screen to show, and the effects. `missed`: something could not reach the person.

    `past`: the debriefs that were put away, newest first; a Turn that needs them and was not given them says so.
    """
    walk = Walk(content, conversation, event, past)
    if missed:
        walk.prefix.append(content.words.missed)
    for kind, handle in _HANDLERS:
        if isinstance(event, kind):
            speaks = handle(walk, event)
            return turn(walk, speaks)
    raise ProgramError(f"no handler for {type(event).__name__}")


def _message(walk: Walk, event: MessageReceived) -> bool:
    anew = walk.begins_anew()
    if walk.long_past():
        walk.step = ""
    _words(walk, clean(event.text), anew=anew)
    return True


def _command(walk: Walk, event: CommandInvoked) -> bool:
    """`/debrief` always leads to the first screen, in one press; words after it are heard as a message."""
    text = clean(event.text)
    # Words may be a way in and a sign at once: the way is theirs, and the sign is not lost.
    if walk.content.lexicon.labels(text) & WITHHOLDING:
        walk.slots["withheld"] = "yes"
    if _begins(walk, text):
        return True
    if walk.begins_anew():
        walk.begin()
    walk.step = ""
    _words(walk, text, anew=False)
    return True


def _words(walk: Walk, text: str, *, anew: bool) -> None:
    if anew and not _way_in(walk, text) and not _named(walk, text):
        walk.begin()
        walk.step = ""
    if not text:
        return
    start = _way_in(walk, text)
    if hear(walk, text):
        walk.keep(text)
    elif walk.doc_is_aside(start) or (start and not _named(walk, text)):
        _enter_start(walk, start)
    elif not walk.step:
        walk.keep(text)
    elif not _answers(walk, text) and walk.keep(text):
        walk.prefix.append(walk.content.words.kept)


def _way_in(walk: Walk, text: str) -> str:
    """The step that a whole message such as `stop` or `forget me` begins, or empty."""
    said = fold(text)
    others = walk.book.translations.values()
    if said == SAFETY or any(said == _folded(content.words.safety) for content in (walk.book, *others)):
        return SAFETY_STEP
    if start := walk.content.starts.get(said) or walk.book.starts.get(said):
        return start
    # Help, stop and forget are understood in every language, whatever the phone is set to.
    elsewhere = (content.starts.get(said, "") for content in others)
    return next((start for start in elsewhere if walk.doc_is_aside(start)), "")


def _begins(walk: Walk, text: str) -> bool:
    start = _way_in(walk, text)
    if start:
        _enter_start(walk, start)
    return bool(start)


def _enter_start(walk: Walk, start: str) -> None:
    walk.enter(SAFETY_STEP if start == HELP and walk.step.startswith("care.") else start)


def _named(walk: Walk, text: str) -> str:
    """The choice or option of the showing screen that the words name, by its label or its id; or empty."""
    if not walk.step:
        return ""
    said = fold(text)
    for hearing in walk.content.hearings:
        for key, words in (("yes", hearing.yes), ("no", hearing.no)):
            if said in words and key in walk.doc.choices:
                return key
    # English is understood in every language: somebody may have another phone, or another keyboard.
    for content in (walk.content, walk.book):
        named = [(key, choice.label) for key, choice in content.steps[walk.step].choices.items()]
        named += [(option.id, option.label) for option in walk.options(content)]
        if found := next((key for key, label in named if said in (_folded(label), _folded(key))), ""):
            return found
    return ""


def _answers(walk: Walk, text: str) -> bool:
    """Words in place of a press: the name of a choice or an option, or what this step asks to be typed."""
    step = walk.doc
    if named := _named(walk, text):
        return walk.pick(named)
    if step.text is None or (step.text.only and not walk.understands(step.text.only, text)):
        return False
    if not walk.looks_on(step.text.go):
        walk.reopen()
    if step.text.keep == NOTE:
        walk.keep(text)
    else:
        walk.slots[step.text.keep] = text
    walk.follow(step.text.go)
    return True


def _choice(walk: Walk, event: ChoicePicked) -> bool:
    if event.choice == SAFETY:
        if walk.step.startswith("care.") and event.visit != walk.visit and walk.recent():
            return False
        walk.enter(SAFETY_STEP)
        return True
    if not walk.step and walk.stands_alone(event.step):
        walk.step, walk.visit = event.step, event.visit
    if event.choice == RESUME or (not walk.step and walk.fear(event) is None):
        return True
    if (event.step, event.visit) == (walk.step, walk.visit) and walk.pick(event.choice):
        return True
    if walk.doubled(event):
        return False
    if not walk.still_cares(event):
        walk.prefix.append(walk.content.words.stale)
    return True


_HANDLERS: tuple[tuple[type[Event], Callable[[Walk, Any], bool]], ...] = (
    (MessageReceived, _message),
    (CommandInvoked, _command),
    (ChoicePicked, _choice),
    (FormSubmitted, submitted),
    (TimerFired, knocked),
)
