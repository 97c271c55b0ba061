"""The shape of what is understood in one language: times, places, words that begin a flow, and people's own words.

Phrases are compared folded: without capitals, accents and end marks. H001 shape, H002 no English, H003 no language,
H004 a word that begins no step, H005 one phrase for two things.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from bot.flows.document import Strict
from bot.strict_yaml import Fault, Marks

_BREAKS = re.compile(r"[^\w'’]+")
_LANGUAGE = re.compile(r"hearing/[a-z]{2}\.yaml")
_END_MARKS = " .,!?/¡¿"


def fold(text: str) -> str:
    """Words as they are compared, whatever the keyboard: `¿Mañana?` is `manana`."""
    words = " ".join(text.casefold().replace("’", "'").split()).strip(_END_MARKS)
    if words.isascii():
        return words
    return "".join(char for char in unicodedata.normalize("NFD", words) if not unicodedata.combining(char))


def _folded_keys(table: Any) -> Any:
    if not isinstance(table, dict):
        return table
    folded = {fold(phrase): meaning for phrase, meaning in table.items()}
    if len(folded) < len(table):
        raise ValueError("a phrase stands twice, but for accents and capitals")
    return folded


Meaning = TypeVar("Meaning")
Phrase = Annotated[str, AfterValidator(fold), Field(min_length=1)]
Phrases = tuple[Phrase, ...]
Table = Annotated[Mapping[Phrase, Meaning], BeforeValidator(_folded_keys)]

Step = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Unit = Literal["minute", "hour", "day", "week"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _clock(text: Any) -> Any:
    """`09:30` as minutes from midnight."""
    match = re.fullmatch(r"(\d\d):([0-5]\d)", str(text))
    if match is None:
        raise ValueError("a time of day is written as 09:30")
    return int(match[1]) * 60 + int(match[2])


class PartDoc(Strict):
    """A part of the day. `at`: what it means alone. A clock beside it is read in the half day that `begins` then.

    Without `begins` it is that very minute. `today`: of this day and no other. `at` may be 24:00, the end of a day.
    """

    words: Phrases
    at: Annotated[int, BeforeValidator(_clock), Field(le=24 * 60)]
    begins: Annotated[int, BeforeValidator(_clock)] | None = None
    today: bool = False


class TimeDoc(Strict):
    """How times are written: `in two hours`, `tomorrow at 9`, `next friday`, `9 in the evening`."""

    within: Phrases
    units: Mapping[Unit, Phrases]
    # So many minutes, as one phrase.
    spans: Table[Minutes] = Field(default_factory=dict)
    one: Phrases
    numbers: Table[Annotated[int, Field(ge=1, le=59)]]
    # How many days ahead.
    days: Table[Annotated[int, Field(ge=0, le=2)]]
    weekdays: Mapping[Weekday, Phrases]
    next: Phrases
    # Before a time on the clock: a number in words is one only behind these.
    at: Phrases
    # Minutes past the hour, or before it.
    past: Table[Annotated[int, Field(ge=-59, le=59)]] = Field(default_factory=dict)
    parts: tuple[PartDoc, ...]
    whole: Table[Literal["later_today", "same_time_tomorrow"]] = Field(default_factory=dict)
    fillers: Phrases


class PlacesDoc(Strict):
    """What people write before a place, and other names of countries than the list's own, each with its code."""

    before: Phrases
    countries: Table[Country]


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


class HearingDoc(Strict):
    """One language. `starts`: whole messages and the step each begins; English ones stand in the flows.

    `yes` and `no`: answers to a question whose choices are called so.
    """

    yes: Phrases = ()
    no: Phrases = ()
    starts: Table[Step] = Field(default_factory=dict)
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


def faults(hearing: HearingDoc, path: str, marks: Marks, steps: Collection[str]) -> Iterator[Fault]:
    """What is wrong with a file that can be read. `steps`: every step there is, as `flow.step`."""
    if not _LANGUAGE.fullmatch(path):
        yield Fault(path, 1, "H003", "the file is called after its language, such as hearing/es.yaml")
    for phrase, step in hearing.starts.items():
        if step not in steps:
            yield Fault(path, marks.line("starts"), "H004", f"{phrase!r} begins {step}, which is no step")
    time = hearing.time
    groups: Mapping[str, list[Phrases]] = {
        "units": [*time.units.values()],
        "weekdays": [*time.weekdays.values()],
        "parts": [part.words for part in time.parts],
    }
    for name, group in groups.items():
        meanings = Counter(phrase for phrases in group for phrase in phrases)
        for twice in (phrase for phrase, count in meanings.items() if count > 1):
            yield Fault(path, marks.line("time", name), "H005", f"{twice!r} stands for two things")
