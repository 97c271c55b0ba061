"""A small platform as a person sees it: what they say and press, and what comes, in order. One Protocol for all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from tests.platforms import discord_kit, slack_world
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import Interaction
from tests.platforms.discord_world import Message as DiscordMessage
from tests.platforms.slack_kit import small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import APP_TOKEN, BOT_TOKEN, Delivery, SlackServer

LIMIT_S = 20.0
# An adapter waits 10 s for an answer.
SLOW_S, TOO_LATE_S = 0.5, 11.0


class Trouble(StrEnum):
    """What a platform does with one message. Where it was taken, the person has it all the same."""

    LIMITED = "429 with Retry-After"
    BROKEN = "500"
    BROKEN_TAKEN = "500, though taken"
    CUT = "closed"
    HALF = "closed mid-body"
    HALF_TAKEN = "closed mid-body, though taken"
    HANGS = "no answer"
    HANGS_TAKEN = "no answer, though taken"
    SLOW = "a slow yes"
    LATE = "yes after the timeout"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message from the bot. `labels`: its buttons and what its lists offer. `key`: a repeat has the same."""

    words: str
    labels: Sequence[str]
    key: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a person did. `delivery` is its id for the inbox; `again` does or delivers it once more."""

    delivery: str
    again: Callable[[], Awaitable["Deed"]]


class Chat(Protocol):
    """Somebody's direct messages with the bot. `user`: what the platform calls them."""

    @property
    def user(self) -> str: ...

    def seen(self) -> Sequence[Shown]: ...

    async def says(self, words: str) -> Deed: ...

    async def presses(self, label: str) -> Deed:
        """A button, or what a list offers, on the newest message that has it."""

    def goes_wrong(self, trouble: Trouble) -> Callable[[], bool]:
        """The next message to this person meets the trouble. Whether it has, is what the function returns."""


class Place(Protocol):
    """`redelivers`: what the bot did not acknowledge comes again by itself. Otherwise the person does it again."""

    name: str
    redelivers: bool

    @property
    def settings(self) -> Mapping[str, str]: ...

    def somebody(self) -> Chat: ...

    async def until(self, look: Callable[[], bool], within_s: float = LIMIT_S) -> None: ...

    def calm(self) -> None:
        """Forget the troubles that nobody has met yet."""


class OnSlack:
    name = "slack"
    redelivers = True

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self.settings = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": server.api_url}

    def somebody(self) -> Chat:
        """Everybody in a workspace of their own: a workspace has its own pace."""
        number = f"{len(self.server.people):05d}"
        return _SlackChat(SlackPerson(self.server, f"U{number}", f"T{number}"))

    async def until(self, look: Callable[[], bool], within_s: float = LIMIT_S) -> None:
        await self.server.until(look, within_s)

    def calm(self) -> None:
        self.server.faults.clear()


class _SlackChat:
    def __init__(self, person: SlackPerson) -> None:
        self._person, self._server = person, person.slack
        self.user = person.id

    def seen(self) -> Sequence[Shown]:
        return [
            Shown(message.words, (*message.buttons, *message.options), _slack_key(message))
            for message in self._messages()
        ]

    async def says(self, words: str) -> Deed:
        return self._deed(await self._person.dm(words))

    async def presses(self, label: str) -> Deed:
        message = next(m for m in reversed(self._messages()) if label in (*m.buttons, *m.options))
        act = self._person.press if label in message.buttons else self._person.pick
        return self._deed(await act(message, label))

    def goes_wrong(self, trouble: Trouble) -> Callable[[], bool]:
        fault = slack_world.Fault(channel=self._person.im, **_ON_SLACK[trouble])
        self._server.fail("chat.postMessage", fault)
        return lambda: fault.struck

    def _messages(self) -> list[slack_world.Posted]:
        return [message for message in self._server.messages if message.reader == self._person.id]

    def _deed(self, delivery: Delivery) -> Deed:
        async def again() -> Deed:
            return self._deed(await self._server.deliver_again(delivery))

        said = "event_id" in delivery.payload
        name = f"event:{delivery.payload['event_id']}" if said else f"press:{delivery.payload['trigger_id']}"
        return Deed(name, again)


