"""Screens and forms as Discord's messages and modals. Pure. A person's words are never markup, mention or link."""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, TypeVar

import discord

from bot.errors import ProgramError
from bot.model import Choice, Field, Form, Menu, Option, Screen
from handlers.discord import position
from handlers.discord.position import Position

# Discord's documented limits, in characters or in items.
CONTENT_CHARS = 2_000
ROWS_ITEMS = 5
ROW_BUTTONS_ITEMS = 5
BUTTON_CHARS = 80
SELECT_ITEMS = 25
OPTION_CHARS = 100
SELECT_PLACEHOLDER_CHARS = 150
MODAL_TITLE_CHARS = 45
MODAL_ITEMS = 5
LABEL_CHARS = 45
DESCRIPTION_CHARS = 100
INPUT_CHARS = 4_000
INPUT_PLACEHOLDER_CHARS = 100
RADIO_ITEMS = range(2, 11)

# Emphasis, spoiler, code, mention, emoji, timestamp, masked link.
_ANYWHERE = str.maketrans({mark: f"\\{mark}" for mark in "\\*_~|`<[@"})
_LINE_ENDS = r"\n\r\u2028\u2029"
# At the start of a line: heading, small print, quote, list, numbered list.
_AT_START = re.compile(rf"([{_LINE_ENDS}][^\S{_LINE_ENDS}]*)(?:(?=[#>-])|(\d+)(?=\.))")
_FENCE = "```"
_ROW, _BUTTON, _SELECT, _GREY = 1, 2, 3, 2

Json = dict[str, Any]

_T = TypeVar("_T")


def content(screen: Screen, words: Mapping[str, str]) -> str:
    """The screen's text, its timeline below, in one message: a repeat, an edit and a nonce then stay one thing.

    A timeline that is too long loses its oldest lines, and says so.
    """
    whole = _letters(f"{screen.text}\n\n{screen.timeline.text}" if screen.timeline else screen.text)
    if screen.timeline and len(whole) > CONTENT_CHARS:
        lines = screen.timeline.text.split("\n")
        above = f"{screen.text}\n\n{words['earlier_left_out']}"
        shorter = (_letters("\n".join([above, *lines[first:]])) for first in range(1, len(lines) + 1))
        whole = next((each for each in shorter if len(each) <= CONTENT_CHARS), whole)
    if len(whole) > CONTENT_CHARS:
        raise ProgramError(f"the text of {screen.step} is over {CONTENT_CHARS} characters")
    return whole


def files(screen: Screen) -> list[discord.File]:
    """The screen's document, made anew for each request: one uses it up."""
    document = screen.document
    return [discord.File(BytesIO(document.text.encode()), document.name)] if document else []


def _letters(text: str) -> str:
    """So that Discord shows it letter by letter. Where escaping would overflow, a code block shows the same letters."""
    escaped = escape(text)
    return escaped if len(escaped) <= CONTENT_CHARS else f"{_FENCE}\n{text.replace(_FENCE, '``ˋ')}\n{_FENCE}"


def escape(text: str) -> str:
    """Sparingly: a notification shows the backslashes."""
    marked = text.translate(_ANYWHERE).replace("://", "\\://")
    return _AT_START.sub(lambda found: f"{found[1]}{found[2] or ''}\\", f"\n{marked}")[1:]


def rows(screen: Screen, key: str) -> list[Json]:
    """The menu, the choices, and last the safety button, which also carries the parcel's key.

    Plain JSON, and nothing that Discord takes for granted: discord.py's own components cost more to make than
    the rest of an answer.
    """
    found = list(_menu_rows(screen))
    found += _button_rows(screen, key, ROWS_ITEMS - len(found))
    if len(found) > ROWS_ITEMS:
        raise ProgramError(f"{screen.step} has more to press than Discord's {ROWS_ITEMS} rows hold")
    return [{"type": _ROW, "components": row} for row in found]


class _Shown(discord.ui.View):
    """Rows, where discord.py takes a view alone."""

    def __init__(self, made: list[Json]) -> None:
        super().__init__(timeout=None)
        self._made = made
        # A stopped view is not kept by discord.py: everything that a press needs is in the custom_id.
        self.stop()

    def to_components(self) -> list[Json]:
        return self._made


def view(screen: Screen, key: str) -> discord.ui.View:
    return _Shown(rows(screen, key))


