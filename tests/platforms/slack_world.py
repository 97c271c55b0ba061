"""What the small Slack knows: people, messages, open modals, what goes wrong next. No network."""

import asyncio
import dataclasses
import itertools
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.platforms import slack_rules

T = TypeVar("T")

PATIENCE_S = 5.0
TRIGGER_LIFE_S = 3.0

TEAM, ORGANISATION, APP, BOT_USER, BOT = "T0TEAM", "E0ORG", "A0APP", "U0BOT", "B0BOT"
ALL_SCOPES = frozenset({"chat:write", "commands", "im:history", "im:write", "users:read"})


@dataclass
class Posted:
    """A message as its reader has it. `text` is what a notification shows."""

    channel: str
    text: str
    blocks: list[dict[str, Any]]
    ts: str
    reader: str = ""
    ephemeral: bool = False
    metadata: Mapping[str, Any] | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return "\n\n".join(block["text"]["text"] for block in self.blocks if block["type"] == "section")

    @property
    def elements(self) -> list[slack_rules.Json]:
        return [element for block in self.blocks for element in slack_rules.elements_of(block)]

    @property
    def buttons(self) -> list[str]:
        return [element["text"]["text"] for element in self.elements if element["type"] == "button"]

    @property
    def options(self) -> list[str]:
        groups = [group for element in self.elements for group in element.get("option_groups", [element])]
        return [option["text"]["text"] for group in groups for option in group.get("options", ())]


@dataclass
class Fault:
    """What goes wrong with one call. `done`: the call has its effect all the same.

    `said`: the answer's body, of the type `kind`. `half`: the answer ends in its middle. `late_s`: it comes so much
    later. `hang`: it never comes.
    `channel`: only a call about this one goes wrong. `after`: so many calls go well before it.
    `struck`: it has gone wrong.
    """

    status: int = 200
    error: str = ""
    retry_after_s: int | None = None
    cut: bool = False
    said: str = "<html>"
    kind: str = "text/html"
    half: bool = False
    late_s: float = 0.0
    hang: bool = False
    done: bool = False
    channel: str = ""
    after: int = 0
    struck: bool = False


@dataclass
class ResponseUrl:
    channel: str
    reader: str
    made_at: float
    original: Posted | None = None
    uses: int = 0


class World:
    def __init__(self) -> None:
        self.granted = set(ALL_SCOPES)
        self.revoked = False
        self.ahead_s = 0.0
        self.page_size = 100
        self.people: dict[str, dict[str, Any]] = {}
        self.closed_to_us: set[str] = set()
        self.messages: list[Posted] = []
        self.views: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.response_urls: dict[str, ResponseUrl] = {}
        self.triggers: dict[str, float] = {}
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):08d}"

    def now(self) -> float:
        return time.time() + self.ahead_s

    def new_ts(self) -> str:
        return f"{int(self.now())}.{next(self._ids):06d}"

    def new_trigger(self) -> str:
        trigger = self.new_id("trigger.")
        self.triggers[trigger] = self.now()
        return trigger

    def take_trigger(self, trigger: str) -> str:
        """Uses the trigger up. Slack's error code, or empty."""
        if trigger not in self.triggers:
            return "invalid_trigger_id"
        made_at, self.triggers[trigger] = self.triggers[trigger], 0.0
        if not made_at:
            return "exchanged_trigger_id"
        return "expired_trigger_id" if self.now() - made_at > TRIGGER_LIFE_S else ""

    def fail(self, method: str, fault: Fault) -> None:
        """The next call of `method` (or of `response_url`) goes wrong so."""
        self.faults[method].append(fault)

    def fail_nth(self, method: str, before: int, fault: Fault) -> None:
        """As `fail`, after so many calls that go well."""
        self.faults[method].append(dataclasses.replace(fault, after=before))

    def called(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.calls if name == method]

    async def changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, look: Callable[[], T | None], within_s: float = PATIENCE_S) -> T:
        """Waits until `look` gives something true."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(look)
            found = look()
        assert found
        return found

    async def message(self, number: int = 0) -> Posted:
        return await self.until(lambda: self.messages[number] if len(self.messages) > number else None)

    async def view(self, number: int = 0) -> dict[str, Any]:
        return await self.until(lambda: self.views[number] if len(self.views) > number else None)
