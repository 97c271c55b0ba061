"""Environment and .env to frozen Settings. Every fault is named at once, with its mend, before anything connects."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsFault
from bot.storage.vault import Vault, new_key

SQLITE = "sqlite:///"
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
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix(SQLITE))

    @property
    def loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def faults(self) -> list[str]:
        """What is wrong beyond the single values, each with its mend."""
        found = []
        if not self.database_url.startswith(SQLITE) or self.database_url == SQLITE:
            found.append(
                "DATABASE_URL must be sqlite:/// and a path, such as sqlite:///data/debrief.db. "
                "Other databases are not supported by this version."
            )
        try:
            given_keys(self)
        except SettingsFault as fault:
            found += fault.faults
        return found


def read(kind: type[Kind]) -> Kind:
    """Read one group of settings. Raises SettingsFault with every wrong value named as in the environment."""
    try:
        return kind()
    except ValidationError as error:
        prefix = str(kind.model_config.get("env_prefix", ""))
        raise SettingsFault(*(_said(prefix, fault["loc"], fault["msg"]) for fault in error.errors())) from None


def _said(prefix: str, where: tuple[int | str, ...], message: str) -> str:
    name = prefix + "_".join(str(part) for part in where)
    return f"{name.upper()} is wrong: {message}. Mend it in the environment or in .env; .env.example lists them all."


def given_keys(settings: Settings) -> list[str]:
    """The keys of DEBRIEF_SECRET_KEYS, newest first; empty when it is not set. Raises SettingsFault for a bad one."""
    keys = [key for key in settings.debrief_secret_keys.get_secret_value().split(",") if key.strip()]
    if keys:
        Vault(keys)
    return keys


def open_vault(settings: Settings) -> Vault:
    """The vault: from DEBRIEF_SECRET_KEYS, or from a key file beside the database, made on the first run (0600)."""
    keys = given_keys(settings)
    if keys:
        return Vault(keys)
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
