"""The shape of what is understood in one language: times, places, words that begin a flow, and people's own words.

Phrases are compared folded: without capitals, accents and end marks.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from bot.flows.document import Strict, nothing
from bot.flows.marks import After, Before, Limits

_BREAKS = re.compile(r"[^\w'’]+")
_END_MARKS = " .,!?/¡¿"


def fold(text: str) -> str:
    """Words as they are compared, whatever the keyboard: `¿Mañana?` is `manana`."""
    words = " ".join(text.casefold().replace("’", "'").split()).strip(_END_MARKS)
    if words.isascii():
        return words
    return "".join(char for char in unicodedata.normalize("NFD", words) if not unicodedata.combining(char))


def _phrase(text: str) -> str:
    folded = fold(text)
    if not folded:
        raise ValueError("a phrase has at least one letter or digit")
    return folded


def _folded_keys(table: Any) -> Any:
    if not isinstance(table, dict):
        return table
    folded = {fold(phrase): meaning for phrase, meaning in table.items()}
    if len(folded) < len(table):
        raise ValueError("a phrase stands twice, but for accents and capitals")
    return folded


Meaning = TypeVar("Meaning")
Phrase = Annotated[str, After(_phrase)]
Phrases = tuple[Phrase, ...]
Table = Annotated[Mapping[Phrase, Meaning], Before(_folded_keys)]

Step = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Country = Annotated[str, Limits(pattern=r"^[A-Z]{2}$")]
Minutes = Annotated[int, Limits(ge=1, le=24 * 60)]
Unit = Literal["minute", "hour", "day", "week"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _clock(text: Any) -> Any:
    """`09:30` as minutes from midnight."""
    match = re.fullmatch(r"(\d\d):([0-5]\d)", str(text))
    if match is None:
        raise ValueError("a time of day is written as 09:30")
    return int(match[1]) * 60 + int(match[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDoc(Strict):
    """A part of the day. `at`: what it means alone. A clock beside it is read in the half day that `begins` then.

    Without `begins` it is that very minute. `today`: of this day and no other. `at` may be 24:00, the end of a day.
    """

    words: Phrases
    at: Annotated[int, Limits(le=24 * 60), Before(_clock)]
    begins: Annotated[int, Before(_clock)] | None = None
    today: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeDoc(Strict):
    """How times are written: `in two hours`, `tomorrow at 9`, `next friday`, `9 in the evening`."""

    within: Phrases
    units: Mapping[Unit, Phrases]
    # So many minutes, as one phrase.
    spans: Table[Minutes] = field(default_factory=nothing)
    one: Phrases
    numbers: Table[Annotated[int, Limits(ge=1, le=59)]]
    # How many days ahead.
    days: Table[Annotated[int, Limits(ge=0, le=2)]]
    weekdays: Mapping[Weekday, Phrases]
    next: Phrases
    # Before a time on the clock: a number in words is one only behind these.
    at: Phrases
    # Minutes past the hour, or before it.
    past: Table[Annotated[int, Limits(ge=-59, le=59)]] = field(default_factory=nothing)
    parts: tuple[PartDoc, ...]
    whole: Table[Literal["later_today", "same_time_tomorrow"]] = field(default_factory=nothing)
    fillers: Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesDoc(Strict):
    """What people write before a place, and other names of countries than the list's own, each with its code."""

    before: Phrases
    countries: Table[Country]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWordsDoc(Strict):
    """How people's own words can go into a sentence of ours."""

    # Behind these, what happened is a clause that needs no "when".
    clauses: Phrases
    # "I felt" and its like, left out before a feeling.
    felt: Phrases
    # How words begin that are no feeling.
    no_feeling: Phrases
    # As they are written: these keep their capital within a sentence.
    capitals: tuple[str, ...] = ()
    # How a thing seen begins ("how my brother ..."), and a whole sentence of one's own ("I saw ...").
    ways: Phrases = ()
    wholes: Phrases = ()
    # What the one who stayed silent may say that they did, and the word that takes it back.
    did: Phrases = ()
    buts: Phrases = ()
    # Left out before the two halves of an if-then plan, which says them already.
    ifs: Phrases = ()
    thens: Phrases = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingDoc(Strict):
    """One language. `starts`: whole messages and the step each begins; English ones stand in the flows.

    `yes` and `no`: answers to a question whose choices are called so.
    """

    yes: Phrases = ()
    no: Phrases = ()
    starts: Table[Step] = field(default_factory=nothing)
    time: TimeDoc
    places: PlacesDoc
    own_words: OwnWordsDoc


def without_front(text: str, phrases: Collection[str]) -> str | None:
    """The text without the longest of the phrases that it begins with; None when it begins with none."""
    words = text.split()
    for count in range(min(len(words), _longest(phrases)), 0, -1):
        if fold(" ".join(words[:count])) in phrases:
            return " ".join(words[count:])
    return None


def says(text: str, phrases: Collection[str]) -> bool:
    """Whether one of the phrases stands in the text, as whole words."""
    words = f" {' '.join(fold(word) for word in _BREAKS.sub(' ', text).split())} "
    return any(f" {phrase} " in words for phrase in phrases)


def _longest(phrases: Collection[str]) -> int:
    """How many words the longest of them has."""
    return max((phrase.count(" ") + 1 for phrase in phrases), default=0)
