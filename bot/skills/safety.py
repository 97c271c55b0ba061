"""Where to turn, by country; and what the person asked of us about their own rows."""

from collections.abc import Collection, Iterator

from bot.flows.hearing import fold, without_front
from bot.model import NOTE_LONGEST_CHARS, Forget, Option
from bot.skills.base import Answer, Ask, skill


def _lines(ask: Ask) -> Answer:
    """The lines of `args.kind` in the person's country, or the directory. The country is never guessed."""
    country, lines, words = ask.slot("country"), ask.content.lines, ask.content.words
    names = dict(lines.countries()) | {option.id: option.label for option in ask.content.lists["country_spoken"]}
    named = names.get(country, "")
    number, shown = lines.emergency(country), lines.show(country, ask.args["kind"])
    emergency = words.emergency_known.format(country=named, number=number) if number else words.emergency_unknown
    found = words.lines_known.format(country=named, lines=shown) if shown else words.lines_unknown
    found = found.strip()
    return Answer("known" if named else "unknown", values={"emergency": emergency, "lines": found})


def _countries(ask: Ask) -> Answer:
    return Answer(options=tuple(Option(code, name) for code, name in ask.content.lines.countries()))


def _find_country(ask: Ask) -> Answer:
    """A typed country (slot `country_words`): its name, or another one that people use. What is neither is kept."""
    written = ask.slot("country_words")
    names = {fold(name): code for code, name in ask.content.lines.countries()}
    for one in reversed(ask.content.hearings):
        names |= one.places.countries
    for one in ask.content.hearings:
        if found := next((names[words] for words in _shorter(written, one.places.before) if words in names), ""):
            return Answer("known", slots={"country": found, "country_words": ""})
    note = "\n".join(part for part in (ask.slot("note"), written) if part)[:NOTE_LONGEST_CHARS]
    return Answer("unknown", slots={"note": note, "country_words": ""})


def _shorter(written: str, before: Collection[str]) -> Iterator[str]:
    """The words, then without what stands before a place, one after the other: `El Salvador` has its "el"."""
    words: str | None = written
    while words:
        yield fold(words)
        words = without_front(words, before)


def _forget(_: Ask) -> Answer:
    return Answer(effects=(Forget(),))


LINES = skill(_lines, outcomes=("known", "unknown"), values=("emergency", "lines"))
COUNTRIES = skill(_countries, options=True)
FIND_COUNTRY = skill(_find_country, outcomes=("known", "unknown"))
FORGET = skill(_forget)
