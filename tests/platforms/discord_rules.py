"""What Discord refuses, from its documented limits, and how it reads a message's content. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiohttp import BodyPartReader, web

Payload = Mapping[str, Any]

# Of Discord's locales, those that these tests come upon.
LOCALES = frozenset({"en-US", "en-GB", "es-ES", "es-419", "de", "fr", "pt-BR"})
ROW, BUTTON, SELECT, TEXT_INPUT, LABEL, RADIO = 1, 2, 3, 4, 18, 21
SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SILENT = 1 << 2, 1 << 6, 1 << 7, 1 << 12
FLAGS_OF_A_REPLY = SUPPRESS_EMBEDS | EPHEMERAL | SILENT | 1 << 15


Upload = tuple[str, bytes]
# What a bot may attach where nobody has paid for more.
FILE_BYTES, REQUEST_BYTES, FILES = 10 << 20, 25 << 20, 10
_FILE = re.compile(r"files\[(\d)\]")


async def given(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The payload, and what was uploaded with it by its number: both in one form, where there is a file."""
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    payload: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read())
        if f'name="{part.name}"' not in part.headers["Content-Disposition"]:
            raise Refusal(400, 50035, "Invalid Form Body", [f"{part.name}: a quoted name"])
        if part.name == "payload_json":
            payload = json.loads(content)
        elif number := _FILE.fullmatch(part.name or ""):
            uploads[number[1]] = part.filename or "", content
        else:
            raise Refusal(400, 50035, "Invalid Form Body", [f"{part.name}: not a file"])
    refuse_invalid(_upload_faults(payload.get("data", payload), uploads))
    return payload, uploads


def _upload_faults(message: Payload, uploads: Mapping[str, Upload]) -> Iterator[str]:
    if any(len(content) > FILE_BYTES for _, content in uploads.values()):
        raise Refusal(413, 40005, "Request entity too large")
    listed = [str(each.get("id")) for each in message.get("attachments", [])]
    if len(listed) > FILES or len(set(listed)) < len(listed):
        yield "attachments: at most 10, each once"
    if missing := set(uploads) - set(listed):
        yield f"attachments: {missing} is not listed"


