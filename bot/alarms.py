"""What a sign in somebody's words does: where it leads, what it withholds, and which of two comes first. Pure."""

from bot.care.triage import Label
from bot.walk import Walk

# The most urgent first.
ALARMS = {Label.DANGER: "care.danger", Label.SELF_HARM: "care.self_harm", Label.ABUSE: "care.afraid"}
WITHHOLDING = frozenset({Label.DANGER, Label.ABUSE})
URGENCY = (Label.ABUSE, Label.SELF_HARM, Label.DANGER)
SUICIDE_ASKED, SUICIDE = "care.self_harm", "care.suicide"
UNDER_WAY = {
    Label.DANGER: ("care.danger",),
    Label.SELF_HARM: tuple(f"care.{step}" for step in ("self_harm", "suicide", "near", "hour", "hurting", "crisis")),
}


def hear(walk: Walk, text: str) -> bool:
    """Triage. True when the words are a sign: they are kept, and care takes over unless it already has."""
    signs = walk.content.lexicon.labels(text)
    label = next((label for label in ALARMS if label in signs), None)
    if label is None:
        return False
    if signs & WITHHOLDING:
        walk.slots["withheld"] = "yes"
    urgent = _more_urgent_shows(walk, label)
    if Label.SELF_HARM in signs and (urgent or label is Label.DANGER):
        # Asked about once the danger is over.
        walk.slots["also"] = Label.SELF_HARM.value
    if urgent:
        return True
    if label is Label.SELF_HARM and walk.step in UNDER_WAY[label]:
        # Asked and answered: the question is not put twice.
        walk.enter(SUICIDE if walk.step == SUICIDE_ASKED else walk.step)
    else:
        walk.enter(ALARMS[label])
    return True


def _more_urgent_shows(walk: Walk, label: Label) -> bool:
    above = URGENCY[URGENCY.index(label) + 1 :]
    return any(walk.step in UNDER_WAY[other] for other in above)
