"""What is kept for later: an angry draft under seal, until they choose to see it; and the day of what was told."""

from bot.model import NOTE_LONGEST_CHARS
from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import clip

SHOWN_CHARS = 1_500


def _join(ask: Ask) -> Answer:
    """What was just told (slot `args.from`) joins what is kept already (slot `args.to`). Nothing is cut."""
    new, kept = ask.args["from"], ask.args["to"]
    joined = "\n\n".join(part for part in (ask.slot(kept), ask.slot(new)) if part)
    if len(joined) > NOTE_LONGEST_CHARS:
        return Answer("full", slots={new: ""})
    return Answer("joined", slots={kept: joined, new: ""})


def _stamp(ask: Ask) -> Answer:
    """Now, in the slot `args.slot`."""
    return Answer(slots={ask.args["slot"]: ask.now.isoformat()})


def _held(ask: Ask) -> Answer:
    return Answer(values={"draft": clip(ask.slot("held_draft").strip(), SHOWN_CHARS) or "-"})


def _take(ask: Ask) -> Answer:
    return Answer(slots={"draft_words": ask.slot("held_draft")})


HELD = skill(_held, values=("draft",))
TAKE_HELD = skill(_take)
JOIN = skill(_join, outcomes=("joined", "full"))
STAMP = skill(_stamp)