def modal(form: Form, shown: Position) -> discord.ui.Modal:
    if not 1 <= len(form.fields) <= MODAL_ITEMS:
        raise ProgramError(f"the form of {shown.step} has {len(form.fields)} fields; Discord takes 1 to {MODAL_ITEMS}")
    sheet = discord.ui.Modal(
        title=clip(form.title, MODAL_TITLE_CHARS),
        custom_id=position.write(Position(shown.step, shown.visit, shown.choice)),
    )
    for field in form.fields:
        sheet.add_item(_labelled(field))
    sheet.stop()
    return sheet


def clip(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _menu_rows(screen: Screen) -> Iterator[list[Json]]:
    if screen.menu is None:
        return
    batches = list(_batches(screen.menu.options, SELECT_ITEMS))
    for number, options in enumerate(batches):
        yield [
            {
                "type": _SELECT,
                "custom_id": position.write(Position(screen.step, screen.visit), str(number)),
                "placeholder": _placeholder(screen.menu, options, whole=len(batches) == 1),
                "options": [{"label": clip(option.label, OPTION_CHARS), "value": option.id} for option in options],
            }
        ]


def _placeholder(menu: Menu, options: Sequence[Option], *, whole: bool) -> str:
    if whole:
        return clip(menu.label, SELECT_PLACEHOLDER_CHARS)
    span = f"{clip(options[0].label, 30)} – {clip(options[-1].label, 30)}"
    return f"{clip(menu.label, SELECT_PLACEHOLDER_CHARS - len(span) - 2)}: {span}"


def _button_rows(screen: Screen, key: str, left: int) -> Iterator[list[Json]]:
    """Safety has a row of its own where there is one to spare."""
    choices = [_button(screen, choice) for choice in screen.choices]
    safety = _button(screen, screen.safety, key)
    if len(choices) <= (left - 1) * ROW_BUTTONS_ITEMS:
        yield from _batches(choices, ROW_BUTTONS_ITEMS)
        yield [safety]
    else:
        yield from _batches([*choices, safety], ROW_BUTTONS_ITEMS)


def _button(screen: Screen, choice: Choice, mark: str = "") -> Json:
    shown = Position(screen.step, screen.visit, choice.id, choice.form is not None, screen.language)
    return {
        "type": _BUTTON,
        "style": _GREY,
        "label": clip(choice.label, BUTTON_CHARS),
        "custom_id": position.write(shown, mark),
    }


def _option(option: Option) -> discord.SelectOption:
    return discord.SelectOption(label=clip(option.label, OPTION_CHARS), value=option.id)


def _labelled(field: Field) -> discord.ui.Label[Any]:
    """A label too long for its line is shown whole below it, where there is room for more."""
    radio = field.kind == "pick" and len(field.options) in RADIO_ITEMS
    below = field.label if len(field.label) > LABEL_CHARS else field.hint if radio else ""
    return discord.ui.Label(
        text=clip(field.label, LABEL_CHARS),
        description=clip(below, DESCRIPTION_CHARS) or None,
        component=_radio(field) if radio else _select(field) if field.kind == "pick" else _input(field),
    )


def _radio(field: Field) -> discord.ui.Item[Any]:
    options = [
        discord.RadioGroupOption(label=clip(option.label, OPTION_CHARS), value=option.id) for option in field.options
    ]
    return discord.ui.RadioGroup(custom_id=field.id, options=options, required=not field.optional)


def _select(field: Field) -> discord.ui.Item[Any]:
    if not 1 <= len(field.options) <= SELECT_ITEMS:
        raise ProgramError(f"field {field.id} has {len(field.options)} options; Discord takes 1 to {SELECT_ITEMS}")
    return discord.ui.Select(
        custom_id=field.id,
        placeholder=clip(field.hint, SELECT_PLACEHOLDER_CHARS) or None,
        options=[_option(option) for option in field.options],
        min_values=0 if field.optional else 1,
        required=not field.optional,
    )


def _input(field: Field) -> discord.ui.Item[Any]:
    return discord.ui.TextInput(
        custom_id=field.id,
        style=discord.TextStyle.paragraph if field.kind == "paragraph" else discord.TextStyle.short,
        placeholder=clip(field.hint, INPUT_PLACEHOLDER_CHARS) or None,
        max_length=min(field.longest, INPUT_CHARS),
        required=not field.optional,
    )


def _batches(items: Sequence[_T], most: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), most):
        yield list(items[start : start + most])
