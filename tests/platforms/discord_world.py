"""What the small Discord remembers: messages, interactions, people, its clock, and what it was told to do wrong."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from tests.platforms import discord_rules as rules
from tests.platforms.discord_rules import Refusal

EPOCH_MS = 1_420_070_400_000
BOT, APPLICATION, SERVER, SERVER_CHANNEL, GROUP_CHAT, FRIENDS_CHAT = (10**18 + n for n in range(1, 7))
# Where a person may use the bot, and the bot may not write.
NOT_OURS = frozenset({SERVER_CHANNEL, GROUP_CHAT, FRIENDS_CHAT})
TOKEN_LIVES, NONCE_LIVES = timedelta(minutes=15), timedelta(minutes=3)
WAIT_S = 15.0

T = TypeVar("T")
Payload = dict[str, Any]


def user_payload(user: int) -> Payload:
    return {"id": str(user), "username": f"u{user}", "discriminator": "0", "avatar": None, "bot": user == BOT}


@dataclass(eq=False)
class Message:
    id: int
    channel: int
    author: int
    at: datetime
    content: str = ""
    components: list[Payload] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    flags: int = 0
    nonce: str = ""
    sent: Payload = field(default_factory=dict)
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & rules.EPHEMERAL)

    @property
    def silent(self) -> bool:
        return bool(self.flags & rules.SILENT)

    @property
    def loading(self) -> bool:
        return bool(self.flags & rules.LOADING)

    @property
    def items(self) -> list[Payload]:
        return [item for row in self.components for item in row["components"]]

    @property
    def buttons(self) -> list[str]:
        return [item["label"] for item in self.items if item["type"] == rules.BUTTON]

    @property
    def options(self) -> list[str]:
        return [option["label"] for item in self.items for option in item.get("options", [])]

    @property
    def files(self) -> dict[str, str]:
        return {each["filename"]: each["text"] for each in self.attachments}

    def edit(self, payload: Payload, uploads: Mapping[str, rules.Upload] = MappingProxyType({})) -> None:
        self.attachments = rules.attached(self.attachments, payload, uploads)
        self.content = payload.get("content", self.content) or ""
        self.components = payload.get("components", self.components) or []
        self.flags &= ~rules.LOADING

    def payload(self) -> Payload:
        """As Discord gives it back: trimmed, and without the nonce, which no history holds."""
        empty: Payload = {name: [] for name in ("mentions", "mention_roles", "embeds")}
        return {
            **empty,
            "id": str(self.id),
            "type": 0,
            "channel_id": str(self.channel),
            "author": user_payload(self.author),
            "content": self.content.strip(),
            "timestamp": self.at.isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "pinned": False,
            "flags": self.flags,
            "components": self.components,
            "attachments": [{name: each[name] for name in each if name != "text"} for each in self.attachments],
        }


@dataclass(eq=False)
class Interaction:
    """`answer` is the type of the first response, 0 before it. `original` is the message that @original means."""

    id: int
    token: str
    kind: int
    user: int
    channel: int
    at: datetime
    message: Message | None = None
    answer: int = 0
    original: Message | None = None
    modal: Payload | None = None
    payload: Payload = field(default_factory=dict)


@dataclass
class Fault:
    """`accepted`: what was asked for is done before the misbehaviour begins.

    `late`: the answer comes `after_s` later; `silent`: it never comes; `half`: it ends in its middle.
    `parts`: it comes in two parts. `spent`: nothing more may be sent to the same channel for `after_s`.
    `struck`: it has gone wrong.
    """

    method: str
    part: str
    kind: Literal["limited", "banned", "broken", "silent", "late", "cut", "half", "spent", "parts", "unreadable"]
    accepted: bool = True
    status: int = 500
    code: int = 0
    after_s: float = 1.0
    everywhere: bool = False
    scope: str = "user"
    struck: bool = False


class World:
    def __init__(self, token: str) -> None:
        self.token = token
        self.messages: list[Message] = []
        self.interactions: list[Interaction] = []
        self.people: set[int] = set()
        self.closed: set[int] = set()
        self.commands: list[Payload] = []
        self.registrations = 0
        self.app: Payload = {"flags": 0, "integration_types_config": {"0": {}, "1": {}}}
        self.requests: list[tuple[str, str]] = []
        self.transports: set[object] = set()
        self.refusals: list[Refusal] = []
        self.faults: list[Fault] = []
        self._dms: dict[int, int] = {}
        self._ahead = timedelta()
        self._ids = 0
        self._changed = asyncio.Condition()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def skip(self, by: timedelta) -> None:
        self._ahead += by

    def new_id(self) -> int:
        self._ids += 1
        return (int(self.now().timestamp() * 1000) - EPOCH_MS) << 22 | self._ids

    def fault(self, method: str, part: str, kind: Any, **how: Any) -> Fault:
        """The next request whose path holds `part` goes wrong."""
        self.faults.append(Fault(method, part, kind, **how))
        return self.faults[-1]

    def asked(self, method: str, part: str) -> int:
        """How many requests there were."""
        return sum(1 for asked, path in self.requests if asked == method and part in path)

    async def changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, what: Callable[[], T], within_s: float = WAIT_S) -> T:
        """What `what` returns, once it is true."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(what)
            return what()

    def dm_of(self, user: int) -> int:
        if user not in self._dms:
            self._dms[user] = self.new_id()
        return self._dms[user]

    def move_dm(self, user: int) -> None:
        """From now on their direct messages have another channel."""
        self._dms.pop(user, None)

    def user_of(self, dm: int) -> int | None:
        return next((user for user, channel in self._dms.items() if channel == dm), None)

    def add(
        self, channel: int, author: int, payload: Payload, uploads: Mapping[str, rules.Upload] = MappingProxyType({})
    ) -> Message:
        message = Message(self.new_id(), channel, author, self.now(), sent=payload)
        message.content = payload.get("content") or ""
        message.components = payload.get("components") or []
        message.attachments = rules.attached([], payload, uploads)
        message.flags, message.nonce = payload.get("flags", 0), payload.get("nonce", "")
        self.messages.append(message)
        return message

    def of_nonce(self, nonce: str) -> Message | None:
        recent = [m for m in self.messages if m.nonce == nonce and self.now() - m.at < NONCE_LIVES]
        return recent[-1] if recent else None

    def shown_to(self, user: int) -> list[Message]:
        """The bot's messages that this person sees, oldest first."""
        answers = {interaction.original for interaction in self.interactions if interaction.user == user}
        own = self._dms.get(user)
        return [m for m in self.messages if m.author == BOT and not m.deleted and (m.channel == own or m in answers)]
