"""How triage reads its labelled texts, as the table in docs/care.md: `python -m tests.unit.triage_table`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.app import CONTENT
from bot.care.lexicon_file import LexiconFile, load_lexicon, read_lexicon
from bot.care.triage import Label, Lexicon, triage

SETS = Path(__file__).parents[1] / "content"
LEXICON = "care/lexicon.yaml"
NAMES = ("forty", "dev", "check", "fresh", "round", "round2", "round3", "round4", "plain")


def lexicon() -> Lexicon:
    return load_lexicon(Path(CONTENT / LEXICON).read_text("utf-8"), LEXICON)


def file() -> LexiconFile:
    return read_lexicon(Path(CONTENT / LEXICON).read_text("utf-8"), LEXICON)


def labelled(name: str) -> list[tuple[Label, str]]:
    """The rows of one set."""
    lines = (SETS / f"triage_{name}.tsv").read_text("utf-8").splitlines()
    return [(Label(label), text) for label, _, text in (line.partition("\t") for line in lines)]


def share(rows: Iterable[tuple[Label, str]], label: Label, lexicon: Lexicon) -> tuple[int, int]:
    """Of the texts with this label: how many are read as it, and how many there are."""
    texts = [text for wanted, text in rows if wanted is label]
    return sum(triage(lexicon, text) is label for text in texts), len(texts)


def table() -> Iterator[str]:
    """Markdown: what share of each label is read right; for ordinary, what share is flagged."""
    compiled = lexicon()
    yield "| set | danger | self_harm | abuse | ordinary flagged |"
    yield "| --- | --- | --- | --- | --- |"
    for name in NAMES:
        rows = labelled(name)
        shares = [share(rows, label, compiled) for label in Label]
        flagged = shares[-1][1] - shares[-1][0]
        cells = [f"{right}/{all_}" for right, all_ in shares[:-1]] + [f"{flagged}/{shares[-1][1]}"]
        yield f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(table()))  # noqa: T201
