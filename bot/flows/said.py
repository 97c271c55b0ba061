"""Every text of content that a person reads, with its kind and its place in the files."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from bot.flows.document import FlowDoc, FormDoc, StepDoc
from bot.flows.load import Documents, flow_path
from bot.strict_yaml import Fault

# moment: a screen for somebody who is upset right now, or whom a timer writes to. glance: what a lock screen shows.
# button: all that is pressed to go on. phrase: all else, such as a question of a form, an option, an opener.
Kind = Literal["screen", "moment", "button", "glance", "phrase"]

MOMENT_FLOWS = frozenset({"cool_down", "care", "hold"})
MOMENT_STEPS = frozenset({"knock", "nudge"})
REMINDERS = "reminders"
_BUTTON_WORDS = frozenset({"safety", "resume"})


@dataclass(frozen=True, slots=True)
class Said:
    """One text. `answers`: there is something to answer a question with. `step` is its step, if it has one."""

    path: str
    keys: tuple[str | int, ...]
    kind: Kind
    text: str
    answers: bool = True
    step: str = ""

    def fault(self, documents: Documents, code: str, message: str) -> Fault:
        where = f"{self.step}: " if self.step else ""
        return Fault(self.path, documents.marks[self.path].line(*self.keys), code, where + message)


def everything_said(documents: Documents) -> Iterator[Said]:
    for flow in documents.flows.values():
        for name, step in flow.steps.items():
            yield from _of_step(flow, name, step)
        for name, form in flow.forms.items():
            yield from _of_form(flow_path(flow.flow), ("forms", name), form)
    for key, text in asdict(documents.words).items():
        kind: Kind = "glance" if key == "glance" else "button" if key in _BUTTON_WORDS else "screen"
        yield Said("words.yaml", (key,), kind, text, answers=False)
    for number, opener in enumerate(documents.openers):
        yield Said("openers.yaml", ("openers", number, "say"), "phrase", opener.say)
    for name, options in documents.lists.items():
        for key, text in options.items():
            yield Said("lists.yaml", ("lists", name, key), "glance" if name == REMINDERS else "phrase", text)


def shown(step: StepDoc) -> dict[tuple[str | int, ...], str]:
    """All that the step may show when it is entered: where each version stands -> its words."""
    versions: dict[tuple[str | int, ...], str] = {("say",): step.say} if step.say else {}
    versions |= {("or", number): version for number, version in enumerate(step.versions)}
    return {keys: f"{text}\n{step.once}" if step.once else text for keys, text in versions.items()}


def _of_step(flow: FlowDoc, name: str, step: StepDoc) -> Iterator[Said]:
    path, at, where = flow_path(flow.flow), ("steps", name), f"{flow.flow}.{name}"
    kind: Kind = "moment" if flow.flow in MOMENT_FLOWS or name in MOMENT_STEPS else "screen"
    opens_form = any(choice.form for choice in step.choices.values())
    answers = bool(step.menu or step.text or opens_form or len(step.choices) > 1)
    for keys, text in shown(step).items():
        yield Said(path, (*at, *keys), kind, text, answers, where)
    if step.glance:
        yield Said(path, (*at, "glance"), "glance", step.glance, step=where)
    if step.menu:
        yield Said(path, (*at, "menu"), "button", step.menu.label, step=where)
    for key, choice in step.choices.items():
        yield Said(path, (*at, "choices", key), "button", choice.label, step=where)


def _of_form(path: str, at: tuple[str, str], form: FormDoc) -> Iterator[Said]:
    yield Said(path, (*at, "title"), "phrase", form.title)
    yield Said(path, (*at, "submit"), "button", form.submit)
    for slot, field in form.fields.items():
        for text in filter(None, (field.label, field.hint)):
            yield Said(path, (*at, "fields", slot), "phrase", text)
