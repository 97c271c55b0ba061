"""The labelled sets that triage is held against, and the lexicon's files."""

from pathlib import Path

from bot.app import CONTENT, content_texts
from bot.care.lexicon_file import LexiconFile, load_lexicon, read_lexicon
from bot.care.score import Labelled
from bot.care.score import labelled as read_labelled
from bot.care.triage import Lexicon
from bot.reading import lexicons

SETS = Path(__file__).parents[1] / "content"
NAMES = (
    "forty",
    "dev",
    "check",
    "fresh",
    "round",
    "round2",
    "round3",
    "round4",
    "plain",
    "es_dev",
    "es_check",
    "es_fresh",
    "es_plain",
    "es_round",
    "es_round2",
    "es_round3",
)


def lexicon() -> Lexicon:
    return load_lexicon(lexicons(content_texts(CONTENT)))


def files() -> list[LexiconFile]:
    return [read_lexicon(text, path) for path, text in lexicons(content_texts(CONTENT)).items()]


def path(name: str) -> Path:
    return SETS / f"triage_{name}.tsv"


def labelled(name: str) -> list[Labelled]:
    """The rows of one set."""
    return read_labelled(path(name).read_text("utf-8").splitlines(), path(name).name)
