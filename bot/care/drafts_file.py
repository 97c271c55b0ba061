"""The table for drafts, read strictly: families with what is said of them, rules with their phrases.

D001 shape, D002 unknown family, D003 unknown language, D004 bad phrase, D005 too few examples, D006 an id twice,
D007 a family that no rule of a language finds, D008 an example that is not found, D009 one found against its will,
D010 words that lack a place or have one that nothing fills.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.care.drafts import Advice, Drafts, Phrases, Rule, Said
from bot.care.patterns import Pattern, PatternFault, Reader
from bot.care.words import NUMBER, STOP, Spelling, tokens
from bot.errors import ContentFault
from bot.strict_yaml import Fault, Marks, read

LANGUAGES = ("en", "es")
EXAMPLES_FEWEST = 2
PLACES = ("instead", "why", "words")
PLACEHOLDER = re.compile(r"\{(.*?)\}")
_BETWEEN_WORDS = re.compile(r"[\s|()?]+")

Keys = tuple[str | int, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class _Advice(_Strict):
    why: str = Field(min_length=1)
    instead: str = Field(min_length=1)


class _Rule(_Strict):
    id: str
    family: str
    language: str = "en"
    patterns: tuple[str, ...] = Field(min_length=1)
    matches: tuple[str, ...]
    leaves: tuple[str, ...] = Field(default=(), alias="not")


class _File(_Strict):
    found: str
    clean: str
    finding: str
    families: Mapping[str, _Advice]
    words: Mapping[str, str] = Field(default_factory=dict)
    spelling: Mapping[str, str] = Field(default_factory=dict)
    leaves: tuple[str, ...] = ()
    rules: tuple[_Rule, ...] = Field(min_length=1)


@dataclass(slots=True)
class _Reading:
    """The file while it is read: its faults, and every phrase with the place where it stands."""

    path: str
    marks: Marks
    faults: list[Fault] = field(default_factory=list)
    sets: dict[str, frozenset[str]] = field(default_factory=dict)
    sources: list[tuple[Keys, str]] = field(default_factory=list)

    def fault(self, code: str, message: str, *keys: str | int) -> None:
        self.faults.append(Fault(self.path, self.marks.line(*keys), code, message))

    def patterns(self, source: str, *keys: str | int) -> list[Pattern]:
        self.sources.append((keys, source))
        try:
            return Reader(self.sets).patterns(source)
        except PatternFault as fault:
            self.fault("D004", str(fault), *keys)
            return []


def load_drafts(text: str, path: str) -> Drafts:
    """Read drafts.yaml. Raises ContentFault with every fault as `path:line: CODE message`."""
    source = read(text, path)
    reading = _Reading(path, source.marks, list(source.faults))
    file = None if source.faults else _shaped(reading, source.value)
    if file is None:
        raise ContentFault(*map(str, sorted(reading.faults)))
    _meaning(reading, file)
    drafts = Drafts(_phrases(reading, file), _said(file))
    if not reading.faults:
        _examples(reading, file, drafts.phrases)
    if reading.faults:
        raise ContentFault(*map(str, sorted(reading.faults)))
    return drafts


def _shaped(reading: _Reading, value: Any) -> _File | None:
    try:
        return _File.model_validate(value)
    except ValidationError as error:
        for fault in error.errors():
            reading.fault("D001", f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}", *fault["loc"])
        return None


def _said(file: _File) -> Said:
    families = {name: Advice(advice.why, advice.instead) for name, advice in file.families.items()}
    return Said(file.found, file.clean, file.finding, families)


def _meaning(reading: _Reading, file: _File) -> None:
    """What is wrong with the file before any phrase is read."""
    if sorted(PLACEHOLDER.findall(file.finding)) != sorted(PLACES):
        reading.fault("D010", f"`finding` says {', '.join(PLACES)}, each once in braces, and no other", "finding")
    seen: set[str] = set()
    for number, rule in enumerate(file.rules):
        at = ("rules", number)
        if rule.family not in file.families:
            reading.fault("D002", f"{rule.family!r} is none of the families", *at, "family")
        if rule.language not in LANGUAGES:
            reading.fault("D003", f"{rule.language!r} is none of {', '.join(LANGUAGES)}", *at, "language")
        if len(rule.matches) < EXAMPLES_FEWEST:
            reading.fault("D005", f"{rule.id} needs at least {EXAMPLES_FEWEST} examples", *at, "matches")
        if rule.id in seen:
            reading.fault("D006", f"a second rule with the id {rule.id!r}", *at)
        seen.add(rule.id)
    for name in file.families:
        spoken = {rule.language for rule in file.rules if rule.family == name}
        for language in sorted(set(LANGUAGES) - spoken):
            reading.fault("D007", f"no rule in {language!r} finds {name!r}", "families", name)


def _phrases(reading: _Reading, file: _File) -> Phrases:
    for name, words in file.words.items():
        rows = [row for word in words.split() for row in reading.patterns(word, "words", name)]
        reading.sets[name] = frozenset().union(*(element.words for row in rows for element in row))
    leaves = [row for n, source in enumerate(file.leaves) for row in reading.patterns(source, "leaves", n)]
    rules = []
    for number, rule in enumerate(file.rules):
        rows = [
            row
            for n, source in enumerate(rule.patterns)
            for row in reading.patterns(source, "rules", number, "patterns", n)
        ]
        rules.append(Rule(rule.id, rule.family, tuple(rows)))
    known = _known([*leaves, *(row for rule in rules for row in rule.patterns)])
    spelling = _spelling(file, known)
    for keys, source in reading.sources:
        for word in sorted(known & {*_BETWEEN_WORDS.split(source)}):
            if word != NUMBER and tokens(word, spelling) != [STOP, word, STOP]:
                reading.fault("D004", f"{word!r} is never seen: it is read as something else", *keys)
    return Phrases(rules, leaves, spelling)


def _known(rows: list[Pattern]) -> frozenset[str]:
    return frozenset(word for row in rows for element in row for word in element.words) - {STOP}


def _spelling(file: _File, known: frozenset[str]) -> Spelling:
    read_as = {typed: tuple(meant.split()) for meant, slips in file.spelling.items() for typed in slips.split()}
    return Spelling(read_as, known)


def _examples(reading: _Reading, file: _File, phrases: Phrases) -> None:
    """Hold each example against the whole table."""
    for number, rule in enumerate(file.rules):
        for code, key, examples in (("D008", "matches", rule.matches), ("D009", "not", rule.leaves)):
            for n, example in enumerate(examples):
                found = rule.family in {finding.family for finding in phrases.find(example)}
                if found is not (key == "matches"):
                    message = f"{rule.family} is {'not ' * (not found)}found in {example!r}"
                    reading.fault(code, message, "rules", number, key, n)
