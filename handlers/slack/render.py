"""Screens and forms in Slack's Block Kit. Pure. Every text is plain_text: what a person wrote is never markup.

Plain JSON: slack_sdk's model classes cost more to make and check than all the rest of an answer.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from bot import model
from handlers.slack import position

Json = dict[str, Any]

# Slack's documented limits, in characters or in items.
SECTION_CHARS = 3_000
# Slack counts a message's blocks together, in a way that it does not document: from about 11,000 on it refuses some.
PAGE_CHARS = 8_500
TIMELINE_CHARS = 6_000
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


class Message(msgspec.Struct, frozen=True):
    """`text` is all that a notification shows; people read the blocks."""

    text: str
    blocks: Sequence[Json]


def message(screen: model.Screen, words: Mapping[str, str]) -> Message:
    buttons = [_button(screen, choice) for choice in (*screen.choices, screen.safety)]
    blocks = list(_sections(screen.text))
    if screen.timeline is not None:
        blocks.extend(_sections(_newest(screen.timeline, TIMELINE_CHARS, words)))
    if screen.menu is not None:
        blocks.append({"type": "actions", "elements": [_menu(screen, screen.menu)]})
    blocks.extend({"type": "actions", "elements": row} for row in _batches(buttons, ACTIONS_ITEMS))
    # The fallback text is the one field that Slack reads as markup.
    return Message(html.escape(screen.glance, quote=False), blocks)


def pages(screen: model.Screen) -> list[Message]:
    """The screen's document as messages, each headed by its name and which one of how many it is.

    Not as an upload: that takes no metadata and is shown some time later, so none could be told from a repeat.
    """
    if screen.document is None:
        return []
    texts = list(_parts(screen.document.text, PAGE_CHARS))
    heads = [f"{screen.document.name} {number}/{len(texts)}" for number in range(1, len(texts) + 1)]
    glance = html.escape(screen.glance, quote=False)
    return [Message(glance, [_section(head), *_sections(text)]) for head, text in zip(heads, texts, strict=True)]


def view(form: model.Form, metadata: str) -> Json:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": _words(form.title, VIEW_TITLE_CHARS),
        "submit": _words(form.submit, VIEW_SUBMIT_CHARS),
        "blocks": [_input(field) for field in form.fields],
        "private_metadata": metadata,
    }


def _newest(timeline: model.Timeline, longest: int, words: Mapping[str, str]) -> str:
    """The timeline in lines. One that is too long loses its oldest, and says so."""
    if len(timeline.text) <= longest:
        return timeline.text
    lines = timeline.text.split("\n")
    shorter = ("\n".join([words["earlier_left_out"], *lines[first:]]) for first in range(1, len(lines) + 1))
    return next(each for each in shorter if len(each) <= longest)


def _sections(text: str) -> Iterator[Json]:
    return (_section(part) for part in _parts(text, SECTION_CHARS))


def _section(text: str) -> Json:
    return {"type": "section", "text": _words(text, SECTION_CHARS)}


def _parts(text: str, longest: int) -> Iterator[str]:
    """The text in parts that are no longer, cut between paragraphs, else lines, else words."""
    rest = text.strip()
    while len(rest) > longest:
        ends = (rest.rfind(gap, 1, longest) for gap in ("\n\n", "\n", " "))
        end = next((end for end in ends if end > 0), longest)
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    if rest:
        yield rest


def _button(screen: model.Screen, choice: model.Choice) -> Json:
    return {
        "type": "button",
        "text": _words(choice.label, BUTTON_CHARS),
        "action_id": position.button_id(screen.step, screen.visit, choice.id),
        "value": screen.language,
    }


def _menu(screen: model.Screen, menu: model.Menu) -> Json:
    placeholder = {"placeholder": _words(menu.label, PLACEHOLDER_CHARS)}
    return _select(position.menu_id(screen.step, screen.visit), menu.options) | placeholder


def _select(action_id: str, options: Sequence[model.Option]) -> Json:
    """More options than one list takes become groups, each named by its first and last option."""
    select: Json = {"type": "static_select", "action_id": action_id}
    if len(options) <= OPTIONS_ITEMS:
        return select | {"options": [_option(option) for option in options]}
    groups = [
        {
            "label": _words(f"{_cut(batch[0].label, 35)} – {_cut(batch[-1].label, 35)}", OPTION_CHARS),
            "options": [_option(option) for option in batch],
        }
        for batch in _batches(options, OPTIONS_ITEMS)
    ]
    return select | {"option_groups": groups}


def _option(option: model.Option) -> Json:
    return {"text": _words(option.label, OPTION_CHARS), "value": option.id}


def _input(field: model.Field) -> Json:
    shown: Json = {
        "type": "input",
        "label": _words(field.label, LABEL_CHARS),
        "optional": field.optional,
        "element": _element(field),
    }
    # Its hint says how to type a time; here a date and a time are picked.
    return shown | {"hint": _words(field.hint, HINT_CHARS)} if field.hint and field.kind != "when" else shown


def _element(field: model.Field) -> Json:
    match field.kind:
        case "pick":
            return _select(field.id, field.options)
        case "when":
            return {"type": "datetimepicker", "action_id": field.id}
        case "paragraph" | "line":
            return {
                "type": "plain_text_input",
                "action_id": field.id,
                "multiline": field.kind == "paragraph",
                "max_length": min(field.longest, INPUT_CHARS),
            }


def _words(text: str, longest: int) -> Json:
    return {"type": "plain_text", "text": text if len(text) <= longest else _cut(text, longest), "emoji": False}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _batches(items: Sequence[_T], most: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), most):
        yield list(items[start : start + most])
