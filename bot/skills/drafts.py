"""What somebody means to say in their own words: what may land hard in it, and the draft itself."""

from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import clip

FINDINGS_SHOWN = 3
QUOTE_CHARS = 80
SHOWN_CHARS = 1_200


def _findings(ask: Ask) -> Answer:
    """What was found in the draft, each with how it may land and another way to say it; or one plain line."""
    drafts = ask.content.drafts
    parts = []
    for finding in drafts.phrases.find(ask.slot("draft_words"))[:FINDINGS_SHOWN]:
        advice = drafts.said.families[finding.family]
        words = clip(finding.words, QUOTE_CHARS)
        parts.append(drafts.said.finding.format(words=words, why=advice.why, instead=advice.instead))
    return Answer(values={"findings": "\n\n".join([drafts.said.found, *parts]) if parts else drafts.said.clean})


def _draft(ask: Ask) -> Answer:
    return Answer(values={"draft": clip(ask.slot("draft_words"), SHOWN_CHARS) or "-"})


FINDINGS = skill(_findings, values=("findings",))
DRAFT = skill(_draft, values=("draft",))
