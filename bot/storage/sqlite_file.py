"""The SQLite file: how it is opened, who may have it, and what is wrong with it."""

import fcntl
import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from bot.errors import StorageFault

BUSY_S = 5.0
# A log of at most about 16 MB: rows that fall due together lie on pages far apart.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000", "foreign_keys=ON", "secure_delete=ON")
LOCK_POLL_S = 0.05


def connect(path: Path) -> sqlite3.Connection:
    """One connection, as it has to be set up for a file that is there already."""
    uri = f"file:{quote(str(path))}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_S, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def fault(path: Path, error: Exception) -> StorageFault:
    """What is wrong with the database, for the operator, with its mend."""
    text = str(error)
    if isinstance(error, PermissionError) or "readonly" in text:
        return StorageFault(
            f"The database {path} cannot be written. Give this user the right to write it and its folder."
        )
    if "full" in text:
        return StorageFault(f"The disk that holds {path} is full. Free some space; nothing that was saved is lost.")
    if "locked" in text:
        return StorageFault(f"The database {path} is locked by another program. Close it and try again.")
    if "not a database" in text or "malformed" in text:
        return StorageFault(f"The file {path} is not a sound SQLite database. Restore it from a backup.")
    return StorageFault(f"The database {path} cannot be used: {text}")


def writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def lock(path: Path, patience_s: float = 0.0) -> int:
    """One process a file; raises StorageFault when another has it. The kernel drops it however the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock_path = path.with_name(f"{path.name}.lock")
    handle = os.open(lock_path, os.O_CREAT | os.O_RDWR, 0o600)
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(LOCK_POLL_S)
                continue
            os.close(handle)
            raise StorageFault(
                f"Another `debrief run` is using {path}. Stop it first, or give this one its own DATABASE_URL."
            ) from None
