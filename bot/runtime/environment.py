"""Groups of settings, read from the environment and .env to frozen values. All that is wrong is named at once.

A start reads four small groups and keeps them: the usual library for that costs more memory and time than all of them.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from bot.errors import SettingsFault

Value = TypeVar("Value")

MEND = "Mend it in the environment or in .env; .env.example lists them all."


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no log and no traceback shows."""

    _text: str = field(default="", repr=False)

    def get_secret_value(self) -> str:
        return self._text


@dataclass(frozen=True, slots=True)
class Group:
    """Groups are dataclasses made of this, each field of them a `setting`. `prefix` begins their names outside."""

    prefix: ClassVar[str] = ""


Kind = TypeVar("Kind", bound=Group)


def setting(default: Value, read: Callable[[str], Value]) -> Value:
    """A field of a group. `read` takes what is written there, never empty; raises ValueError with what it must be."""
    return field(default=default, metadata={"read": read})


def given(env_file: Path = Path(".env")) -> dict[str, str]:
    """All that is written in the environment, and behind it in .env, by its name in capitals.

    Empty values count as not there. Raises SettingsFault.
    """
    return {
        name.upper(): value.strip()
        for name, value in [*_written(env_file).items(), *os.environ.items()]
        if value and value.strip()
    }


def _written(env_file: Path) -> Mapping[str, str | None]:
    if not env_file.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415  only where there is such a file

    try:
        return dotenv_values(env_file, encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsFault(f"The file {env_file} is not UTF-8 text. Save it as UTF-8, or remove it.") from None


def made(kind: type[Kind], given: Mapping[str, str]) -> Kind:
    """The group, of what is written. Raises SettingsFault with every wrong value named as it stands there."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    for one in fields(kind):
        name = f"{kind.prefix}{one.name}".upper()
        if name not in given:
            continue
        try:
            values[one.name] = one.metadata["read"](given[name])
        except ValueError as error:
            # Its own words and not the value, which may be a secret.
            faults.append(f"{name} is wrong: {error}. {MEND}")
    if faults:
        raise SettingsFault(*faults)
    return kind(**values)
