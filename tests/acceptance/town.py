"""People who talk to one real process, which is killed and begun again: the one that mends a kill is the next to die.

What is owed is counted on their side: one screen for each thing said or pressed, one knock for each check-in planned.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.runtime.points import Point
from tests import back_ends
from tests.acceptance import rows
from tests.acceptance.chats import LIMIT_S, PLACES, Chat, Deed, Place, Shown
from tests.acceptance.kit import Running, debrief
from tests.back_ends import BackEnd

DOOMED = str(Path(__file__).with_name("doomed.py"))

# What a screen says that promises a knock, and what is typed where a screen asks for words.
PROMISES = ("Planned for", "Your 20 minutes have begun")
ANSWERS = {"What time is it for you now": "London", "When shall I send one plain line": "tomorrow 9am"}


@dataclass(frozen=True, slots=True)
class Errand:
    """Up to a promise: what somebody says first, and then presses wherever it is offered, the foremost label first."""

    first: str
    labels: Sequence[str]


Way = Sequence[Errand]

# From the first words to a planned check-in, and from its knock on to the first screen.
LONG: Way = (
    Errand(
        "they let it pass",
        ("Open it", "Not now", "Breathe with me", "8", "Stop here", "Tomorrow morning", "Cool down"),
    ),
)
# One check-in after another.
SHORT: Way = (Errand("check-in", ("Tomorrow",)),)
# A hold, a check-in and a reminder that wait beside each other.
EVENING: Way = (
    Errand("debrief", ("Take 20 minutes", "Start the 20 minutes")),
    Errand("check-in", ("Tomorrow",)),
    Errand("prepare", ("I'd feel safe", "Skip this")),
)


@dataclass(frozen=True, slots=True)
class Count:
    """Of the messages that came."""

    owed: int = 0
    lost: int = 0
    doubled: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.owed + other.owed, self.lost + other.lost, self.doubled + other.doubled)


@dataclass
class Citizen:
    place: Place
    chat: Chat
    way: Way = LONG
    deeds: int = 0
    deed: Deed | None = None
    acted_on: int = 0
    kept: int = 0

    def seen(self) -> Sequence[Shown]:
        return self.chat.seen()

    @property
    def owed(self) -> int:
        return self.deeds + self.promises

    @property
    def promises(self) -> int:
        return sum(any(words in shown.words for words in PROMISES) for shown in self.seen())

    @property
    def answered(self) -> bool:
        """Nothing is owed but knocks."""
        return self.owed - len(self.seen()) <= self.promises - self.kept

    @property
    def promised_all(self) -> bool:
        return self.promises - self.kept >= len(self.way)

    @property
    def rests(self) -> bool:
        """Nothing is owed but the knocks of a whole way, and none of them has come."""
        return self.promised_all and self.owed - len(self.seen()) == len(self.way)

    @property
    def content_now(self) -> bool:
        """All that is owed has come."""
        return len(self.seen()) >= self.owed

    async def says(self, words: str) -> None:
        await self._does(self.chat.says(words))

    async def presses(self, label: str) -> None:
        await self._does(self.chat.presses(label))

    async def content(self, within_s: float = LIMIT_S) -> None:
        await self.place.until(lambda: self.content_now, within_s)

    async def at_rest(self, within_s: float = LIMIT_S) -> None:
        await self.place.until(lambda: self.rests, within_s)

    async def goes_on(self) -> None:
        """The next thing on the way, which goes round."""
        errand = self.way[(self.promises - self.kept) % len(self.way)]
        fresh = self.seen()[self.acted_on :]
        offered = {label for shown in fresh for label in shown.labels}
        label = next((label for label in errand.labels if label in offered), "")
        asked = (answer for words, answer in ANSWERS.items() if any(words in shown.words for shown in fresh))
        words = next(asked, "")
        if label and not words:
            await self.presses(label)
        else:
            await self.says(words or errand.first)

    async def waits(self, within_s: float = LIMIT_S) -> None:
        """For the answer; at the end of the way for all its knocks."""
        await self.place.until(lambda: self.content_now or (self.answered and not self.promised_all), within_s)
        if self.content_now:
            self.kept = self.promises

    async def plans(self) -> None:
        """All the way to what is promised."""
        while not self.rests:
            await self.goes_on()
            await self.place.until(lambda: self.answered)

    def count(self) -> Count:
        seen, owed = self.seen(), self.owed
        different = len({shown.key or place for place, shown in enumerate(seen)})
        return Count(owed, max(0, owed - different), len(seen) - different + max(0, different - owed))

    async def _does(self, act: Awaitable[Deed]) -> None:
        self.acted_on = len(self.seen())
        self.deeds += 1
        self.deed = None
        self.deed = await act


@dataclass
class Town:
    place: Place
    back_end: BackEnd
    folder: Path
    citizens: list[Citizen] = field(default_factory=list)
    running: Running | None = None
    _next: Running | None = None
    _stands: bool = False
    _processes: AsyncExitStack = field(default_factory=AsyncExitStack)

    def somebody(self, way: Way = LONG) -> Citizen:
        citizen = Citizen(self.place, self.place.somebody(), way)
        self.citizens.append(citizen)
        return citizen

    @property
    def env(self) -> Mapping[str, str]:
        return {**back_ends.settings(self.back_end), **self.place.settings}

    def dooms(self, point: Point, times: int = 1) -> None:
        """The process that runs, or the next, dies when it has passed the point so often."""
        written = self._doom.with_suffix(".new")
        written.write_text(f"{point}\n{times}", encoding="utf-8")
        os.replace(written, self._doom)

    def spares(self) -> None:
        self._doom.unlink(missing_ok=True)

    async def begins(self) -> Running:
        """A new process. It may be doomed, so that nobody can say whether it will ever be up."""
        assert self.running is None
        self.running = self._next or await self._loaded()
        self.running.go()
        self._next = await self._loaded()
        return self.running

    async def wakes(self) -> bool:
        """A new process, up. False when it died before that.

        What was done last comes to it once more: from the platform, or else from the person, if it was not taken.
        """
        if self._stands:
            await rows.leases_end(self.back_end)
        running = await self.begins()
        if not await running.up_or_gone():
            return False
        self._stands = True
        for citizen in self.citizens:
            deed = citizen.deed
            if deed and (self.place.redelivers or not await rows.took(self.back_end, self.place.name, deed.delivery)):
                citizen.deed = await deed.again()
        return True

    async def dies(self) -> None:
        """Wait for the kill. It fails when the point is never passed, or something else ends the process."""
        assert self.running is not None
        code = await self.running.ended()
        self.spares()
        self.running = None
        assert code == -9, f"it ended with {code}, and not by kill -9"

    async def kills(self) -> None:
        """At any time, and not at a point."""
        assert self.running is not None
        with suppress(ProcessLookupError):
            self.running.process.kill()
        await self.dies()

    async def stops(self) -> None:
        """The process ends in good order, when nothing waits any more."""
        assert self.running is not None
        self.spares()
        await rows.until_nothing_waits(self.back_end)
        assert await self.running.terminate() == 0
        self.running = None

    def count(self) -> Count:
        return sum((citizen.count() for citizen in self.citizens), Count())

    async def closes(self) -> None:
        self.running = self._next = None
        await self._processes.aclose()

    async def _loaded(self) -> Running:
        """A process that has imported all that it needs, and waits: that is half of a start."""
        program = (DOOMED, str(self._doom), "run")
        return await self._processes.enter_async_context(
            debrief(self.folder, program=program, env=self.env, waits=True)
        )

    @property
    def _doom(self) -> Path:
        return self.folder / "doom"


@asynccontextmanager
async def town(place: str, back_end: str, folder: Path) -> AsyncIterator[Town]:
    """With an empty database, and no process yet."""
    async with PLACES[place]() as where:
        founded = Town(where, await back_ends.fresh(back_end, folder, empty=True), folder)
        try:
            yield founded
        finally:
            await founded.closes()
