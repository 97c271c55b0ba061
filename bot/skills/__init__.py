"""Skills by the name that flows call them. A skill is pure: the time comes in, effects go out as values."""

from collections.abc import Mapping

from bot.skills import check_ins, safety, talk, zones
from bot.skills.base import Skill

SKILLS: Mapping[str, Skill] = {
    "plan": check_ins.PLAN,
    "time_words": check_ins.TIME_WORDS,
    "planned": check_ins.PLANNED,
    "rezone": check_ins.REZONE,
    "zone": check_ins.ZONE,
    "settle": check_ins.SETTLE,
    "cancel": check_ins.CANCEL,
    "find_zone": zones.FIND_ZONE,
    "zone_options": zones.ZONE_OPTIONS,
    "openers": talk.OPENERS,
    "card": talk.CARD,
    "note": talk.NOTE,
    "brief": talk.BRIEF,
    "lines": safety.LINES,
    "countries": safety.COUNTRIES,
    "find_country": safety.FIND_COUNTRY,
    "forget": safety.FORGET,
}
