"""What people type and fill in: cleaned, told apart, and cut to the form that asked for it. Pure."""

import re
from collections.abc import Mapping

from bot.content import Content
from bot.flows.document import FormDoc
from bot.model import Field, Form

_UNSENDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def form_at(content: Content, step_name: str, choice_id: str) -> Form | None:
    """The form that a choice opens; None for any other choice, and for one that content no longer has."""
    step = content.steps.get(step_name)
    choice = step.choices.get(choice_id) if step else None
    if choice is None or choice.form is None:
        return None
    return _as_form(content, content.flows[step_name.partition(".")[0]].forms[choice.form])


def clean(text: str) -> str:
    """Words as they can be stored and sent anywhere: no control characters, no half characters, trimmed."""
    return _UNSENDABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def filled(content: Content, form: FormDoc | None, raw: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, by field: unknown fields and options left out, text cut to the field's own length."""
    values = {key: clean(text) for key, text in raw.items()}
    if form is None:
        return values
    kept = {key: values[key][: doc.longest] for key, doc in form.fields.items() if key in values}
    for key, doc in form.fields.items():
        if doc.source and kept.get(key) not in [option.id for option in content.lists[doc.source]]:
            kept.pop(key, None)
    return kept


def _as_form(content: Content, form: FormDoc) -> Form:
    fields = tuple(
        Field(key, doc.label, doc.kind, doc.longest, doc.optional, doc.hint, content.lists.get(doc.source or "", ()))
        for key, doc in form.fields.items()
    )
    return Form(form.title, form.submit, fields)
