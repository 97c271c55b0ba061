"""What a move carries: the tables, the order that both sides give their rows, and how a row arrives."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.runtime.ports import CHECK_IN, Wake
from bot.storage.schema import ARRIVING, MOVED

BATCH = 2_000
MOVING, ARRIVED, CANARY = "moving", "arrived", "canary"
# What each side's meta says of itself alone.
OWN = ("serves", MOVING, MOVED, ARRIVING, ARRIVED)

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """`key` orders its rows; `text`: PostgreSQL must be told to order it by its bytes, as SQLite does.

    Rows in a state of `waits` are to be woken for; `wait` is the column that tells one wait of a row from its next.
    Nobody works any more on a row in the state `leased`: it is due. Of the names in `but` no row is carried.
    """

    name: str
    key: tuple[str, ...] = ("id",)
    text: bool = False
    waits: tuple[str, ...] = ()
    wait: str = ""
    leased: str = ""
    but: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"WHERE name NOT IN ({', '.join(map(repr, self.but))})" if self.but else ""

    def columns(self, connection: sqlite3.Connection) -> tuple[str, ...]:
        """As the schema has them, those of the key first."""
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({self.name})")]
        return (*self.key, *(name for name in names if name not in self.key))

    def leaving(self, columns: Sequence[str], where: str) -> str:
        """SQLite's query of the rows, as they are to arrive."""
        due = f"CASE state WHEN '{self.leased}' THEN 0 ELSE wake_at END"
        sent = ", ".join(due if self.leased and column == "wake_at" else column for column in columns)
        return f"SELECT {sent} FROM {self.name} {where} ORDER BY {', '.join(self.key)}"  # noqa: S608  names of ours

    def arrived(self, columns: Sequence[str], *, last: bool = False) -> str:
        """PostgreSQL's query of the rows that are there, or of the last one."""
        spelled = (' COLLATE "C"' if self.text else "") + (" DESC" if last else "")
        order = ", ".join(key + spelled for key in self.key)
        ends = f"ORDER BY {order}{' LIMIT 1' * last}"
        return f"SELECT {', '.join(columns)} FROM {self.name} {self.where} {ends}"  # noqa: S608  names of ours

    def wakes(self, columns: Sequence[str], rows: Sequence[Row]) -> list[Wake]:
        if not self.waits:
            return []
        at = {name: place for place, name in enumerate(columns)}
        key, state, wait, wake_at, kind = at["id"], at["state"], at[self.wait], at["wake_at"], at.get("platform")
        return [
            Wake(CHECK_IN if kind is None else row[kind], row[key], row[wait], row[wake_at])
            for row in rows
            if row[state] in self.waits
        ]

    def named(self, row: Row) -> str:
        return f"{self.name} {', '.join(str(key) for key in row[: len(self.key)])}"


TABLES = (
    Table("people"),
    Table("inbox", key=("delivery_id",), text=True),
    Table("outbox", waits=("ready", "sending"), wait="attempt", leased="sending"),
    Table("check_ins", waits=("planned", "leased"), wait="gen", leased="leased"),
    Table("debriefs", key=("person_id", "number")),
)
META = Table("meta", key=("name",), text=True, but=OWN)


def batches(rows: sqlite3.Cursor) -> Iterator[list[Row]]:
    while batch := rows.fetchmany(BATCH):
        yield batch
