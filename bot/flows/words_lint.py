"""What care asks of words: one code a rule, W101 to W112, for every language that Debrief speaks.

The rules look at one text and its kind, so that a translation is held to them as the English is. The reading grade,
W103, is in bot.flows.grade: it needs a library that no start should wait for.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from unicodedata import normalize

from bot.flows.load import Documents
from bot.flows.said import Kind, everything_said
from bot.flows.speech import Speech
from bot.model import ENGLISH
from bot.strict_yaml import Fault

SENTENCE_MOST_WORDS = 14
MOST_WORDS: Mapping[Kind, int] = {"moment": 60, "screen": 90}
ANSWER_MOST_WORDS = 4

_SENTENCE_END = re.compile(r"(?<=[.?!:…])[”\"»)]*\s+|\n")
_WITHIN = re.compile(r"(?<!\n)[ \t]*\n(?![ \t]*(?:\n|- ))[ \t]*|[ \t]{2,}")
_PARAGRAPH = re.compile(r"\s*\n\s*")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"")


def faults(documents: Documents, language: str = ENGLISH) -> list[Fault]:
    """Every fault of words in content, but for the reading grade. `language`: that of the documents."""
    return [
        said.fault(documents, code, message)
        for said in everything_said(documents)
        for code, message in faults_of(said.text, kind=said.kind, language=language, answers=said.answers)
    ]


def faults_of(text: str, *, kind: Kind, language: str = "en", answers: bool = True) -> Iterator[tuple[str, str]]:
    """Code and message of each rule that `text` breaks. `answers`: where it shows, a question can be answered."""
    speech = _speech(language)
    text = plain(text)
    yield from _lengths(text, kind)
    for code, (pattern, message) in speech.never.items():
        if match := pattern.search(text):
            yield code, f"{message}: {match.group().strip()!r}"
    if match := next((match for match in speech.gendered.finditer(text) if not _of_a_noun(speech, match)), None):
        yield "W105", f"not neutral about gender: {match.group().strip()!r}"
    if not answers and "?" in _QUOTED.sub("", text):
        yield "W109", "a question where nothing can be answered"
    if kind == "button" and not speech.opens(text, ANSWER_MOST_WORDS):
        yield "W110", f"a button begins with a verb, or answers in the person's own voice: {text!r}"
    if kind == "glance" and text not in speech.glances:
        yield "W106", f"a lock screen shows only one of {sorted(speech.glances)}, not {text!r}"


def plain(text: str) -> str:
    """As a rule reads it: one kind of apostrophe, each accented letter one character, one paragraph or row a line.

    A line break within a paragraph is a space: the platforms break lines as they like.
    """
    text = normalize("NFC", text).replace("’", "'")
    return _PARAGRAPH.sub("\n", _WITHIN.sub(" ", text)).strip()


def sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]


@cache
def _speech(language: str) -> Speech:
    """Loaded when it is first asked for: a start checks no language but that of the flows."""
    speech: Speech = import_module(f"bot.flows.speech_{language}").SPEECH
    return speech


def _lengths(text: str, kind: Kind) -> Iterator[tuple[str, str]]:
    for sentence in sentences(text):
        if len(sentence.split()) > SENTENCE_MOST_WORDS:
            yield "W101", f"a sentence of more than {SENTENCE_MOST_WORDS} words: {sentence!r}"
    most = MOST_WORDS.get(kind)
    if most is not None and len(text.split()) > most:
        yield "W102", f"{len(text.split())} words, and {most} at most on such a screen"


def _of_a_noun(speech: Speech, match: re.Match[str]) -> bool:
    """The word agrees with a noun before it that stands for anybody, such as the Spanish for partner."""
    before = sentences(match.string[: match.start()] + ".")
    return bool(before and speech.agreeing.search(before[-1]) and speech.agrees.search(match.group()))
