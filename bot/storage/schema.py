"""The schema's version. Alembic is imported only when there is something to migrate: it costs a third of a second."""

import sqlite3
from pathlib import Path

from bot.errors import StorageFault
from bot.runtime.points import Point, passing

HEAD = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"


def version(connection: sqlite3.Connection) -> str:
    """The version of the database; empty for a new one."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else ""


def migrate(path: Path) -> tuple[str, str]:
    """Bring the SQLite file at `path` to HEAD; returns the versions before and after.

    Raises StorageFault when the file is from a newer Debrief: nothing is changed then.
    """
    connection = sqlite3.connect(path)
    try:
        before = version(connection)
    finally:
        connection.close()
    if before == HEAD:
        return before, HEAD
    if before > HEAD:
        raise StorageFault(
            f"The database {path} has schema {before}; this Debrief knows up to {HEAD}. "
            "Update Debrief, or point DATABASE_URL at another file. Nothing was changed."
        )
    _upgrade(path)
    return before, HEAD


def _upgrade(path: Path) -> None:
    from alembic import command  # noqa: PLC0415  see the module's docstring
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import URL, create_engine, event  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    # The driver commits before each CREATE by itself; a kill in between would leave half a schema.
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            passing(Point.SCHEMA_WRITTEN)
    except DBAPIError as error:
        raise error.orig or error from None
    finally:
        engine.dispose()
