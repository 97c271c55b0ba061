"""Where a button, a select or a form was shown, written into its custom_id, so that it works after a restart."""

import re
from dataclasses import dataclass

from bot.errors import ProgramError
from bot.model import ENGLISH

CUSTOM_ID_CHARS = 100

# The prefix names the layout: another one gets another number, and old buttons stay readable.
PATTERN = re.compile(
    r"d1\|(?P<step>[^|]+)\|(?P<visit>\d+)\|(?P<choice>[^|]*)"
    r"\|(?:(?P<form>f)(?:\.(?P<language>[\w-]+))?)?\|(?P<mark>[^|]*)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Position:
    """`choice` is empty for a select: its value is the choice. `form`: pressing opens a form, in this language."""

    step: str
    visit: int
    choice: str = ""
    form: bool = False
    language: str = ENGLISH


def write(position: Position, mark: str = "") -> str:
    """`mark` tells apart what would otherwise have the same custom_id, or names the parcel."""
    language = "" if position.language == ENGLISH else f".{position.language}"
    flag = f"f{language}" if position.form else ""
    custom_id = f"d1|{position.step}|{position.visit}|{position.choice}|{flag}|{mark}"
    if len(custom_id) > CUSTOM_ID_CHARS or not PATTERN.fullmatch(custom_id):
        raise ProgramError(f"this position does not fit a custom_id of {CUSTOM_ID_CHARS} characters: {custom_id}")
    return custom_id


def read(custom_id: str) -> Position | None:
    """None: not one of ours."""
    found = PATTERN.fullmatch(custom_id)
    if found is None:
        return None
    language = found["language"] or ENGLISH
    return Position(found["step"], int(found["visit"]), found["choice"], bool(found["form"]), language)


def mark(custom_id: str) -> str:
    found = PATTERN.fullmatch(custom_id)
    return found["mark"] if found else ""
