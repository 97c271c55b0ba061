"""Where each sign in somebody's words leads, and which of two comes first."""

from bot.care.triage import Label

# The most urgent first.
ALARMS = {Label.DANGER: "care.danger", Label.SELF_HARM: "care.self_harm", Label.ABUSE: "care.afraid"}
WITHHOLDING = frozenset({Label.DANGER, Label.ABUSE})
URGENCY = (Label.ABUSE, Label.SELF_HARM, Label.DANGER)
SUICIDE_ASKED, SUICIDE = "care.self_harm", "care.suicide"
UNDER_WAY = {
    Label.DANGER: ("care.danger",),
    Label.SELF_HARM: tuple(f"care.{step}" for step in ("self_harm", "suicide", "near", "hour", "hurting", "crisis")),
}
