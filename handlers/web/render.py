"""Screens to what the page draws. Pure; text stays text, the page never reads it as markup."""

import json
from datetime import datetime
from typing import Any

from bot.model import Choice, Field, Form, Menu, Option, Timeline
from bot.runtime.ports import Parcel

# Up to so many options, a person sees all of them at once; more go into one drop-down list.
# A line of more characters does not fit into the width of a phone, and is written over two rows.
LIMITS = {"menu_buttons": 8, "form_radios": 6, "form_line": 60}


def screen(parcel: Parcel) -> str:
    shown = parcel.screen
    return _frame(
        "screen",
        key=parcel.key,
        at=_epoch_ms(parcel.made_at),
        step=shown.step,
        visit=shown.visit,
        text=shown.text,
        safety=_choice(shown.safety),
        choices=[_choice(choice) for choice in shown.choices],
        menu=_menu(shown.menu) if shown.menu else None,
        picture=shown.picture,
        forgets=shown.forgets,
        language=shown.language,
        document={"name": shown.document.name, "text": shown.document.text} if shown.document else None,
        timeline=_timeline(shown.timeline) if shown.timeline else None,
    )


def taken(frame_id: str) -> str:
    return _frame("taken", id=frame_id)


def clock(now: datetime) -> str:
    return _frame("clock", now=_epoch_ms(now))


def fault(why: str, frame_id: str = "") -> str:
    return _frame("fault", why=why, id=frame_id)


def _frame(kind: str, **parts: Any) -> str:
    return json.dumps({"type": kind, **parts}, ensure_ascii=False, separators=(",", ":"))


def _epoch_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _choice(choice: Choice) -> dict[str, Any]:
    form = {"form": _form(choice.form)} if choice.form else {}
    return {"id": choice.id, "label": choice.label, **form}


def _timeline(timeline: Timeline) -> dict[str, Any]:
    marks = sorted(timeline.marks, key=lambda mark: mark.on)
    drawn = [{"on": mark.on.isoformat(), "kind": mark.kind, "label": mark.label} for mark in marks]
    return {"title": timeline.title, "marks": drawn, "text": timeline.text}


def _menu(menu: Menu) -> dict[str, Any]:
    shape = _menu_shape(menu.options)
    return {"label": menu.label, "as": shape, "aside": menu.aside, "options": _options(menu.options)}


def _menu_shape(options: tuple[Option, ...]) -> str:
    if all(option.label.isdecimal() for option in options):
        return "scale"
    return "buttons" if len(options) <= LIMITS["menu_buttons"] else "list"


def _options(options: tuple[Option, ...]) -> list[dict[str, str]]:
    return [{"id": option.id, "label": option.label} for option in options]


def _form(form: Form) -> dict[str, Any]:
    return {"title": form.title, "submit": form.submit, "fields": [_field(field) for field in form.fields]}


def _field(field: Field) -> dict[str, Any]:
    return {
        "id": field.id,
        "label": field.label,
        "as": _field_shape(field),
        "longest": field.longest,
        "optional": field.optional,
        "hint": field.hint,
        "options": _options(field.options),
    }


def _field_shape(field: Field) -> str:
    if field.kind == "line":
        return "line" if field.longest <= LIMITS["form_line"] else "sentence"
    if field.kind != "pick":
        return field.kind
    return "radios" if len(field.options) <= LIMITS["form_radios"] else "list"
