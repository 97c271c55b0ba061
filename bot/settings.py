"""Environment and .env to frozen Settings. Every fault is named at once, with its mend, before anything connects."""

import os
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from bot.errors import SettingsFault
from bot.runtime.environment import Group, Kind, Secret, given, made, setting
from bot.storage.vault import Vault, new_key

SQLITE, POSTGRES = "sqlite:///", ("postgresql://", "postgres://")
KEY_FILE = "secret.key"
PORT_MOST = 65535


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= PORT_MOST):
        raise ValueError(f"it must be a whole number from 0 to {PORT_MOST}")
    return int(text)


def _database_url(text: str) -> str:
    if text.startswith(POSTGRES):
        return text
    path = text.removeprefix(SQLITE)
    if path in ("", text) or path.startswith(":"):
        raise ValueError(
            "it must be sqlite:/// and a path, such as sqlite:///data/debrief.db, "
            "or postgresql://user:password@host/database"
        )
    return text


def _keys(text: str) -> Secret:
    keys = Secret(text)
    try:
        split_keys(keys)
    except SettingsFault as fault:
        raise ValueError("; ".join(fault.faults)) from None
    return keys


@dataclass(frozen=True, slots=True)
class Settings(Group):
    """What the core itself needs. Each platform brings its own settings with its plug."""

    host: str = setting("127.0.0.1", str)
    port: int = setting(8080, _port)
    database_url: str = setting("sqlite:///data/debrief.db", _database_url)
    debrief_secret_keys: Secret = setting(Secret(), _keys)

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


def read(kind: type[Kind]) -> Kind:
    """Read one group of settings. Raises SettingsFault with every wrong value named as in the environment."""
    return made(kind, given())


def split_keys(keys: Secret) -> list[str]:
    """The keys, newest first; empty when none is set. Raises SettingsFault for one that is no key."""
    found = [key for key in keys.get_secret_value().split(",") if key.strip()]
    if found:
        Vault(found)
    return found


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