def _slack_key(message: slack_world.Posted) -> str:
    return str(message.metadata["event_payload"]["id"]) if message.metadata else ""


_ON_SLACK: Mapping[Trouble, dict[str, Any]] = {
    Trouble.LIMITED: {"status": 429, "error": "ratelimited", "retry_after_s": 1},
    Trouble.BROKEN: {"status": 500},
    Trouble.BROKEN_TAKEN: {"status": 500, "done": True},
    Trouble.CUT: {"cut": True},
    Trouble.HALF: {"half": True},
    Trouble.HALF_TAKEN: {"half": True, "done": True},
    Trouble.HANGS: {"hang": True},
    Trouble.HANGS_TAKEN: {"hang": True, "done": True},
    Trouble.SLOW: {"late_s": SLOW_S, "done": True},
    Trouble.LATE: {"late_s": TOO_LATE_S, "done": True},
}


class OnDiscord:
    name = "discord"
    redelivers = False

    def __init__(self, server: DiscordServer) -> None:
        self.server = server

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "DISCORD_TOKEN": discord_kit.TOKEN,
            "DISCORD_API_URL": self.server.api_url,
            "DISCORD_GATEWAY_URL": str(self.server.gateway.url),
        }

    def somebody(self) -> Chat:
        return _DiscordChat(Person(self.server))

    async def until(self, look: Callable[[], bool], within_s: float = LIMIT_S) -> None:
        await self.server.until(look, within_s)

    def calm(self) -> None:
        self.server.faults.clear()


class _DiscordChat:
    def __init__(self, person: Person) -> None:
        self._person, self._server = person, person.discord
        self.user = str(person.id)

    def seen(self) -> Sequence[Shown]:
        return [Shown(m.content, (*m.buttons, *m.options), m.nonce) for m in self._person.sees()]

    async def says(self, words: str) -> Deed:
        return self._deed(await self._person.dm(words), lambda: self.says(words))

    async def presses(self, label: str) -> Deed:
        message = next(m for m in reversed(self._person.sees()) if label in (*m.buttons, *m.options))
        act = self._person.press if label in message.buttons else self._person.pick
        return self._deed(await act(message, label), lambda: self.presses(label))

    def goes_wrong(self, trouble: Trouble) -> Callable[[], bool]:
        fault = self._server.fault("POST", f"/channels/{self._person.dm_channel}/messages", **_ON_DISCORD[trouble])
        return lambda: fault.struck

    def _deed(self, done: DiscordMessage | Interaction, again: Callable[[], Awaitable[Deed]]) -> Deed:
        return Deed(str(done.id), again)


_ON_DISCORD: Mapping[Trouble, dict[str, Any]] = {
    Trouble.LIMITED: {"kind": "limited", "after_s": 1.0},
    Trouble.BROKEN: {"kind": "broken", "accepted": False},
    Trouble.BROKEN_TAKEN: {"kind": "broken"},
    Trouble.CUT: {"kind": "cut", "accepted": False},
    Trouble.HALF: {"kind": "half", "accepted": False},
    Trouble.HALF_TAKEN: {"kind": "half"},
    Trouble.HANGS: {"kind": "silent", "accepted": False},
    Trouble.HANGS_TAKEN: {"kind": "silent"},
    Trouble.SLOW: {"kind": "late", "after_s": SLOW_S},
    Trouble.LATE: {"kind": "late", "after_s": TOO_LATE_S},
}


@asynccontextmanager
async def on_slack() -> AsyncIterator[Place]:
    async with small_slack() as server:
        yield OnSlack(server)


@asynccontextmanager
async def on_discord() -> AsyncIterator[Place]:
    async with DiscordServer(discord_kit.TOKEN) as server:
        yield OnDiscord(server)


PLACES: Mapping[str, Callable[[], AbstractAsyncContextManager[Place]]] = {"slack": on_slack, "discord": on_discord}
