"""File texts to Content, read together or not at all."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from bot.care.lexicon_file import load_lexicon
from bot.care.lines_file import load_lines
from bot.content import Content
from bot.errors import ContentFault
from bot.flows import lint, load
from bot.flows.document import Signature
from bot.model import Option

LEXICON, LINES = "care/lexicon.yaml", "care/lines.yaml"


def read(texts: Mapping[str, str], signatures: Mapping[str, Signature], today: date) -> Content:
    """Build Content from file texts keyed by their path below content/, such as `flows/help.yaml`.

    Raises ContentFault with every fault there is, each as `path:line: CODE message`.
    """
    faults: list[str] = []
    documents = load.documents(texts)
    faults += [str(fault) for fault in documents.faults]
    if not documents.faults:
        faults += [str(fault) for fault in lint.faults(documents, signatures)]
    lexicon = _gather(faults, lambda: load_lexicon(texts.get(LEXICON, ""), LEXICON))
    lines = _gather(faults, lambda: load_lines(texts.get(LINES, ""), LINES, today))
    if faults or lexicon is None or lines is None:
        raise ContentFault(*faults)
    return Content(
        flows=documents.flows,
        steps={f"{name}.{step}": doc for name, flow in documents.flows.items() for step, doc in flow.steps.items()},
        starts={word: f"{name}.{step}" for name, flow in documents.flows.items() for word, step in flow.words.items()},
        lists={
            name: tuple(Option(id=key, label=label) for key, label in options.items())
            for name, options in documents.lists.items()
        },
        openers=documents.openers,
        words=documents.words,
        lexicon=lexicon,
        lines=lines,
    )


Table = TypeVar("Table")


def _gather(faults: list[str], load_table: Callable[[], Table]) -> Table | None:
    """The table, or None with its faults added to `faults`."""
    try:
        return load_table()
    except ContentFault as fault:
        faults.extend(fault.faults)
        return None