def attached(kept: Sequence[Payload], message: Payload, uploads: Mapping[str, Upload]) -> list[dict[str, Any]]:
    """The attachments of a message after this: where it names none, those that it had."""
    if "attachments" not in message:
        return [dict(each) for each in kept]
    found = []
    for each in message["attachments"]:
        number = str(each["id"])
        if number in uploads:
            name, content = uploads[number]
            url = f"https://cdn.discordapp.com/attachments/{number}"
            found.append(
                {
                    "id": number,
                    "filename": name,
                    "size": len(content),
                    "url": url,
                    "proxy_url": url,
                    "text": content.decode(),
                }
            )
        elif known := next((old for old in kept if old["id"] == number), None):
            found.append(dict(known))
        else:
            raise Refusal(400, 50035, "Invalid Form Body", [f"attachments: no file {number} was uploaded"])
    return found


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Discord names no charset, and discord.py reads nothing else as JSON."""
    own = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=own)


class Refusal(Exception):
    """An answer that is not a yes, in Discord's shape."""

    def __init__(self, status: int, code: int, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(f"{status} {code} {message} {'; '.join(faults)}")
        self.status, self.code, self.message, self.faults = status, code, message, list(faults)

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.faults:
            body["errors"] = {"_errors": [{"code": "INVALID", "message": fault} for fault in self.faults]}
        return body


def refuse_invalid(faults: Iterator[str]) -> None:
    if found := list(faults):
        raise Refusal(400, 50035, "Invalid Form Body", found)


def message_faults(payload: Payload) -> Iterator[str]:
    """Of a new message, or of an edit (which may leave out what stays)."""
    content, rows = payload.get("content"), payload.get("components") or []
    if content is not None and len(content) > 2000:
        yield "content: 2000 or fewer in length"
    if len(payload.get("nonce", "")) > 25:
        yield "nonce: 25 or fewer in length"
    if len(rows) > 5:
        yield "components: 5 or fewer in length"
    for row in rows:
        yield from _row_faults(row)
    yield from _custom_id_faults([item for row in rows for item in row.get("components", [])])


def refuse_empty(payload: Payload) -> None:
    if not ((payload.get("content") or "").strip() or payload.get("components") or payload.get("attachments")):
        raise Refusal(400, 50006, "Cannot send an empty message")


def modal_faults(payload: Payload) -> Iterator[str]:
    yield from _text("title", payload.get("title"), 45)
    yield from _text("custom_id", payload.get("custom_id"), 100)
    labels = payload.get("components", [])
    if not 1 <= len(labels) <= 5:
        yield "components: between 1 and 5 in length"
    for label in labels:
        if label.get("type") != LABEL:
            yield f"components: type {label.get('type')} is not a label"
            continue
        yield from _text("label", label.get("label"), 45)
        if "description" in label:
            yield from _text("description", label["description"], 100)
        yield from _field_faults(label["component"])
    yield from _custom_id_faults([label["component"] for label in labels if "component" in label])


def command_faults(payload: Payload) -> Iterator[str]:
    if not re.fullmatch(r"[-_a-z0-9]{1,32}", payload.get("name", "")):
        yield "name: 1 to 32 small letters"
    yield from _described(payload)
    for option in payload.get("options", []):
        yield from _described(option)
        if option.get("max_length", 1) not in range(1, 6001):
            yield "options.max_length: between 1 and 6000"


def _described(named: Payload) -> Iterator[str]:
    for locale, text in {"": named.get("description"), **(named.get("description_localizations") or {})}.items():
        yield from _text(f"description {locale}", text, 100)
        if locale and locale not in LOCALES:
            yield f"description_localizations: {locale} is not a locale"


def _row_faults(row: Payload) -> Iterator[str]:
    items = row.get("components", [])
    kinds = {item.get("type") for item in items}
    if row.get("type") != ROW or not items:
        yield "components: a message holds action rows, and none is empty"
    elif kinds == {BUTTON}:
        if len(items) > 5:
            yield "components: at most 5 buttons in a row"
        for button in items:
            yield from _text("label", button.get("label"), 80)
            if button.get("style") not in {1, 2, 3, 4}:
                yield "style: a button with a custom_id has style 1 to 4"
    elif kinds == {SELECT} and len(items) == 1:
        yield from _select_faults(items[0])
    else:
        yield "components: a row holds buttons, or one select"


def _field_faults(field: Payload) -> Iterator[str]:
    if field.get("type") == SELECT:
        if field.get("required", True) and field.get("min_values", 1) < 1:
            yield "min_values: at least 1 where required"
        if field.get("disabled"):
            yield "disabled: not in a modal"
        yield from _select_faults(field)
    elif field.get("type") == RADIO:
        yield from _option_faults(field, 2, 10)
    elif field.get("type") == TEXT_INPUT:
        if field.get("style") not in {1, 2}:
            yield "style: 1 or 2"
        if field.get("max_length", 1) not in range(1, 4001):
            yield "max_length: between 1 and 4000"
        if len(field.get("placeholder") or "") > 100:
            yield "placeholder: 100 or fewer in length"
    else:
        yield f"component: type {field.get('type')} is not known to this server"


def _select_faults(select: Payload) -> Iterator[str]:
    yield from _option_faults(select, 1, 25)
    if len(select.get("placeholder") or "") > 150:
        yield "placeholder: 150 or fewer in length"


def _option_faults(field: Payload, fewest: int, most: int) -> Iterator[str]:
    options = field.get("options", [])
    if not fewest <= len(options) <= most:
        yield f"options: between {fewest} and {most} in length"
    for option in options:
        yield from _text("options.label", option.get("label"), 100)
        yield from _text("options.value", option.get("value"), 100)
    if len({option.get("value") for option in options}) < len(options):
        yield "options.value: must be unique"


def _custom_id_faults(items: Sequence[Payload]) -> Iterator[str]:
    for item in items:
        yield from _text("custom_id", item.get("custom_id"), 100)
    if len({item.get("custom_id") for item in items}) < len(items):
        yield "custom_id: cannot be duplicated"


def _text(where: str, value: object, most: int) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        yield f"{where}: between 1 and {most} in length"


class Live(Exception):
    """Discord would make something of this content: emphasis, a mention, a link."""


_FENCED = re.compile(r"```\n(.*)\n```", re.DOTALL)
_AT_LINE_START = re.compile(r"\s*(#{1,3}\s|-#|[-+*]\s|>|\d+\.\s)")


def shown(content: str) -> str:
    """The letters that a person sees. Raises Live when any of them would be more than a letter."""
    fenced = _FENCED.fullmatch(content)
    if fenced:
        if "```" in fenced[1]:
            raise Live("the code block ends early")
        return fenced[1]
    letters, at, starts = [], 0, True
    while at < len(content):
        if content[at] == "\\" and re.match(r"[^0-9A-Za-z\s]", content[at + 1 : at + 2]):
            letters.append(content[at + 1])
            at, starts = at + 2, False
            continue
        if content[at] in "*_~|`<[@\\" or re.match(r"(?i)\w+://", content[at:]):
            raise Live(content[at : at + 20])
        if starts and _AT_LINE_START.match(content, at):
            raise Live(content[at : at + 20])
        starts = content[at] in "\n\r\u2028\u2029"
        letters.append(content[at])
        at += 1
    return "".join(letters)
