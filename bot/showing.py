"""What comes of a walk: the next conversation, the effects, and the screen in the person's language. Pure."""

from msgspec.structs import replace

from bot import versions
from bot.alarms import ALARMS
from bot.flows.document import PLACEHOLDER, StepDoc
from bot.forms import form_at
from bot.model import (
    RESUME,
    SAFETY,
    SCREEN_LONGEST_CHARS,
    Choice,
    ChoicePicked,
    Conversation,
    Forget,
    FormSubmitted,
    Menu,
    Screen,
    Turn,
)
from bot.skills.phrases import clip
from bot.walk import START, Walk

REMINDERS = "reminders"


def turn(walk: Walk, speaks: bool) -> Turn:
    if speaks and not walk.step:
        walk.debrief = walk.debrief or 1
        walk.enter(START)
    pressed = walk.event if isinstance(walk.event, ChoicePicked | FormSubmitted) and walk.walked else None
    if any(isinstance(effect, Forget) for effect in walk.effects):
        gone = replace(screen(walk), forgets=True)
        return Turn(Conversation(), gone, (Forget(),), tuple(walk.walked))
    # The screen first: it may find that it needs the past.
    shown = screen(walk) if speaks else None
    # A press that is not heard leaves no trace, so that the third of three is not heard either.
    unheard = not speaks and isinstance(walk.event, ChoicePicked | FormSubmitted)
    conversation = replace(
        walk.before,
        revision=walk.before.revision + 1,
        step=walk.step,
        visit=walk.visit,
        slots={name: value for name, value in walk.slots.items() if value},
        back=walk.back,
        debrief=walk.debrief,
        picked=pressed.choice if pressed else walk.before.picked,
        picked_at=pressed.at if pressed else walk.before.picked_at,
        touched_at=walk.before.touched_at if unheard else walk.event.at,
    )
    return Turn(conversation, shown, tuple(walk.effects), tuple(walk.walked), walk.needs_past)


def screen(walk: Walk) -> Screen:
    step, content = walk.doc, walk.content
    answer = walk.ask(step)
    said = PLACEHOLDER.sub(lambda match: answer.values.get(match[1], ""), _saying(walk, step)).strip()
    # Where somebody may be in danger, what they can do stands before anything else.
    parts = [said, *walk.prefix] if walk.step in ALARMS.values() else [*walk.prefix, said]
    options = walk.options()
    return Screen(
        step=walk.step,
        visit=walk.visit,
        text=clip("\n\n".join(parts), SCREEN_LONGEST_CHARS),
        glance=_glance(walk, step),
        safety=Choice(SAFETY, content.words.safety),
        choices=tuple(
            Choice(key, choice.label, form_at(content, walk.step, key) if choice.form else None)
            for key, choice in step.choices.items()
        ),
        menu=Menu(step.menu.label, options, _aside(step)) if step.menu and options else None,
        picture=step.picture or "",
        language=content.language,
        document=answer.document if _opened(walk) else None,
        timeline=answer.timeline,
    )


def _saying(walk: Walk, step: StepDoc) -> str:
    """The version that it was entered with, and what is said only then."""
    version = versions.said(walk.slots).get(walk.step, 0) if step.versions else 0
    once = step.once if _opened(walk) else ""
    return "\n\n".join(part.strip() for part in (step.sayings[version % len(step.sayings)], once) if part)


def _aside(step: StepDoc) -> bool:
    """A list that answers a question stands beside a way out of the question."""
    return not any(choice.way_out for choice in step.choices.values())


def _opened(walk: Walk) -> bool:
    """It was entered just now, or asked for again. Otherwise it only shows once more."""
    return bool(walk.walked) or (isinstance(walk.event, ChoicePicked) and walk.event.choice == RESUME)


def _glance(walk: Walk, step: StepDoc) -> str:
    """What a lock screen may show. A knock that has a line of its own bears the one that the person chose."""
    content = walk.content
    chosen = {option.id: option.label for option in content.lists.get(REMINDERS, ())} if step.glance else {}
    return chosen.get(walk.slots.get("reminder", "")) or step.glance or content.words.glance
