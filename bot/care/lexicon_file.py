"""The lexicon's files, one a language: word sets, spellings, families of patterns, read strictly; all faults gathered.

L001 shape, L002 unknown key, L003 unknown label, L004 bad pattern, L005 a word that spelling makes unreachable,
L006 too few examples, L007 a bad spelling, L011 a set that nothing uses, L012 a family's name that another file has;
of the examples, read in all languages: L008 not matched, L009 read otherwise, L010 matched against its will.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from sys import intern
from typing import Any

from bot.care.patterns import PatternFault, Reader
from bot.care.triage import Family, Label, Lexicon, Tongue, triage
from bot.care.words import NUMBER, STOP, Spelling, slips, tokens
from bot.errors import ContentFault
from bot.strict_yaml import Fault, Marks, read

EXAMPLES_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A text that its family must match, or (`wanted` false) must leave alone."""

    family: str
    text: str
    wanted: bool
    line: int


@dataclass(slots=True)
class LexiconFile:
    """What the file holds, and what is wrong with it."""

    path: str
    marks: Marks
    families: list[Family] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    spelling: Spelling = field(default_factory=lambda: Spelling({}, frozenset()))
    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, message: str, *keys: str | int) -> None:
        self.faults.append(Fault(self.path, self.marks.line(*keys), code, message))


def load_lexicon(texts: Mapping[str, str]) -> Lexicon:
    """Compile the lexicon from YAML texts by their paths. Raises ContentFault with all of `path:line: CODE message`."""
    files = [read_lexicon(text, path) for path, text in sorted(texts.items())]
    _same_names(files)
    lexicon = Lexicon([_tongue(file) for file in files])
    faults = [fault for file in files for fault in file.faults]
    faults = faults or [fault for file in files for fault in _examples(lexicon, file)]
    if faults:
        raise ContentFault(*map(str, sorted(faults)))
    return lexicon


def _tongue(file: LexiconFile) -> Tongue:
    counts = Counter(chain.from_iterable(tokens(example.text, file.spelling) for example in file.examples))
    return Tongue(file.families, file.spelling, counts)


def _same_names(files: Iterable[LexiconFile]) -> None:
    stands_in: dict[str, str] = {}
    for file in files:
        for family in file.families:
            if stands_in.setdefault(family.name, file.path) != file.path:
                message = f"a family of this name stands in {stands_in[family.name]}"
                file.fault("L012", message, "families", family.name)


def read_lexicon(text: str, path: str) -> LexiconFile:
    """Read the file. With faults, the rest of the value is only as good as they allow."""
    reading = read(text, path)
    file = LexiconFile(path, reading.marks, faults=list(reading.faults))
    if reading.value is None:
        return file
    top = _mapping(file, reading.value, ("words", "spelling", "typos", "families"))
    sets: dict[str, frozenset[str]] = {}
    reader = Reader(sets)
    _word_sets(file, top, sets, reader)
    for name, body in _mapping(file, top.get("families"), None, "families").items():
        _family(file, name, body, reader)
    known = {word for family in file.families for row in family.patterns for part in row for word in part.words}
    file.known = frozenset(known - {STOP})
    file.spelling = _spelling(file, top, file.known)
    _unreachable(file, sets, top)
    for name in sets.keys() - set(re.findall(r"<(.*?)>", text)):
        file.fault("L011", f"no pattern and no set uses <{name}>", "words", name)
    return file


def _mapping(file: LexiconFile, value: Any, allowed: tuple[str, ...] | None, *keys: str) -> dict[str, Any]:
    """The value as a mapping; keys outside `allowed` (None: any) are faults."""
    if not isinstance(value, dict):
        file.fault("L001", f"{'.'.join(keys) or 'the file'} must be a mapping", *keys)
        return {}
    for key in value:
        if allowed is not None and key not in allowed:
            file.fault("L002", f"{key!r} is not one of: {', '.join(allowed)}", *keys, key)
    return value


