"""Screens and forms in Slack's Block Kit. Pure. Every text is plain_text: what a person wrote is never markup."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DateTimePickerElement,
    InputBlock,
    InputInteractiveElement,
    InteractiveElement,
    Option,
    OptionGroup,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot import model
from handlers.slack import position

# Slack's documented limits, in characters or in items.
SECTION_CHARS = 3_000
ACTIONS_ITEMS = 25
BUTTON_CHARS = 75
OPTION_CHARS = 75
OPTIONS_ITEMS = 100
PLACEHOLDER_CHARS = 150
VIEW_TITLE_CHARS = 24
VIEW_SUBMIT_CHARS = 24
LABEL_CHARS = 2_000
HINT_CHARS = 2_000
INPUT_CHARS = 3_000


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is all that a notification shows; people read the blocks."""

    text: str
    blocks: Sequence[Block]


def message(screen: model.Screen) -> Message:
    buttons = [_button(screen, choice) for choice in (*screen.choices, screen.safety)]
    blocks: list[Block] = [SectionBlock(text=_words(part, SECTION_CHARS)) for part in sections(screen.text)]
    if screen.menu is not None:
        blocks.append(ActionsBlock(elements=[_menu(screen, screen.menu)]))
    blocks.extend(ActionsBlock(elements=row) for row in _batches(buttons, ACTIONS_ITEMS))
    # The fallback text is the one field that Slack reads as markup.
    return Message(html.escape(screen.glance, quote=False), blocks)


def view(form: model.Form, metadata: str) -> View:
    return View(
        type="modal",
        callback_id="form",
        title=_words(form.title, VIEW_TITLE_CHARS),
        submit=_words(form.submit, VIEW_SUBMIT_CHARS),
        blocks=[_input(field) for field in form.fields],
        private_metadata=metadata,
    )


def sections(text: str) -> Iterator[str]:
    """The text in parts that fit a section, cut between paragraphs, else lines, else words."""
    rest = text.strip()
    while len(rest) > SECTION_CHARS:
        ends = (rest.rfind(gap, 1, SECTION_CHARS) for gap in ("\n\n", "\n", " "))
        end = next((end for end in ends if end > 0), SECTION_CHARS)
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    if rest:
        yield rest


def _button(screen: model.Screen, choice: model.Choice) -> InteractiveElement:
    return ButtonElement(
        text=_words(choice.label, BUTTON_CHARS),
        action_id=position.button_id(screen.step, screen.visit, choice.id),
    )


def _menu(screen: model.Screen, menu: model.Menu) -> InteractiveElement:
    label = _words(menu.label, PLACEHOLDER_CHARS)
    return _select(position.menu_id(screen.step, screen.visit), menu.options, label)


def _select(
    action_id: str, options: Sequence[model.Option], placeholder: PlainTextObject | None = None
) -> StaticSelectElement:
    """More options than one list takes become groups, each named by its first and last option."""
    if len(options) <= OPTIONS_ITEMS:
        return StaticSelectElement(
            action_id=action_id, placeholder=placeholder, options=[_option(option) for option in options]
        )
    groups = [
        OptionGroup(
            label=_words(f"{_cut(batch[0].label, 35)} – {_cut(batch[-1].label, 35)}", OPTION_CHARS),
            options=[_option(option) for option in batch],
        )
        for batch in _batches(options, OPTIONS_ITEMS)
    ]
    return StaticSelectElement(action_id=action_id, placeholder=placeholder, option_groups=groups)


def _option(option: model.Option) -> Option:
    return Option(text=_words(option.label, OPTION_CHARS), value=option.id)


def _input(field: model.Field) -> InputBlock:
    # Its hint says how to type a time; here a date and a time are picked.
    hint = "" if field.kind == "when" else field.hint
    return InputBlock(
        label=_words(field.label, LABEL_CHARS),
        hint=_words(hint, HINT_CHARS) if hint else None,
        optional=field.optional,
        element=_element(field),
    )


def _element(field: model.Field) -> InputInteractiveElement:
    match field.kind:
        case "pick":
            return _select(field.id, field.options)
        case "when":
            return DateTimePickerElement(action_id=field.id)
        case "paragraph" | "line":
            return PlainTextInputElement(
                action_id=field.id,
                multiline=field.kind == "paragraph",
                max_length=min(field.longest, INPUT_CHARS),
            )


def _words(text: str, longest: int) -> PlainTextObject:
    return PlainTextObject(text=_cut(text, longest), emoji=False)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _batches(items: Sequence[_T], most: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), most):
        yield list(items[start : start + most])
