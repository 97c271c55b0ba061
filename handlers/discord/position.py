"""Where a button, a select or a form was shown, written into its custom_id, so that it works after a restart."""

import re
from functools import lru_cache

import msgspec

from bot.errors import ProgramError
from bot.model import ENGLISH

CUSTOM_ID_CHARS = 100

# The prefix names the layout: another one gets another number, and old buttons stay readable.
PATTERN = re.compile(
    r"d1\|(?P<step>[^|]+)\|(?P<visit>\d+)\|(?P<choice>[^|]*)"
    r"\|(?:(?P<form>f)(?:\.(?P<language>[\w-]+))?)?\|(?P<mark>[^|]*)",
    re.ASCII,
)


class Position(msgspec.Struct, frozen=True):
    """`choice` is empty for a select: its value is the choice. `form`: pressing opens a form, in this language."""

    step: str
    visit: int
    choice: str = ""
    form: bool = False
    language: str = ENGLISH


def write(position: Position, mark: str = "") -> str:
    """`mark` tells apart what would otherwise have the same custom_id, or names the parcel."""
    before, after = _around(position.step, position.choice, position.form, position.language)
    custom_id = f"{before}{position.visit}{after}{mark}"
    if len(custom_id) > CUSTOM_ID_CHARS or position.visit < 0 or "|" in mark:
        raise _unfit(custom_id)
    return custom_id


@lru_cache(maxsize=1024)
def _around(step: str, choice: str, form: bool, language: str) -> tuple[str, str]:
    """What stands before a visit's number and after it: the same for everybody who is shown the choice."""
    flag = "" if not form else "f" if language == ENGLISH else f"f.{language}"
    before, after = f"d1|{step}|", f"|{choice}|{flag}|"
    if not PATTERN.fullmatch(f"{before}0{after}"):
        raise _unfit(f"{before}0{after}")
    return before, after


def _unfit(custom_id: str) -> ProgramError:
    return ProgramError(f"this position does not fit a custom_id of {CUSTOM_ID_CHARS} characters: {custom_id}")


def read(custom_id: str) -> Position | None:
    """None: not one of ours."""
    found = PATTERN.fullmatch(custom_id)
    if found is None:
        return None
    step, visit, choice, form, language, _ = found.groups()
    return Position(step, int(visit), choice, bool(form), language or ENGLISH)


def mark(custom_id: str) -> str:
    found = PATTERN.fullmatch(custom_id)
    return found["mark"] if found else ""
