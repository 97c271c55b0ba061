"""Environment and .env to frozen Settings. Every fault is named at once, with its mend, before anything connects."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsFault
from bot.storage.vault import Vault, new_key

SQLITE, POSTGRES = "sqlite:///", ("postgresql://", "postgres://")
KEY_FILE = "secret.key"

Kind = TypeVar("Kind", bound=BaseSettings)


class Settings(BaseSettings):
    """What the core itself needs. Each platform brings its own settings with its plug."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    database_url: str = "sqlite:///data/debrief.db"
    debrief_secret_keys: SecretStr = SecretStr("")

    @property
    def shared(self) -> bool:
        """Whether the database is one that several processes can use."""
        return self.database_url.startswith(POSTGRES)

    @property
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix(SQLITE))

    @property
    def loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @field_validator("database_url")
    @classmethod
    def _names_a_database(cls, url: str) -> str:
        if url.startswith(POSTGRES):
            return url
        path = url.removeprefix(SQLITE)
        if path in ("", url) or path.startswith(":"):
            raise ValueError(
                "it must be sqlite:/// and a path, such as sqlite:///data/debrief.db, "
                "or postgresql://user:password@host/database"
            )
        return url

    @field_validator("debrief_secret_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr) -> SecretStr:
        try:
            split_keys(keys)
        except SettingsFault as fault:
            raise ValueError("; ".join(fault.faults)) from None
        return keys


def read(kind: type[Kind]) -> Kind:
    """Read one group of settings. Raises SettingsFault with every wrong value named as in the environment."""
    try:
        return kind()
    except UnicodeDecodeError:
        raise SettingsFault("The file .env is not UTF-8 text. Save it as UTF-8, or remove it.") from None
    except ValidationError as error:
        prefix = str(kind.model_config.get("env_prefix", ""))
        raise SettingsFault(*(_said(prefix, fault["loc"], fault["msg"]) for fault in error.errors())) from None


def _said(prefix: str, where: tuple[int | str, ...], message: str) -> str:
    name = prefix + "_".join(str(part) for part in where)
    why = message.removeprefix("Value error, ")
    return f"{name.upper()} is wrong: {why}. Mend it in the environment or in .env; .env.example lists them all."


def split_keys(keys: SecretStr) -> list[str]:
    """The keys, newest first; empty when none is set. Raises SettingsFault for one that is no key."""
    given = [key for key in keys.get_secret_value().split(",") if key.strip()]
    if given:
        Vault(given)
    return given


def open_vault(settings: Settings) -> Vault:
    """The vault: from DEBRIEF_SECRET_KEYS, or from a key file beside the database, made on the first run (0600)."""
    keys = split_keys(settings.debrief_secret_keys)
    if keys:
        return Vault(keys)
    if settings.shared:
        raise SettingsFault(
            "DEBRIEF_SECRET_KEYS is not set, and every process that shares a database needs the same keys. "
            "Make one with: debrief doctor --new-key"
        )
    path = settings.database_path.parent / KEY_FILE
    if not path.exists():
        _make_key(path, settings.database_path)
    try:
        return Vault(path.read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError, SettingsFault):
        raise SettingsFault(
            f"The key file {path} cannot be read as keys. Restore it from a backup, or set DEBRIEF_SECRET_KEYS."
        ) from None


def _make_key(path: Path, database: Path) -> None:
    if database.exists():
        raise SettingsFault(
            f"The database {database} is there but its key file {path} is gone. "
            "Restore the key file, or set DEBRIEF_SECRET_KEYS; without the key the rows cannot be opened."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise SettingsFault(f"The key file {path} cannot be made: {error.strerror}. Set DEBRIEF_SECRET_KEYS.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())
