"""File texts to Content, read together or not at all."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec
from babel import Locale
from msgspec.structs import replace

from bot.care.drafts import Drafts
from bot.care.drafts_file import load_drafts
from bot.care.lexicon_file import load_lexicon
from bot.care.lines import Lines
from bot.care.lines_file import load_lines
from bot.care.triage import Lexicon
from bot.content import Content
from bot.errors import ContentFault
from bot.flows import grade, lint, load, translation
from bot.flows.document import Signature
from bot.flows.steps import Steps, StepsOfFlow
from bot.model import ENGLISH, Option

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LEXICON, LEXICONS = "care/lexicon.yaml", "care/lexicon*.yaml"
LINES, DRAFTS = "care/lines.yaml", "care/drafts.yaml"


def read(texts: Mapping[str, str], signatures: Mapping[str, Signature], today: date) -> Content:
    """Build Content from file texts keyed by their path below content/, such as `flows/help.yaml`.

    Raises ContentFault with every fault there is, each as `path:line: CODE message`.
    """
    documents, tables = _read(texts, signatures, today)
    spoken = dict[str, Content]()
    for language, path in translation.languages(texts).items():
        catalog = translation.read(texts[path], language)
        own = tables.spoken(language, partial(translation.said, catalog))
        content = _content(translation.spoken(documents, catalog), own, language)
        spoken[language] = replace(content, language=language, starts=content.hearing.starts)
    return replace(_content(documents, tables), translations=spoken)


def messages(texts: Mapping[str, str], signatures: Mapping[str, Signature], today: date) -> "Catalog":
    """All that a translation has to say, as a gettext template. Raises ContentFault."""
    documents, tables = _read(texts, signatures, today)
    wanted = translation.template(documents)

    def note(path: str, text: str) -> str:
        wanted.add(text, locations=[(path, 0)], context=path)
        return text

    tables.spoken(ENGLISH, note)
    return wanted


def faults_of_translations(texts: Mapping[str, str], signatures: Mapping[str, Signature], today: date) -> list[str]:
    """What a translation lacks, and what breaks the rules for flows and words in it. Raises ContentFault."""
    documents, _ = _read(texts, signatures, today)
    wanted = messages(texts, signatures, today)
    found: list[str] = []
    for language, path in translation.languages(texts).items():
        lacking = list(translation.faults(texts[path], path, language, wanted))
        spoken = translation.spoken(documents, translation.read(texts[path], language))
        broken = [] if lacking else lint.faults(spoken, signatures, language) + grade.faults(spoken, language)
        found += [str(fault) for fault in lacking] + [f"{fault} (spoken in {language})" for fault in broken]
    return found


class Tables(msgspec.Struct, frozen=True):
    """What care knows."""

    lexicon: Lexicon
    lines: Lines
    drafts: Drafts

    def spoken(self, language: str, say: Callable[[str, str], str]) -> "Tables":
        """`say` takes the path of the table's file, and a text."""
        lines = self.lines.spoken(Locale(language).territories, partial(say, LINES))
        drafts = replace(self.drafts, said=self.drafts.said.spoken(partial(say, DRAFTS)))
        return replace(self, lines=lines, drafts=drafts)


def _read(texts: Mapping[str, str], signatures: Mapping[str, Signature], today: date) -> tuple[load.Documents, Tables]:
    faults: list[str] = []
    documents = load.documents(texts)
    faults += [str(fault) for fault in documents.faults]
    if not documents.faults:
        faults += [str(fault) for fault in lint.faults(documents, signatures)]
    lexicon = _gather(faults, lambda: load_lexicon(lexicons(texts)))
    lines = _gather(faults, lambda: load_lines(texts.get(LINES, ""), LINES, today))
    drafts = _gather(faults, lambda: load_drafts(texts.get(DRAFTS, ""), DRAFTS))
    if faults or lexicon is None or lines is None or drafts is None:
        raise ContentFault(*faults)
    return documents, Tables(lexicon, lines, drafts)


def _content(documents: load.Documents, tables: Tables, language: str = ENGLISH) -> Content:
    names = dict.fromkeys((language, ENGLISH))
    heard = tuple(documents.hearings[name] for name in names if name in documents.hearings)
    steps = Steps.of({name: flow.steps for name, flow in documents.flows.items()})
    return Content(
        flows={
            name: dataclasses.replace(flow, steps=StepsOfFlow(steps, name)) for name, flow in documents.flows.items()
        },
        steps=steps,
        starts={word: f"{name}.{step}" for name, flow in documents.flows.items() for word, step in flow.words.items()},
        lists={
            name: tuple(Option(id=key, label=label) for key, label in options.items())
            for name, options in documents.lists.items()
        },
        openers=documents.openers,
        words=documents.words,
        lexicon=tables.lexicon,
        lines=tables.lines,
        drafts=tables.drafts,
        hearings=heard,
        platform_words=documents.platform_words,
    )


def lexicons(texts: Mapping[str, str]) -> dict[str, str]:
    """The lexicon's files among all texts: English, which must be there, and every other language."""
    return {LEXICON: ""} | {path: text for path, text in texts.items() if fnmatchcase(path, LEXICONS)}


Table = TypeVar("Table")


def _gather(faults: list[str], load_table: Callable[[], Table]) -> Table | None:
    """The table, or None with its faults added to `faults`."""
    try:
        return load_table()
    except ContentFault as fault:
        faults.extend(fault.faults)
        return None
