"""`debrief move`: reads the two addresses, shows how far it is, and says what to set afterwards."""

import sys
from dataclasses import replace
from pathlib import Path

import typer

from bot.errors import OperatorError, SettingsFault, StorageFault
from bot.runtime.clock import SystemClock
from bot.runtime.timers.pgq import PgqWaker
from bot.settings import KEY_FILE, POSTGRES, SQLITE, Settings, open_vault, read
from bot.storage.move import Moved, move
from bot.storage.postgres import PostgresDatabase
from bot.storage.vault import Vault

AGAIN = "The move is not finished, and the second database stays shut. Run the same command again to go on."


async def carry(source: str, target: str) -> list[str]:
    """What to tell when it is done. Raises OperatorError."""
    path = _addresses(source, target)
    settings = replace(read(Settings), database_url=source)
    vault = open_vault(settings)
    moved = await _carried(path, target, vault)
    if moved.different:
        more = [f"and {moved.different - len(moved.differences)} more"] * (moved.different > len(moved.differences))
        raise StorageFault(
            f"{moved.different} rows differ between the two databases, and the move is not finished:",
            *(f"  {difference}" for difference in (*moved.differences, *more)),
            "The first database stays in use. Empty the second (dropdb, createdb), and move again.",
        )
    key_file = None if settings.debrief_secret_keys.get_secret_value() else path.parent / KEY_FILE
    return _done(moved, path, key_file)


def _addresses(source: str, target: str) -> Path:
    """The file that FROM names. Raises SettingsFault with all that is wrong with either."""
    faults = []
    path = Path(source.removeprefix(SQLITE))
    if not source.startswith(SQLITE) or not target.startswith(POSTGRES):
        faults.append(
            "A move goes from SQLite to PostgreSQL: "
            "debrief move sqlite:///data/debrief.db postgresql://user:password@host/database"
        )
    elif not path.is_file():
        faults.append(f"FROM is wrong: there is no file {path}. Name the one that DATABASE_URL has named so far.")
    if faults:
        raise SettingsFault(*faults)
    return path


async def _carried(path: Path, target: str, vault: Vault) -> Moved:
    waker = PgqWaker(target, (), SystemClock())
    database = PostgresDatabase(target, waker.schedule, waker.install)
    begun = False
    with typer.progressbar(length=1, label="looking at both databases", file=sys.stderr) as bar:

        def show(doing: str, done: int, rows: int) -> None:
            nonlocal begun
            begun, bar.label, bar.length = True, f"{doing:<22}", rows
            bar.update(done - bar.pos)
            bar.render_progress()

        try:
            return await move(path, database, vault, show)
        except OperatorError as error:
            faults = [fault.replace("DATABASE_URL", "TO") for fault in error.faults]
            raise StorageFault(*faults, *[AGAIN] * begun) from None


def _done(moved: Moved, path: Path, key_file: Path | None) -> list[str]:
    first = (
        "This move is finished already."
        if moved.before
        else f"Moved: {moved.rows} rows, each one compared, none different."
    )
    keys = f"what stands in {key_file} (several keys: with commas between)" if key_file else "as it is set now"
    return [
        first,
        "Set, for every process:",
        "  DATABASE_URL         the second address of this command",
        f"  DEBRIEF_SECRET_KEYS  {keys}",
        "Then start `debrief run`, or the processes of the Procfile.",
        f"{path} will not be opened any more. When all runs well, delete it, with {path.name}-wal and {path.name}-shm:",
        "what people have forgotten from now on would stay in it. Keep the keys.",
    ]
