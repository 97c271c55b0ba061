"""What makes content wrong though every file can be read. One function a rule, one code a rule.

Lengths are those of the strictest platform: a Slack button holds 75 characters, a modal title 24, a Discord form
five fields with labels of 45. What care asks of words is in bot.flows.words_lint.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.flows import hearing, hearing_lint, words_lint
from bot.flows.document import BACK, PLACEHOLDER, FlowDoc, Go, Signature, StepDoc, resolve
from bot.flows.load import Documents, flow_path, hearing_path
from bot.flows.said import shown
from bot.model import ENGLISH, LASTING_SLOTS, RESUME, SAFETY, SCREEN_LONGEST_CHARS
from bot.strict_yaml import Fault

LABEL_LONGEST, TITLE_LONGEST, FIELD_LABEL_LONGEST, FIELDS_MOST, HINT_LONGEST = 75, 24, 45, 5, 100
OPTION_LONGEST, OPTIONS_MOST = 75, 100
CHOICES_MOST, SAY_LONGEST, VERSIONS_LEAST = 3, 1_200, 2
# A way out may set these: they leave an answer open. Skills whose answers are for a talk with the partner.
LEFT_OPEN = frozenset({"", "skipped", "none"})
FOR_A_TALK = frozenset({"openers", "card", "evening", "own_up", "own_words", "if_then", "draft", "draft_findings"})
# Lasting slots that a person may pick from a menu.
MENU_MAY_KEEP = frozenset({"country", "zone", "language", "quiet", "keep", "reminder", "signal", "trouble", "exit"})
_STRAY = re.compile(r"[{}]")


@dataclass(frozen=True, slots=True)
class Place:
    """One step while it is looked at."""

    documents: Documents
    signatures: Mapping[str, Signature]
    flow: FlowDoc
    name: str
    step: StepDoc

    def fault(self, code: str, message: str, *keys: str | int) -> Fault:
        path = flow_path(self.flow.flow)
        line = self.documents.marks[path].line("steps", self.name, *keys)
        return Fault(path, line, code, f"{self.flow.flow}.{self.name}: {message}")


def faults(documents: Documents, signatures: Mapping[str, Signature], language: str = ENGLISH) -> list[Fault]:
    """Every fault of meaning, in file order. `signatures` are the skills that flows may call."""
    found: list[Fault] = []
    for flow in documents.flows.values():
        found += _of_flow(documents, flow)
        found += _of_forms(documents, flow)
        for name, step in flow.steps.items():
            place = Place(documents, signatures, flow, name, step)
            for rule in RULES:
                found += rule(place)
    found += _unreachable(documents)
    found += _of_openers(documents)
    found += _of_hearings(documents)
    found += _unused_ideas(documents)
    found += _without_role(documents)
    return sorted(found + words_lint.faults(documents, language))


def targets(flow: FlowDoc, step: StepDoc) -> list[str]:
    """Every step that this one can lead to, as `flow.step` (or `back`)."""
    gos: list[Go] = [step.go, *(choice.go for choice in step.choices.values())]
    gos += [part.go for part in (step.menu, step.text) if part is not None]
    names = [branch.to for go in gos for branch in go] + list(step.outcomes.values())
    return [resolve(flow.flow, name) for name in names]


def _of_flow(documents: Documents, flow: FlowDoc) -> Iterator[Fault]:
    path = flow_path(flow.flow)
    marks = documents.marks[path]
    if flow.first not in flow.steps:
        yield Fault(path, marks.line("first"), "F101", f"first names no step: {flow.first!r}")
    for word, step in flow.words.items():
        others = [other.flow for other in documents.flows.values() if word in other.words and other is not flow]
        if others or word != hearing.fold(word):
            yield Fault(
                path, marks.line("words", word), "F117", f"{word!r} is not in plain small letters or begins {others}"
            )
        if step not in flow.steps:
            yield Fault(path, marks.line("words", word), "F101", f"{word!r} names no step: {step!r}")
    opened = {choice.form for step_doc in flow.steps.values() for choice in step_doc.choices.values()}
    for name in set(flow.forms) - opened:
        yield Fault(path, marks.line("forms", name), "F102", f"no choice opens the form {name!r}")


def _of_forms(documents: Documents, flow: FlowDoc) -> Iterator[Fault]:
    path = flow_path(flow.flow)
    marks = documents.marks[path]
    for name, form in flow.forms.items():
        at = marks.line("forms", name)
        if len(form.fields) > FIELDS_MOST:
            yield Fault(path, at, "F116", f"a form holds {FIELDS_MOST} fields, {name!r} has {len(form.fields)}")
        if max(len(form.title), len(form.submit)) > TITLE_LONGEST:
            yield Fault(path, at, "F105", f"title and submit of {name!r} hold {TITLE_LONGEST} characters")
        for slot, field in form.fields.items():
            at = marks.line("forms", name, "fields", slot)
            if len(field.label) > FIELD_LABEL_LONGEST or len(field.hint) > HINT_LONGEST:
                yield Fault(path, at, "F105", f"{slot}: label over {FIELD_LABEL_LONGEST} or hint over {HINT_LONGEST}")
            if (field.kind == "pick") != (field.source in documents.lists):
                yield Fault(path, at, "F108", f"{slot}: a pick needs `from:` a list of lists.yaml, others none")


def _dangling(place: Place) -> Iterator[Fault]:
    known = {f"{flow.flow}.{step}" for flow in place.documents.flows.values() for step in flow.steps}
    for target in targets(place.flow, place.step):
        if target != BACK and target not in known:
            yield place.fault("F101", f"goes to {target}, which is no step")
    for key, choice in place.step.choices.items():
        if choice.form is not None and choice.form not in place.flow.forms:
            yield place.fault("F101", f"opens {choice.form!r}, which is no form of this flow", "choices", key)
        if key in {SAFETY, RESUME}:
            yield place.fault("F101", f"{key!r} is a choice that every screen has", "choices", key)


def _dead_end(place: Place) -> Iterator[Fault]:
    step = place.step
    waits = bool(step.choices or step.menu)
    if step.say and not waits and not step.rest:
        yield place.fault("F103", "a screen with no choice and no `rest: yes`")
    if step.say and (step.go or step.outcomes):
        yield place.fault("F103", "a step that says something waits; it cannot also go on by itself")
    if not step.say and (waits or step.once or step.text or step.rest or step.picture):
        yield place.fault("F103", "a step that says nothing cannot wait")
    if not step.say and not step.outcomes and not step.go:
        yield place.fault("F103", "says nothing and goes nowhere")
    gos = [step.go, *(c.go for c in step.choices.values()), *(p.go for p in (step.menu, step.text) if p)]
    for go in gos:
        if go and (go[-1].when or any(not branch.when for branch in go[:-1])):
            yield place.fault("F103", "the last branch, and only the last, has no `when`", "go")


def _calls(place: Place) -> Iterator[Fault]:
    step = place.step
    only = step.text.only if step.text else None
    for name, keys in ((step.call, ("call",)), (only, ("text", "only"))):
        if name is not None and name not in place.signatures:
            yield place.fault("F109", f"no skill is called {name!r}", *keys)
    signature = place.signatures.get(step.call or "")
    if signature is None:
        return
    goes_on = frozenset({"ok"})
    wanted = frozenset[str]() if step.say or signature.outcomes == goes_on else signature.outcomes
    for outcome in sorted(wanted ^ set(step.outcomes)):
        yield place.fault("F110", f"{step.call} and `outcomes` disagree on {outcome!r}", "outcomes")


def _loops(place: Place) -> Iterator[Fault]:
    """A step may not come back to itself through steps that say nothing: nobody could stop it."""
    seen: set[str] = set()
    ahead = [] if place.step.say else targets(place.flow, place.step)
    here = f"{place.flow.flow}.{place.name}"
    while ahead:
        name = ahead.pop()
        flow, _, step_name = name.partition(".")
        step = place.documents.flows[flow].steps.get(step_name) if flow in place.documents.flows else None
        if name == here:
            yield place.fault("F104", "comes back to itself without ever waiting for the person")
            return
        if step is None or step.say or name in seen:
            continue
        seen.add(name)
        ahead += targets(place.documents.flows[flow], step)


def _lengths(place: Place) -> Iterator[Fault]:
    for key, choice in place.step.choices.items():
        if len(choice.label) > LABEL_LONGEST:
            yield place.fault("F105", f"a label holds {LABEL_LONGEST} characters", "choices", key)
    if sum(not choice.way_out for choice in place.step.choices.values()) > CHOICES_MOST:
        yield place.fault("F106", f"more than {CHOICES_MOST} choices, ways out not counted", "choices")
    if sum(choice.way_out for choice in place.step.choices.values()) > 1:
        yield place.fault("F106", "more than one way out", "choices")
    if any(set(choice.set.values()) - LEFT_OPEN for choice in place.step.choices.values() if choice.way_out):
        yield place.fault("F106", f"a way out decides nothing: it sets no more than {sorted(LEFT_OPEN)}", "choices")
    for keys, text in shown(place.step).items():
        if len(text) > SAY_LONGEST:
            yield place.fault("F112", f"over {SAY_LONGEST} characters (a message holds {SCREEN_LONGEST_CHARS})", *keys)


def _menus(place: Place) -> Iterator[Fault]:
    menu = place.step.menu
    if menu is None:
        return
    signature = place.signatures.get(place.step.call or "")
    if menu.source == "call":
        if signature is None or not signature.options:
            yield place.fault("F108", "`from: call` needs a skill that gives options", "menu")
    elif menu.source not in place.documents.lists:
        yield place.fault("F108", f"no list is called {menu.source!r}", "menu")
    elif len(options := place.documents.lists[menu.source]) > OPTIONS_MOST:
        yield place.fault("F105", f"a menu holds {OPTIONS_MOST} options", "menu")
    elif any(len(label) > OPTION_LONGEST for label in options.values()):
        yield place.fault("F105", f"an option holds {OPTION_LONGEST} characters", "menu")
    if clash := set(place.step.choices) & set(place.documents.lists.get(menu.source, {})):
        yield place.fault("F108", f"choices and options share a name: {sorted(clash)}", "menu")
    if menu.keep in LASTING_SLOTS - MENU_MAY_KEEP:
        yield place.fault("F108", f"{menu.keep!r} is not a menu's to keep", "menu")
    if len(menu.label) > LABEL_LONGEST:
        yield place.fault("F105", f"a label holds {LABEL_LONGEST} characters", "menu")


def _ideas(place: Place) -> Iterator[Fault]:
    ideas = place.documents.ideas
    for idea in place.step.source:
        if idea not in ideas.ideas:
            yield place.fault("F107", f"no idea has the id {idea!r}", "source")
    if place.step.withhold or not place.step.say:
        return
    if set(place.step.source) & set(ideas.withheld):
        yield place.fault("F115", "rests on an idea that a sign of fear withholds: say `withhold: yes`", "source")
    if place.step.call in FOR_A_TALK:
        yield place.fault("F115", f"{place.step.call} gives words for a talk: say `withhold: yes`", "call")


def _gaps(place: Place) -> Iterator[Fault]:
    signature = place.signatures.get(place.step.call or "")
    values = signature.values if signature else frozenset[str]()
    for keys, text in shown(place.step).items():
        unfilled = [name for name in PLACEHOLDER.findall(text) if name not in values]
        for name in unfilled + _STRAY.findall(PLACEHOLDER.sub("", text)):
            yield place.fault("F111", f"nothing fills {name!r}", *keys)


def _roles(place: Place) -> Iterator[Fault]:
    step = place.step
    if step.versions and step.role is None:
        yield place.fault("F120", "`or` is for a step with a role: greeting or closing", "or")
    if step.role is not None and (not step.say or len({step.say, *step.versions}) <= VERSIONS_LEAST):
        yield place.fault("F120", f"a {step.role} has `say` and {VERSIONS_LEAST} versions or more in `or`", "role")


def _of_openers(documents: Documents) -> Iterator[Fault]:
    marks = documents.marks["openers.yaml"]
    for number, opener in enumerate(documents.openers):
        at = marks.line("openers", number)
        for idea in set(opener.source) - set(documents.ideas.ideas):
            yield Fault("openers.yaml", at, "F107", f"no idea has the id {idea!r}")
        if _STRAY.search(PLACEHOLDER.sub("", opener.say)) or {*PLACEHOLDER.findall(opener.say)} != {*opener.needs}:
            yield Fault("openers.yaml", at, "F111", f"says with {{...}} exactly what it needs: {sorted(opener.needs)}")


def _unused_ideas(documents: Documents) -> Iterator[Fault]:
    used = {idea for flow in documents.flows.values() for step in flow.steps.values() for idea in step.source}
    used |= {idea for opener in documents.openers for idea in opener.source}
    for idea, gist in documents.ideas.ideas.items():
        if idea not in used:
            line = documents.marks["ideas.yaml"].line("ideas", idea)
            yield Fault("ideas.yaml", line, "F119", f"no screen and no opener rests on {idea}: {gist}")


def _without_role(documents: Documents) -> Iterator[Fault]:
    played = {step.role for flow in documents.flows.values() for step in flow.steps.values()}
    for role in ("greeting", "closing"):
        if role not in played:
            yield Fault(flow_path("cool_down"), 1, "F120", f"no step has `role: {role}`")


def _of_hearings(documents: Documents) -> Iterator[Fault]:
    steps = {f"{flow.flow}.{step}" for flow in documents.flows.values() for step in flow.steps}
    for language, heard in documents.hearings.items():
        path = hearing_path(language)
        yield from hearing_lint.faults(heard, path, documents.marks[path], steps)


def _unreachable(documents: Documents) -> Iterator[Fault]:
    """From every way in: a typed word, a knock, the care steps that triage names, the home step."""
    flows = documents.flows
    ahead = [f"{flow.flow}.{step}" for flow in flows.values() for step in (flow.first, *flow.words.values())]
    ahead += ENTERED_BY_ENGINE
    seen: set[str] = set()
    while ahead:
        name = ahead.pop()
        flow, _, step = name.partition(".")
        if name in seen or flow not in flows or step not in flows[flow].steps:
            continue
        seen.add(name)
        ahead += targets(flows[flow], flows[flow].steps[step])
    for name in sorted(ENTERED_BY_ENGINE):
        flow, _, step = name.partition(".")
        if flow not in flows or step not in flows[flow].steps:
            yield Fault(flow_path(flow), 1, "F101", f"the engine needs the step {name}")
    for flow_doc in flows.values():
        for step in flow_doc.steps:
            if f"{flow_doc.flow}.{step}" not in seen:
                path = flow_path(flow_doc.flow)
                line = documents.marks[path].line("steps", step)
                yield Fault(path, line, "F102", f"{flow_doc.flow}.{step}: nothing leads here")


# Steps that the engine enters by itself, and so must exist.
ENTERED_BY_ENGINE = (
    *("care.start", "care.danger", "care.self_harm", "care.afraid", "care.withheld"),
    *("cool_down.start", "cool_down.rest", "check_in.knock"),
)

Rule = Callable[[Place], Iterator[Fault]]
RULES: tuple[Rule, ...] = (_dangling, _dead_end, _calls, _loops, _lengths, _menus, _ideas, _gaps, _roles)
