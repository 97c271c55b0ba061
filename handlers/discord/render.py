"""Screens and forms as Discord's messages and modals. Pure. A person's words are never markup, mention or link."""

import re
from collections.abc import Iterator, Sequence
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

_START = r"(?:^|(?<=[\n\r\u2028\u2029]))[^\S\n\r\u2028\u2029]*"
_MARKUP = re.compile(
    rf"""
    (?P<anywhere> [\\*_~|`<\[@] )            # emphasis, spoiler, code, mention, emoji, timestamp, masked link
  | (?P<link> :(?=//) )                      # what makes a bare address clickable
  | (?P<heading> {_START} (?=[#>-]) )        # heading, small print, quote, list
  | (?P<number> {_START} \d+ (?=\.) )        # numbered list
    """,
    re.VERBOSE,
)
_FENCE = "```"

_T = TypeVar("_T")


def content(screen: Screen) -> str:
    """The screen's text so that Discord shows it letter by letter, in one message: a repeat, an edit and a
    nonce then stay one thing. Where escaping would overflow, a code block shows the same letters."""
    escaped = escape(screen.text)
    if len(escaped) > CONTENT_CHARS:
        escaped = f"{_FENCE}\n{screen.text.replace(_FENCE, '``ˋ')}\n{_FENCE}"
    if len(escaped) > CONTENT_CHARS:
        raise ProgramError(f"the text of {screen.step} is over {CONTENT_CHARS} characters")
    return escaped


def escape(text: str) -> str:
    """Sparingly: a notification shows the backslashes."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}" if found["anywhere"] or found["link"] else f"{found[0]}\\", text)


def view(screen: Screen, key: str) -> discord.ui.View:
    """The menu, the choices, and last the safety button, which also carries the parcel's key."""
    rows = [*_menu_rows(screen), *_button_rows(screen, key)]
    if len(rows) > ROWS_ITEMS:
        raise ProgramError(f"{screen.step} has more to press than Discord's {ROWS_ITEMS} rows hold")
    shown = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for item in row:
            item.row = number
            shown.add_item(item)
    # A stopped view is not kept by discord.py: everything that a press needs is in the custom_id.
    shown.stop()
    return shown


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


def _menu_rows(screen: Screen) -> Iterator[list[discord.ui.Item[Any]]]:
    if screen.menu is None:
        return
    batches = list(_batches(screen.menu.options, SELECT_ITEMS))
    for number, options in enumerate(batches):
        yield [
            discord.ui.Select(
                custom_id=position.write(Position(screen.step, screen.visit), str(number)),
                placeholder=_placeholder(screen.menu, options, whole=len(batches) == 1),
                options=[_option(option) for option in options],
            )
        ]


def _placeholder(menu: Menu, options: Sequence[Option], *, whole: bool) -> str:
    if whole:
        return clip(menu.label, SELECT_PLACEHOLDER_CHARS)
    span = f"{clip(options[0].label, 30)} – {clip(options[-1].label, 30)}"
    return f"{clip(menu.label, SELECT_PLACEHOLDER_CHARS - len(span) - 2)}: {span}"


def _button_rows(screen: Screen, key: str) -> Iterator[list[discord.ui.Item[Any]]]:
    """Safety has a row of its own where there is one to spare."""
    choices = [_button(screen, choice) for choice in screen.choices]
    safety = _button(screen, screen.safety, key)
    left = ROWS_ITEMS - sum(1 for _ in _menu_rows(screen))
    if len(choices) <= (left - 1) * ROW_BUTTONS_ITEMS:
        yield from _batches(choices, ROW_BUTTONS_ITEMS)
        yield [safety]
    else:
        yield from _batches([*choices, safety], ROW_BUTTONS_ITEMS)


def _button(screen: Screen, choice: Choice, mark: str = "") -> discord.ui.Item[Any]:
    shown = Position(screen.step, screen.visit, choice.id, form=choice.form is not None)
    return discord.ui.Button(label=clip(choice.label, BUTTON_CHARS), custom_id=position.write(shown, mark))


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
