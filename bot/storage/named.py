"""The statements of queries.sql for SQLite, as aiosql reads them. They are kept: a start need not load it again."""

from functools import cache
from typing import Any, Literal

from bot import compiled
from bot.storage.script import QUERIES

# What is asked for: the number of rows that changed, all rows, one row, or one value.
Kind = Literal["count", "rows", "row", "value"]
Named = dict[str, tuple[str, Kind]]


@cache
def named() -> Named:
    """Each statement by its name, with what is asked for."""
    text = QUERIES.read_text("utf-8").replace("[skip locked]", "")
    # In a folder of its own: the one that Python makes for modules may be open to a group.
    place = compiled.place(QUERIES.parent / "kept", "queries")
    key = compiled.key({QUERIES.name: text}, QUERIES.parent, compiled.tools("aiosql"))
    found: Named | None = compiled.kept(place, key, dict)
    if found is None:
        found = read(text)
        compiled.keep(place, key, found)
    return found


def read(text: str) -> Named:
    import aiosql  # noqa: PLC0415  when nothing is kept
    from aiosql.types import SQLOperationType  # noqa: PLC0415

    kinds: dict[SQLOperationType, Kind] = {
        SQLOperationType.INSERT_UPDATE_DELETE: "count",
        SQLOperationType.SELECT: "rows",
        SQLOperationType.SELECT_ONE: "row",
        SQLOperationType.SELECT_VALUE: "value",
        SQLOperationType.INSERT_RETURNING: "value",
    }
    # aiosql makes its methods from the file, so their types are not known to the checker.
    queries: Any = aiosql.from_str(text, "sqlite3")
    methods = {name: getattr(queries, name) for name in queries.available_queries}
    return {name: (method.sql, kinds[method.operation]) for name, method in methods.items()}
