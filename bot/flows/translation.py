"""Content in other languages: gettext catalogues, made from the flows. English stands in the flows themselves.

T001 not translated, T002 marked fuzzy, T003 no longer in the content, T004 other placeholders than the English.
The same English in a list is another text in each list: its context is the list's name.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from bot.flows.document import PLACEHOLDER, FlowDoc, FormDoc, ListsDoc, OpenersDoc, PlatformWordsDoc, StepDoc, WordsDoc
from bot.flows.load import Documents, flow_path
from bot.strict_yaml import Fault

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

DOMAIN = "debrief"
PATH = re.compile(rf"locale/(?P<language>[a-z]{{2}})/LC_MESSAGES/{DOMAIN}\.po")

# (path, context, English) -> what is said instead. The context is empty but for lists.
Say = Callable[[str, str, str], str]


def languages(texts: Mapping[str, str]) -> dict[str, str]:
    """The languages among content's files, each with the path of its catalogue."""
    return {match["language"]: path for path in texts if (match := PATH.fullmatch(path))}


def read(text: str, language: str) -> "Catalog":
    from babel.messages.pofile import read_po  # noqa: PLC0415  no start needs it

    return read_po(StringIO(text), locale=language)


def spoken(documents: Documents, catalog: "Catalog") -> Documents:
    """The documents in the catalogue's language; English where it has nothing."""

    return mapped(documents, lambda _, context, text: said(catalog, context, text))


def said(catalog: "Catalog", context: str, text: str) -> str:
    """The text as the catalogue has it; itself where that has nothing, or is not sure."""
    message = catalog.get(text.strip(), context or None)
    return str(message.string) if message is not None and message.string and not message.fuzzy else text


def template(documents: Documents) -> "Catalog":
    """Every text of content that can be translated, with the files that it stands in."""
    from babel.messages.catalog import Catalog  # noqa: PLC0415  no start needs it

    catalog = Catalog(project="Debrief", header_comment="# Made by `debrief messages`.", fuzzy=False)

    def note(path: str, context: str, text: str) -> str:
        catalog.add(text.strip(), locations=[(path, 0)], context=context or None)
        return text

    mapped(documents, note)
    return catalog


def updated(text: str, language: str, wanted: "Catalog") -> str:
    """The catalogue file with what is new added, untranslated, and what is gone taken out."""
    from babel.messages.pofile import write_po  # noqa: PLC0415  no start needs it

    catalog = read(text, language)
    catalog.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    file = BytesIO()
    write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
    return file.getvalue().decode()


def faults(text: str, path: str, language: str, wanted: "Catalog") -> Iterator[Fault]:
    """How a catalogue differs from what the content says."""
    catalog = read(text, language)
    for message in wanted:
        if not message.id:
            continue
        english = str(message.id)
        found = catalog.get(english, message.context)
        if found is None or not found.string:
            yield Fault(path, 1, "T001", f"not translated: {english!r}{_in(message.context)}")
        elif found.fuzzy:
            yield Fault(path, found.lineno or 1, "T002", f"still fuzzy: {english!r}")
        elif {*PLACEHOLDER.findall(str(found.string))} != {*PLACEHOLDER.findall(english)}:
            yield Fault(path, found.lineno or 1, "T004", f"other placeholders than {english!r}")
    for message in catalog:
        if message.id and wanted.get(str(message.id), message.context) is None:
            yield Fault(path, message.lineno or 1, "T003", f"the content no longer says {message.id!r}")


def mapped(documents: Documents, say: Say) -> Documents:
    """The same documents with each translatable text as `say` puts it."""
    parsed = dict(documents.parsed)
    for path, document in documents.parsed.items():
        if isinstance(document, WordsDoc):
            texts = {key: say(path, "", text) for key, text in asdict(document).items()}
            parsed[path] = replace(document, **texts)
        elif isinstance(document, OpenersDoc):
            openers = tuple(replace(o, say=say(path, "", o.say)) for o in document.openers)
            parsed[path] = replace(document, openers=openers)
        elif isinstance(document, ListsDoc):
            lists = {name: _options(path, name, options, say) for name, options in document.lists.items()}
            parsed[path] = replace(document, lists=lists)
        elif isinstance(document, PlatformWordsDoc):
            parsed[path] = replace(document, words=_options(path, path, document.words, say))
    flows = {name: _flow(flow, say) for name, flow in documents.flows.items()}
    return replace(documents, parsed=parsed, flows=flows)


def _options(path: str, name: str, options: Mapping[str, str], say: Say) -> dict[str, str]:
    return {key: text if text.isdigit() else say(path, name, text) for key, text in options.items()}


def _flow(flow: FlowDoc, say: Say) -> FlowDoc:
    path = flow_path(flow.flow)

    def put(text: str) -> str:
        return say(path, "", text) if text.strip() else text

    steps = {name: _step(step, put) for name, step in flow.steps.items()}
    forms = {name: _form(form, put) for name, form in flow.forms.items()}
    return replace(flow, steps=steps, forms=forms)


def _step(step: StepDoc, put: Callable[[str], str]) -> StepDoc:
    choices = {key: replace(choice, label=put(choice.label)) for key, choice in step.choices.items()}
    return replace(
        step,
        say=put(step.say),
        versions=tuple(map(put, step.versions)),
        once=put(step.once),
        glance=put(step.glance),
        choices=choices,
        menu=step.menu and replace(step.menu, label=put(step.menu.label)),
    )


def _form(form: FormDoc, put: Callable[[str], str]) -> FormDoc:
    fields = {key: replace(field, label=put(field.label), hint=put(field.hint)) for key, field in form.fields.items()}
    return replace(form, title=put(form.title), submit=put(form.submit), fields=fields)


def _in(context: str | None) -> str:
    return f" (in {context})" if context else ""
