"""Where to turn, by country; and what the person asked of us about their own rows."""

import re

from bot.model import NOTE_LONGEST_CHARS, Forget, Option
from bot.skills.base import Answer, Ask, skill

_BEFORE_A_COUNTRY = re.compile(r"^(?:i'?m |i am |we're |in |from |the )+")


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
    """A typed country (slot `country_words`): its name, or another name from the list. What is neither is kept."""
    written = ask.slot("country_words")
    words = _BEFORE_A_COUNTRY.sub("", written.casefold().replace("’", "'").strip(" .,!"))
    names = {name.casefold(): code for code, name in ask.content.lines.countries()}
    names |= {option.id: option.label for option in ask.content.lists["country_names"]}
    if words in names:
        return Answer("known", slots={"country": names[words], "country_words": ""})
    note = "\n".join(part for part in (ask.slot("note"), written) if part)[:NOTE_LONGEST_CHARS]
    return Answer("unknown", slots={"note": note, "country_words": ""})


def _forget(_: Ask) -> Answer:
    return Answer(effects=(Forget(),))


LINES = skill(_lines, outcomes=("known", "unknown"), values=("emergency", "lines"))
COUNTRIES = skill(_countries, options=True)
FIND_COUNTRY = skill(_find_country, outcomes=("known", "unknown"))
FORGET = skill(_forget)
