"""W103, the reading grade, by textstat. For `debrief check` and tests alone: no start waits for it, or needs it.

English: the Flesch-Kincaid grade. Spanish: Fernández Huerta's scale (1959), on which 70 to 80 is the sixth grade;
textstat counts syllables by where a word may be hyphenated, about one in 25 too few, which is worth 5 points.
"""

import re
from collections.abc import Iterator
from typing import Any

from bot.errors import OperatorError
from bot.flows.document import PLACEHOLDER
from bot.flows.load import Documents
from bot.flows.said import Kind, everything_said
from bot.flows.words_lint import plain
from bot.model import ENGLISH
from bot.strict_yaml import Fault

GRADE_MOST = 6
EASE_LEAST_ES = 75
# One word of five syllables moves a line of six words by eight grades, and a screen of ten by less than five.
FLOOR_WORDS = 10
_MEASURED: frozenset[Kind] = frozenset({"screen", "moment"})
_LINE_END = re.compile(r"(?<![.?!])[:;,…]?[ \t]*(?:\n|\Z)")


def faults(documents: Documents, language: str = ENGLISH) -> list[Fault]:
    return [
        said.fault(documents, code, message)
        for said in everything_said(documents)
        for code, message in faults_of(said.text, kind=said.kind, language=language)
    ]


def faults_of(text: str, *, kind: Kind, language: str = "en") -> Iterator[tuple[str, str]]:
    """Code and message where the words of a screen are harder than the sixth grade. What fills a gap is not counted."""
    text = _LINE_END.sub(".\n", PLACEHOLDER.sub("", plain(text)))
    if kind not in _MEASURED or len(text.split()) < FLOOR_WORDS:
        return
    textstat = _textstat()
    textstat.set_lang(language)
    if language == "es":
        if (ease := textstat.fernandez_huerta(text)) < EASE_LEAST_ES:
            yield "W103", f"reads at {ease:.0f} on Fernández Huerta's scale, and {EASE_LEAST_ES} is the least"
    elif (grade := textstat.flesch_kincaid_grade(text)) > GRADE_MOST:
        yield "W103", f"reads at grade {grade:.1f}, and {GRADE_MOST} is the most"


def _textstat() -> Any:
    try:
        from textstat import textstat  # noqa: PLC0415  whoever runs the bot may not have it
    except ImportError as error:
        raise OperatorError(
            "The reading grade needs textstat, which comes with what development needs: make .venv/dev, "
            "or: python -m pip install --require-hashes -r requirements-dev.txt"
        ) from error
    return textstat
