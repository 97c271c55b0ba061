"""The schema's version. Alembic is imported only when there is something to migrate: it costs a third of a second.

A migration says in the row `serves` of the table meta which version is the oldest that works over it, so that during
a rolling deploy the processes of the version before go on, and may start again.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import StorageFault
from bot.runtime.points import Point, passing

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0004"
MIGRATIONS = Path(__file__).parent / "migrations"

VERSION = "SELECT version_num FROM alembic_version"
SERVES = "SELECT value FROM meta WHERE name = 'serves'"

# The rows of meta by which a move keeps both of its sides from working at once (bot.storage.move), and what to do.
MOVED, ARRIVING = "moved", "arriving"
SHUT = {
    MOVED: "This database was moved to PostgreSQL by `debrief move`: point DATABASE_URL there. "
    "Used here again, it would send people what they have already had.",
    ARRIVING: "A `debrief move` into this database is not finished. Run the same `debrief move` again.",
}


def outdated(where: str, found: str, serves: str) -> bool:
    """Whether the schema `found` has to be brought to HEAD. `serves` is empty where the schema does not say.

    Raises StorageFault when it is from a newer Debrief and does not serve this one.
    """
    if found > HEAD and not (serves and serves <= HEAD):
        raise StorageFault(
            f"The database {where} has schema {found}; this Debrief knows up to {HEAD}. "
            "Update Debrief, or point DATABASE_URL at another database. Nothing was changed."
        )
    return found < HEAD


def version(connection: sqlite3.Connection) -> tuple[str, str]:
    """The version of an SQLite database, empty for a new one; and the oldest Debrief that it serves."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    found = connection.execute(VERSION).fetchone() if "alembic_version" in tables else None
    serves = connection.execute(SERVES).fetchone() if "meta" in tables else None
    return (str(found[0]) if found else "", serves[0].decode() if serves else "")


def migrate_sqlite(path: Path) -> tuple[str, str]:
    """Bring the SQLite file at `path` to HEAD; returns the versions before and after.

    Raises StorageFault when the file is from a newer Debrief: nothing is changed then.
    """
    connection = sqlite3.connect(path)
    try:
        before, serves = version(connection)
    finally:
        connection.close()
    if not outdated(str(path), before, serves):
        return before, before
    _upgrade_sqlite(path)
    return before, HEAD


def upgrade(connection: "Connection") -> None:
    """Run the migrations that are missing, in the caller's transaction."""
    from alembic import command  # noqa: PLC0415  see the module's docstring
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
    passing(Point.SCHEMA_WRITTEN)


def _upgrade_sqlite(path: Path) -> None:
    from sqlalchemy import URL, create_engine, event  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    # The driver commits before each CREATE by itself; a kill in between would leave half a schema.
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            upgrade(connection)
    except DBAPIError as error:
        raise error.orig or error from None
    finally:
        engine.dispose()
