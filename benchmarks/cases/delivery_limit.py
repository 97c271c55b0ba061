"""Check-ins that fall due together, against a Discord that takes 50 requests in any one second and counts the rest."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import wire
from benchmarks.discord import CHANNELS, PEOPLE, DiscordChat
from benchmarks.figures import Effort, Figure, rounded
from benchmarks.processes import debrief
from bot.app import load_content
from bot.content import Content
from bot.model import Conversation, MessageReceived, Person, PlanCheckIn, Turn
from bot.runtime.clock import SystemClock
from bot.runtime.ports import Snapshot
from bot.storage.sqlite import SqliteDatabase
from bot.storage.store import SqlStore
from bot.storage.turns import at_once
from bot.storage.vault import Vault
from tests.back_ends import KEY

DUE, LIMIT, SECOND_S = 10_000, 50, 1.0
TOGETHER = 500


class LimitedDiscord(DiscordChat):
    """The strictest reading of the limit: any one second, not each second by the clock."""

    def __init__(self, content: Content, expected: int) -> None:
        super().__init__(content)
        self.refused, self.arrived = 0, Counter[str]()
        self.first_at = self.last_at = 0.0
        self.all_there = asyncio.Event()
        self._expected, self._taken = expected, deque[float]()

    def answer(self, method: str, path: str, query: str, body: bytes) -> bytes:
        now = time.perf_counter()
        while self._taken and now - self._taken[0] >= SECOND_S:
            self._taken.popleft()
        if len(self._taken) >= LIMIT:
            self.refused += 1
            raise wire.TooFast(SECOND_S - (now - self._taken[0]))
        self._taken.append(now)
        if path.endswith("/messages") and method == "POST":
            self._count(path, now)
        return super().answer(method, path, query, body)

    def _count(self, path: str, now: float) -> None:
        self.arrived[path] += 1
        self.first_at, self.last_at = self.first_at or now, now
        if len(self.arrived) == self._expected:
            self.all_there.set()


@dataclass(frozen=True, slots=True)
class Outcome:
    over_limit: float
    refused: int
    doubled: int


async def measure(effort: Effort) -> Sequence[Figure]:
    due = effort.of(DUE)
    outcome = await _run(due)
    note = f"{due:,} check-ins; the floor is the limit's own time"
    floor = (due - 1) / LIMIT
    took = rounded(floor * outcome.over_limit)
    name, none = "Discord at its limit", "a count has no floor"
    return [
        Figure(f"{name}: time", took, "s", rounded(floor), rounded(outcome.over_limit), aim="ratio <= 1.02", note=note),
        Figure(f"{name}: 429s seen", outcome.refused, "answers", aim="value <= 0", note=none),
        Figure(f"{name}: sent twice", outcome.doubled, "check-ins", limit="value <= 0", note=none),
    ]


async def _run(due: int) -> Outcome:
    with TemporaryDirectory(dir=".", prefix="bench-") as folder:
        path = Path(folder) / "debrief.db"
        await _plan(path, due)
        chat = LimitedDiscord(load_content(), due)
        server = await wire.listen(chat)
        chat.port = wire.port(server)
        env = {**chat.env(), "DATABASE_URL": f"sqlite:///{path.resolve()}", "DEBRIEF_SECRET_KEYS": KEY}
        async with debrief(Path(folder), env):
            async with asyncio.timeout(60 + 2 * due / LIMIT):
                await chat.all_there.wait()
        server.close()
    took = chat.last_at - chat.first_at
    return Outcome(took / ((due - 1) / LIMIT), chat.refused, chat.arrived.total() - due)


async def _plan(path: Path, due: int) -> None:
    """Everybody has written before and asked for the same minute, which has just begun."""
    store = SqlStore(SqliteDatabase(path), Vault([KEY]), at_once)
    await store.open()
    try:
        for first in range(0, due, TOGETHER):
            await asyncio.gather(*(_one(store, n) for n in range(first, min(first + TOGETHER, due))))
    finally:
        await store.close()


async def _one(store: SqlStore, number: int) -> None:
    at = SystemClock().now()
    person = Person("discord", "", str(PEOPLE + number))
    said = MessageReceived(delivery_id=f"p{number}", person=person, at=at, text="-")
    slots = {"zone": "Europe/London", "reach": str(CHANNELS + number), "met": "yes"}

    def decide(_: Snapshot) -> Turn:
        plan = PlanCheckIn("check_in", at - timedelta(seconds=1))
        return Turn(Conversation(1, "cool_down.rest", 1, slots), None, (plan,))

    await store.transact(said, decide)
