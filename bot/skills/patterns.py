"""What keeps coming back: counts, days and the person's own words. Never a score, never a verdict."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.model import Mark, MarkKind, Timeline
from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import labels, plain
from bot.skills.promises import zone_named
from bot.skills.talk import clip

FEWEST = 3
# What says that somebody told of an evening, and what is counted of it by the list that names it.
TELLS = ("note", "happened", "feeling", "expected", "support", "who", "place")
COUNTED = {"who": "company", "place": "places", "feeling": "feelings", "support": "supports"}
MOST_OF_EACH, WORDS_MOST, WORDS_CHARS, MARKS_MOST = 3, 5, 120, 12


@dataclass(frozen=True, slots=True)
class Evening:
    """A debrief as patterns see it. `on`: the person's own date of each thing that happened."""

    slots: Mapping[str, str]
    alone: date | None
    backed: date | None
    talked: date | None


def evenings(ask: Ask) -> list[Evening]:
    """Oldest first, the one that is open now last. What the silent partner told of themself is not counted."""
    zone = zone_named(ask.slot("zone")) or ZoneInfo("UTC")
    told: list[tuple[Mapping[str, str], datetime]] = [(past.slots, past.closed_at) for past in reversed(ask.past())]
    found = []
    for slots, closed_at in [*told, (ask.slots, ask.now)]:
        if slots.get("side") == "silent":
            continue
        began = _day(slots.get("began", ""), closed_at, zone)
        alone = began if any(slots.get(name) for name in TELLS) else None
        backed = _day(slots.get("backed_on", ""), closed_at, zone) if slots.get("backed") else None
        talk = slots.get("talk", "none")
        talked = _day(slots.get("talked_on", ""), closed_at, zone) if talk != "none" else None
        if alone or backed or talked:
            found.append(Evening(slots, alone, backed, talked))
    return found


def _day(stamp: str, otherwise: datetime, zone: ZoneInfo) -> date:
    at = datetime.fromisoformat(stamp) if stamp else otherwise
    return at.astimezone(UTC).astimezone(zone).date()


def _patterns(ask: Ask) -> Answer:
    found = evenings(ask)
    enough = len(found) >= FEWEST
    values = {"count": str(len(found)), "summary": _summary(ask, found), "words": _words(ask, found)}
    return Answer("enough" if enough else "few", values=values, timeline=_timeline(ask, found) if enough else None)


def _summary(ask: Ask, found: list[Evening]) -> str:
    texts = labels(ask, "pattern_text")

    def counted(name: str, count: int) -> str:
        return texts[name].replace("{count}", str(count))

    talks = Counter(evening.slots["talk"] for evening in found if evening.talked)
    rows = [
        counted("alone", sum(evening.alone is not None for evening in found)),
        counted("backed", sum(evening.backed is not None for evening in found)),
    ]
    if talks:
        kinds = ", ".join(counted(kind, talks[kind]) for kind in ("well", "mixed", "badly") if talks[kind])
        rows.append(f"{counted('talks', talks.total())} ({kinds})")
    rows += [f"{texts[slot]}: {told}" for slot in COUNTED if (told := _most(ask, found, slot))]
    return "\n".join(rows)


def _most(ask: Ask, found: list[Evening], slot: str) -> str:
    """What was answered most often, each with its number."""
    names = labels(ask, COUNTED[slot])
    answers = Counter(names.get(answer) or plain(answer) for evening in found if (answer := evening.slots.get(slot)))
    return ", ".join(f"{clip(answer, WORDS_CHARS)} ({count})" for answer, count in answers.most_common(MOST_OF_EACH))


def _words(ask: Ask, found: list[Evening]) -> str:
    """The person's own words, the latest first, each with its day."""
    rows: list[str] = []
    for evening in reversed(found):
        said = evening.slots.get("backed_how") or evening.slots.get("happened") or evening.slots.get("note") or ""
        day = evening.alone or evening.backed or evening.talked
        if said and day and len(rows) < WORDS_MOST:
            rows.append(f"{_date(ask, day)}: “{clip(' '.join(said.split()), WORDS_CHARS)}”")
    return "\n\n".join(rows) or "-"


def _timeline(ask: Ask, found: list[Evening]) -> Timeline:
    names = labels(ask, "marks")
    marks: list[Mark] = []
    for evening in found:
        days: tuple[tuple[MarkKind, date | None, str], ...] = (
            ("alone", evening.alone, "alone"),
            ("backed", evening.backed, "backed"),
            ("talk", evening.talked, evening.slots.get("talk", "")),
        )
        marks += [Mark(day, kind, names.get(name, name)) for kind, day, name in days if day]
    marks = sorted(marks, key=lambda mark: mark.on)[-MARKS_MOST:]
    text = "\n".join(f"{_date(ask, mark.on)}: {mark.label}" for mark in marks)
    return Timeline(labels(ask, "pattern_text")["title"], tuple(marks), text)


def _date(ask: Ask, day: date) -> str:
    from babel.dates import format_skeleton  # noqa: PLC0415  no start needs it

    return format_skeleton("MMMd", day, locale=ask.content.language)


PATTERNS = skill(_patterns, outcomes=("few", "enough"), values=("count", "summary", "words"))