def _texts(file: LexiconFile, value: Any, *keys: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        file.fault("L001", f"{'.'.join(keys)} must be a list of texts", *keys)
        return []
    return value


def _word_lists(file: LexiconFile, top: Mapping[str, Any], section: str) -> Iterator[tuple[str, list[str]]]:
    """Each `name: some words` of a section."""
    for name, value in _mapping(file, top.get(section, {}), None, section).items():
        if isinstance(value, str) and value:
            yield name, value.split()
        else:
            file.fault("L001", f"{section}.{name} must be words with spaces between", section, name)


def _word_sets(file: LexiconFile, top: Mapping[str, Any], sets: dict[str, frozenset[str]], reader: Reader) -> None:
    """Fill the named sets; a set may hold a set that stands before it."""
    for name, words in _word_lists(file, top, "words"):
        try:
            plain = {intern(word) for word in words if word.isalnum()}
            sets[name] = frozenset(plain).union(
                *(reader.patterns(word)[0][0].words for word in words if word not in plain)
            )
        except PatternFault as fault:
            file.fault("L004", str(fault), "words", name)


def _family(file: LexiconFile, name: str, body: Any, reader: Reader) -> None:
    at = ("families", name)
    body = _mapping(file, body, ("label", "claims", "patterns", "matches", "not"), *at)
    if body.get("label") not in list(Label):
        file.fault("L003", f"{body.get('label')!r} is not one of: {', '.join(Label)}", *at, "label")
        return
    if body.get("claims", "yes") != "yes":
        file.fault("L001", f"families.{name}.claims is `yes` or is left out", *at, "claims")
    patterns = []
    for number, source in enumerate(_texts(file, body.get("patterns"), *at, "patterns")):
        try:
            patterns.extend(reader.patterns(source))
        except PatternFault as fault:
            file.fault("L004", str(fault), *at, "patterns", number)
    label = Label(body["label"])
    file.families.append(Family(name, label, label is Label.ORDINARY or "claims" in body, tuple(patterns)))
    matches = _texts(file, body.get("matches", []), *at, "matches")
    if len(matches) < EXAMPLES_FEWEST:
        file.fault("L006", f"families.{name} needs at least {EXAMPLES_FEWEST} examples", *at, "matches")
    for key, texts in (("matches", matches), ("not", _texts(file, body.get("not", []), *at, "not"))):
        for number, text in enumerate(texts):
            line = file.marks.line(*at, key, number)
            file.examples.append(Example(name, text, key == "matches", line))


def _spelling(file: LexiconFile, top: Mapping[str, Any], known: frozenset[str]) -> Spelling:
    """What is written beside it wins over what is guessed from `typos`."""
    read_as: dict[str, tuple[str, ...]] = {}
    for meant, spellings in _word_lists(file, top, "spelling"):
        for spelling in spellings:
            if read_as.setdefault(spelling, tuple(meant.split())) != tuple(meant.split()):
                file.fault("L007", f"{spelling!r} already stands for {read_as[spelling]}", "spelling", meant)
    for word in str(top.get("typos", "")).split():
        if word not in known:
            file.fault("L007", f"{word!r} is in no pattern", "typos")
        for slip in slips(word):
            if slip not in known:
                read_as.setdefault(slip, (word,))
    return Spelling(read_as, known)


def _unreachable(file: LexiconFile, sets: Mapping[str, frozenset[str]], top: Mapping[str, Any]) -> None:
    """Fault each word that patterns ask for but that reading a text never yields."""
    lost = {word for word in file.known if word != NUMBER and tokens(word, file.spelling) != [STOP, word, STOP]}
    if not lost:
        return
    for name, words in sets.items():
        for word in sorted(words & lost):
            file.fault("L005", f"{word!r} is never seen: it is read as something else", "words", name)
            lost.discard(word)
    for family, body in top["families"].items():
        for number, source in enumerate(body.get("patterns", [])):
            for word in sorted(lost & set(re.split(r"[\s|()?]+", source))):
                message = f"{word!r} is never seen: it is read as something else"
                file.fault("L005", message, "families", family, "patterns", number)


def _examples(lexicon: Lexicon, file: LexiconFile) -> list[Fault]:
    """Hold each example against the whole lexicon."""
    labels = {family.name: family.label for family in file.families}
    faults = []
    for example in file.examples:
        signs = lexicon.signs(example.text)
        read_as = triage(lexicon, example.text)
        if not example.wanted and example.family in signs:
            faults.append(Fault(file.path, example.line, "L010", f"{example.family} must not match: {example.text}"))
        elif example.wanted and example.family not in signs:
            faults.append(Fault(file.path, example.line, "L008", f"{example.family} does not match: {example.text}"))
        elif example.wanted and read_as is not labels[example.family]:
            faults.append(
                Fault(
                    file.path, example.line, "L009", f"read as {read_as}, not {labels[example.family]}: {example.text}"
                )
            )
    return faults
