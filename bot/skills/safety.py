"""Where to turn, by country; and what the person asked of us about their own rows."""

from bot.model import Forget, Option
from bot.skills.base import Answer, Ask, skill

DIRECTORY = "findahelpline.com"


def _lines(ask: Ask) -> Answer:
    """The lines of `args.kind` in the person's country, or the directory. The country is never guessed."""
    country = ask.slot("country")
    lines = ask.content.lines
    emergency = lines.emergency(country) if country else ""
    shown = lines.show(country, ask.args["kind"]) if country else ""
    values = {
        "emergency": emergency or "your local emergency number",
        "lines": shown or DIRECTORY,
    }
    return Answer("known" if country else "unknown", values=values)


def _countries(ask: Ask) -> Answer:
    return Answer(options=tuple(Option(code, name) for code, name in ask.content.lines.countries()))


def _find_country(ask: Ask) -> Answer:
    """A typed country (slot `country_words`): its name or its two letters."""
    words = ask.slot("country_words").casefold().strip(" .")
    for code, name in ask.content.lines.countries():
        if words in (code.casefold(), name.casefold()):
            return Answer("known", slots={"country": code, "country_words": ""})
    return Answer("unknown", slots={"country": "", "country_words": ""})


def _forget(_: Ask) -> Answer:
    return Answer(effects=(Forget(),))


LINES = skill(_lines, outcomes=("known", "unknown"), values=("emergency", "lines"))
COUNTRIES = skill(_countries, options=True)
FIND_COUNTRY = skill(_find_country, outcomes=("known", "unknown"))
FORGET = skill(_forget)
