"""What Slack refuses in a message or a modal, by its documented limits. Each fault reads like Slack's own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

BLOCKS_IN_MESSAGE, BLOCKS_IN_VIEW = 50, 100
ACTION_ID, BLOCK_ID, CALLBACK_ID = 255, 255, 255
SECTION_TEXT = 3000
BLOCKS_TOGETHER = 11_000
ELEMENTS = 25
BUTTON_TEXT, BUTTON_VALUE = 75, 2000
OPTIONS, GROUPS, OPTION_TEXT, OPTION_VALUE, GROUP_LABEL = 100, 100, 75, 150, 75
PLACEHOLDER = 150
TITLE, SUBMIT, CLOSE, PRIVATE_METADATA = 24, 24, 24, 3000
LABEL, HINT, INPUT = 2000, 2000, 3000
MESSAGE_TEXT = 40_000

IN_MESSAGES = {"button", "static_select", "datetimepicker"}
IN_INPUTS = {"plain_text_input", "static_select", "datetimepicker"}


def faults_of_message(text: object, blocks: object) -> list[str]:
    found = [] if isinstance(text, str) and len(text) <= MESSAGE_TEXT else ["text is missing or too long"]
    if not isinstance(blocks, Sequence) or not 1 <= len(blocks) <= BLOCKS_IN_MESSAGE:
        return [*found, f"blocks must be 1 to {BLOCKS_IN_MESSAGE} items"]
    for place, block in enumerate(blocks):
        found.extend(f"/blocks/{place}: {fault}" for fault in _faults_of_block(block, modal=False))
    return [*found, *_repeated(blocks)]


def too_long(blocks: Sequence[Json]) -> bool:
    """Slack counts a message's blocks together; it does not say how, nor from where on."""
    return sum(len(block.get("text", {}).get("text", "")) for block in blocks) > BLOCKS_TOGETHER


def faults_of_view(view: Json) -> list[str]:
    blocks = view.get("blocks") or []
    found = [] if view.get("type") == "modal" else ["type must be modal"]
    found += _text(view.get("title"), "title", TITLE)
    if "submit" in view or any(block.get("type") == "input" for block in blocks):
        found += _text(view.get("submit"), "submit", SUBMIT)
    if "close" in view:
        found += _text(view["close"], "close", CLOSE)
    if len(view.get("private_metadata", "")) > PRIVATE_METADATA:
        found.append("private_metadata is too long")
    if len(view.get("callback_id", "")) > CALLBACK_ID:
        found.append("callback_id is too long")
    if not 1 <= len(blocks) <= BLOCKS_IN_VIEW:
        found.append(f"blocks must be 1 to {BLOCKS_IN_VIEW} items")
    for place, block in enumerate(blocks):
        found.extend(f"/view/blocks/{place}: {fault}" for fault in _faults_of_block(block, modal=True))
    return [*found, *_repeated(blocks)]


def faults_of_metadata(metadata: object) -> list[str]:
    shaped = (
        isinstance(metadata, Mapping)
        and set(metadata) == {"event_type", "event_payload"}
        and isinstance(metadata["event_type"], str)
        and isinstance(metadata["event_payload"], Mapping)
    )
    return [] if shaped else ["metadata must have a string event_type and an object event_payload"]


def elements_of(block: Json) -> Iterator[Json]:
    yield from block.get("elements", ())
    yield from (block[key] for key in ("element", "accessory") if key in block)


def _faults_of_block(block: Json, *, modal: bool) -> Iterator[str]:
    if not 1 <= len(block.get("block_id", "x")) <= BLOCK_ID:
        yield "block_id is too long or empty"
    match block.get("type"):
        case "section":
            yield from _text(block.get("text"), "text", SECTION_TEXT, markup=True)
        case "actions":
            if not 1 <= len(block.get("elements", ())) <= ELEMENTS:
                yield f"elements must be 1 to {ELEMENTS} items"
            for element in elements_of(block):
                yield from _faults_of_element(element, IN_MESSAGES)
        case "input" if modal:
            yield from _text(block.get("label"), "label", LABEL)
            if "hint" in block:
                yield from _text(block["hint"], "hint", HINT)
            yield from _faults_of_element(block.get("element", {}), IN_INPUTS)
        case other:
            yield f"unsupported type: {other}"


def _faults_of_element(element: Json, allowed: set[str]) -> Iterator[str]:
    kind = element.get("type")
    if kind not in allowed:
        yield f"unsupported element: {kind}"
    if not 1 <= len(element.get("action_id", "x")) <= ACTION_ID:
        yield "action_id is too long or empty"
    if "placeholder" in element:
        yield from _text(element["placeholder"], "placeholder", PLACEHOLDER)
    match kind:
        case "button":
            yield from _text(element.get("text"), "button text", BUTTON_TEXT)
            if len(element.get("value", "")) > BUTTON_VALUE:
                yield "button value is too long"
        case "static_select":
            yield from _faults_of_select(element)
        case "plain_text_input":
            if not 1 <= element.get("max_length", INPUT) <= INPUT:
                yield f"max_length must be 1 to {INPUT}"


def _faults_of_select(element: Json) -> Iterator[str]:
    if ("options" in element) == ("option_groups" in element):
        yield "one of options and option_groups is needed"
    groups = element.get("option_groups", ())
    if "option_groups" in element and not 1 <= len(groups) <= GROUPS:
        yield f"option_groups must be 1 to {GROUPS} items"
    for group in groups:
        yield from _text(group.get("label"), "group label", GROUP_LABEL)
        yield from _faults_of_options(group.get("options", ()))
    if "options" in element:
        yield from _faults_of_options(element["options"])


def _faults_of_options(options: Sequence[Json]) -> Iterator[str]:
    if not 1 <= len(options) <= OPTIONS:
        yield f"options must be 1 to {OPTIONS} items"
    for option in options:
        yield from _text(option.get("text"), "option text", OPTION_TEXT)
        if not 1 <= len(option.get("value", "")) <= OPTION_VALUE:
            yield f"option value must be 1 to {OPTION_VALUE} characters"


def _text(text: Any, where: str, longest: int, *, markup: bool = False) -> list[str]:
    if not isinstance(text, Mapping) or text.get("type") not in (
        {"plain_text", "mrkdwn"} if markup else {"plain_text"}
    ):
        return [f"{where} must be a text object"]
    if not text.get("text", "").strip():
        return [f"{where} must be more than 0 characters"]
    return [] if len(text["text"]) <= longest else [f"{where} must be less than {longest + 1} characters"]


def _repeated(blocks: Sequence[Json]) -> list[str]:
    block_ids = [block["block_id"] for block in blocks if "block_id" in block]
    found = [] if len(block_ids) == len(set(block_ids)) else ["block_id already exists"]
    for block in blocks:
        ids = [element.get("action_id") for element in elements_of(block)]
        if len(ids) != len(set(ids)):
            found.append("action_id already exists in this block")
    return found
