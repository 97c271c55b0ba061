"""One logic for every back end: a store's work is a script, a generator that yields what it wants of its database.

A database plays a script inside one transaction and sends each answer back in. Scripts do no I/O and may be played
anew from the start when the database asks for it, so they change nothing but rows.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from bot.model import Person
from bot.runtime.ports import Wake

Result = TypeVar("Result")

QUERIES = Path(__file__).with_name("queries.sql")


class Query(msgspec.Struct, frozen=True):
    """A query by its name in queries.sql. The answer is what the name's ending says:

    none: a list of rows; `^`: one row or None; `$`: one value or None; `!`: the number of rows changed;
    `<!`: the new row's id.
    """

    name: str
    parameters: dict[str, Any]


class Lock(msgspec.Struct, frozen=True):
    """Until the end of the transaction nobody else may work on this person. The answer is None."""

    person: Person


Step = Query | Lock | Wake
Script = Generator[Step, Any, Result]


def query(name: str, /, **parameters: Any) -> Query:
    return Query(name, parameters)


class Database(Protocol):
    """Plays scripts. Every fault of the database comes out as StorageFault with its mend."""

    @property
    def shared(self) -> bool:
        """Whether other processes may have it open at the same time."""

    @property
    def abreast(self) -> int:
        """How many scripts may run side by side and leave room for others."""

    async def open(self) -> None:
        """Bring the schema up to date and connect. Raises StorageFault; nothing stays open then."""

    async def close(self) -> None: ...

    async def run(self, script: Callable[[], Script[Result]], *, durable: bool = True, long: bool = False) -> Result:
        """Play a script in one transaction; returns after the commit. Where it need not be `durable`, a power cut
        may undo it; the end of this process, however it comes, does not. `long`: it may take many milliseconds.
        """

    async def version(self) -> str:
        """The schema's version as it stands; empty where there is none yet. Changes nothing.

        Raises StorageFault when it cannot be read, or is newer than this Debrief and does not serve it.
        """

    async def migrate(self) -> tuple[str, str]:
        """Bring the schema to this version; the versions before and after. Safe from several places at once."""
