"""A filled form, on time, late or doubled. Pure.

Law: its words are kept all the same, since somebody took the trouble to write them; each where it belongs.
"""

from bot.alarms import hear
from bot.forms import filled
from bot.model import NOTE_LONGEST_CHARS, FormSubmitted
from bot.walk import DRAFT, HELD, NOTE, Walk

SEALED = "draft"
_FREE = ("paragraph", "line")


def submitted(walk: Walk, event: FormSubmitted) -> bool:
    step = walk.content.steps.get(event.step)
    choice = step.choices.get(event.choice) if step else None
    flow = event.step.partition(".")[0]
    form = walk.content.flows[flow].forms[choice.form] if choice and choice.form else None
    values = filled(walk.content, form, event.values)
    kinds = {key: form.fields[key].kind if form else "paragraph" for key in values}
    typed = "\n".join(text for key, text in values.items() if kinds[key] != "pick")
    current = (event.step, event.visit) == (walk.step, walk.visit)
    if form is not None and not current and _new_draft(walk, values.get(DRAFT, "")):
        walk.step, current = event.step, True
    if form is None or choice is None or not current:
        doubled = walk.doubled(event) and NOTE not in values
        # A draft is not what happened: it never joins the note.
        written = "\n".join(text for key, text in values.items() if kinds[key] in _FREE and key not in (DRAFT, SEALED))
        _seal(walk, values.get(SEALED, ""))
        told = "\n".join(text for key, text in values.items() if kinds[key] != "pick" and key not in (DRAFT, SEALED))
        return _late_form(walk, written, typed, told, doubled=doubled)
    sign = hear(walk, typed)
    lacking = any(not field.optional and not values.get(key) for key, field in form.fields.items())
    if not sign and (lacking or not any(values.values())):
        walk.prefix.append(walk.content.words.empty)
        return True
    if not sign and not walk.looks_on(choice.go):
        walk.reopen()
    if sign:
        # Words that were a sign go to the note and nowhere else: no opener may be made of them. A draft stays sealed.
        _seal(walk, values.pop(SEALED, ""))
        walk.keep("\n".join(text for key, text in values.items() if kinds[key] != "pick"))
        values = {key: value for key, value in values.items() if kinds[key] == "pick"}
    note = values.pop(NOTE, "")
    fits = not note or walk.keep(note)
    walk.slots |= {key: value for key, value in values.items() if value}
    if fits and not sign:
        walk.take(choice)
    return True


def _seal(walk: Walk, draft: str) -> None:
    """A draft to be sealed that cannot go its own way: late, or with a sign in it."""
    held = walk.slots.get(HELD, "")
    if draft and draft not in held and len(held) + len(draft) < NOTE_LONGEST_CHARS:
        walk.slots[HELD] = f"{held}\n\n{draft}".strip()
        walk.prefix.append(walk.content.words.sealed)


def _new_draft(walk: Walk, draft: str) -> bool:
    """A draft is looked at however late it comes, but not twice, and not where care shows."""
    return draft not in ("", walk.slots.get(DRAFT)) and not walk.step.startswith("care.")


def _late_form(walk: Walk, written: str, typed: str, told: str, *, doubled: bool) -> bool:
    """`written` may join the note; `typed` is all that triage reads; `told` of it is kept when it was a sign."""
    known = walk.slots.get(NOTE, "")
    if typed and typed not in known and not walk.step:
        walk.begin()
    # Heard again however late it comes: what was said since may have lifted what it led to.
    if typed and (typed not in known or not (doubled or walk.recent())) and hear(walk, typed):
        if told and told not in known:
            walk.keep(told)
        return True
    new = bool(written) and written not in known and not doubled
    if not new and (doubled or walk.recent()):
        return False
    if new and walk.keep(written):
        walk.prefix.append(walk.content.words.kept)
    elif walk.step:
        walk.prefix.append(walk.content.words.stale)
    return True
