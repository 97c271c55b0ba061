"""How triage reads texts whose label is known, as a Markdown table. Pure: the texts are handed in, line by line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.care.triage import Label, Lexicon, triage
from bot.errors import OperatorError

Labelled = tuple[Label, str]


def labelled(lines: Iterable[str], path: str) -> list[Labelled]:
    """The rows of a file of `label<TAB>text`. Raises OperatorError with every bad line as `path:line: message`."""
    rows: list[Labelled] = []
    faults = []
    for number, line in enumerate(lines, 1):
        label, tab, text = line.rstrip("\r\n").partition("\t")
        if not tab or not text.strip():
            faults.append(f"{path}:{number}: a line is a label, a tab and a text")
        elif label not in list(Label):
            faults.append(f"{path}:{number}: {label!r} is not one of: {', '.join(Label)}")
        else:
            rows.append((Label(label), text))
    if faults:
        raise OperatorError(*faults)
    return rows


def share(rows: Iterable[Labelled], label: Label, lexicon: Lexicon) -> tuple[int, int]:
    """Of the texts with this label: how many are read as it, and how many there are."""
    texts = [text for wanted, text in rows if wanted is label]
    return sum(triage(lexicon, text) is label for text in texts), len(texts)


def table(sets: Mapping[str, Sequence[Labelled]], lexicon: Lexicon) -> Iterator[str]:
    """Line by line: of each set by name, how many of each label are read right; of ordinary, how many are flagged."""
    yield "| set | danger | self_harm | abuse | ordinary flagged |"
    yield "| --- | --- | --- | --- | --- |"
    for name, rows in sets.items():
        *signs, (left, ordinary) = [share(rows, label, lexicon) for label in Label]
        cells = [f"{right}/{every}" for right, every in signs] + [f"{ordinary - left}/{ordinary}"]
        yield f"| {name} | {' | '.join(cells)} |"
