"""What keeps coming back: counts, days and the person's own words. Never a score, never a verdict."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from bot.model import Mark, MarkKind, Timeline
from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import clip, labels, plain
from bot.skills.promises import zone_named
from bot.skills.talk import told_again

FEWEST = 3
# What says that somebody told of an evening, and what is counted of it by the list that names it.
TELLS = ("happened", "feeling", "expected", "who", "place")
COUNTED = {"who": "company", "place": "places", "feeling": "feelings", "support": "supports"}
MOST_OF_EACH, WORDS_MOST, WORDS_CHARS, MARKS_MOST = 3, 5, 120, 12


class Evening(msgspec.Struct, frozen=True):
    """A debrief as patterns see it. `told`, `backed`, `talked`: the person's own dates of what it holds."""

    slots: Mapping[str, str]
    told: date | None
    backed: tuple[date, ...]
    talked: date | None

    @property
    def last(self) -> date:
        return max(day for day in (self.told, *self.backed, self.talked) if day)


def evenings(ask: Ask) -> list[Evening]:
    """Oldest first, the one that is open now last. What the silent partner told of themself is not counted."""
    debriefs = [(past.slots, past.closed_at) for past in reversed(ask.past())]
    found = (_evening(ask, slots, closed_at) for slots, closed_at in [*debriefs, (ask.slots, ask.now)])
    return [evening for evening in found if evening.told or evening.backed or evening.talked]


def _evening(ask: Ask, slots: Mapping[str, str], closed_at: datetime) -> Evening:
    zone = zone_named(ask.slot("zone")) or ZoneInfo("UTC")

    def day(stamp: str) -> date:
        return datetime.fromisoformat(stamp or closed_at.isoformat()).astimezone(zone).date()

    backed = tuple(day(stamp) for stamp in slots.get("backed_on", "").split())
    answered = any(slots.get(name) for name in TELLS)
    # A note alone may be that of the one who was silent.
    wrote = bool(slots.get("note")) and slots.get("side") != "silent"
    talked = slots.get("talk", "none") != "none"
    return Evening(
        slots,
        told=day(slots.get("began", "")) if answered or wrote else None,
        backed=backed,
        talked=day(slots.get("talked_on", "")) if talked else None,
    )


def _patterns(ask: Ask) -> Answer:
    found = evenings(ask)
    count = sum((evening.told is not None) + len(evening.backed) for evening in found)
    enough = count >= FEWEST
    values = {"count": str(count), "summary": _summary(ask, found), "words": _words(ask, found)}
    return Answer("enough" if enough else "few", values=values, timeline=_timeline(ask, found) if enough else None)


def _summary(ask: Ask, found: list[Evening]) -> str:
    texts = labels(ask, "pattern_text")

    def counted(name: str, count: int) -> str:
        return texts[name].replace("{count}", str(count))

    talks = Counter(evening.slots["talk"] for evening in found if evening.talked)
    backed = sum(len(evening.backed) for evening in found)
    rows = [counted("alone", sum(evening.told is not None for evening in found))]
    rows += [counted("backed", backed)] if backed else []
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
        words = (evening.slots.get(name, "") for name in ("backed_how", "happened", "note"))
        said = next(filter(None, (told_again(ask, text) for text in words)), "")
        if said and len(rows) < WORDS_MOST:
            rows.append(f"{_date(ask, evening.last)}: “{clip(' '.join(said.split()), WORDS_CHARS)}”")
    return "\n\n".join(rows) or labels(ask, "pattern_text")["none"]


def _timeline(ask: Ask, found: list[Evening]) -> Timeline:
    names = labels(ask, "marks")
    marks: list[Mark] = []
    for evening in found:
        days: list[tuple[MarkKind, date, str]] = [("backed", day, "backed") for day in evening.backed]
        days += [("alone", evening.told, "alone")] if evening.told else []
        days += [("talk", evening.talked, evening.slots["talk"])] if evening.talked else []
        marks += [Mark(day, kind, names[name]) for kind, day, name in days]
    marks = sorted(marks, key=lambda mark: mark.on)[-MARKS_MOST:]
    text = "\n".join(f"{_date(ask, mark.on)}: {mark.label}" for mark in marks)
    return Timeline(labels(ask, "pattern_text")["title"], tuple(marks), text)


def _backed(ask: Ask) -> Answer:
    """One more time that their partner stood behind them: now, beside those that were counted before."""
    stamps = f"{ask.slot('backed_on')} {ask.now.isoformat()}".strip()
    return Answer(slots={"backed": "yes", "backed_on": stamps})


def _date(ask: Ask, day: date) -> str:
    from babel.dates import format_skeleton  # noqa: PLC0415  no start needs it

    return format_skeleton("MMMd", day, locale=ask.content.language)


PATTERNS = skill(_patterns, outcomes=("few", "enough"), values=("count", "summary", "words"))
BACKED = skill(_backed)
