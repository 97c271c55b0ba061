"""One request to Discord, and what it came to. discord.py's own repeats are off while one is watched: a repeat
after a 5xx can show a message twice, and a wait for a rate limit would hold a delivery; the core tries again."""

import asyncio
import logging
from collections.abc import Awaitable
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TypeVar

import aiohttp
import discord
from discord.http import json_or_text

from bot.runtime.ports import Later, Receipt, Refused, Sent, Unknown
from handlers.discord import invalid

log = logging.getLogger(__name__)

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
UNKNOWN_USER = 10013
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
DMS_OPENED_TOO_FAST = 40003
ALREADY_ACKNOWLEDGED = 40060
MISSING_ACCESS = 50001
CLOSED_DM = 50007
INVALID_WEBHOOK_TOKEN = 50027
NO_SHARED_SERVER = 50278

_NEVER = frozenset({UNKNOWN_CHANNEL, UNKNOWN_USER, CLOSED_DM, NO_SHARED_SERVER})
_HANDLE_IS_DEAD = frozenset({UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_WEBHOOK_TOKEN})

# The person may still be reached, at another address.
NO_ADDRESS = Refused("discord: no address")
ADDRESS_IS_GONE = frozenset(
    {NO_ADDRESS, Refused(f"discord 404 {UNKNOWN_CHANNEL}"), Refused(f"discord 403 {MISSING_ACCESS}")}
)

TOO_FAST_WAIT_S = 60.0
BAD_TOKEN_WAIT_S = 300.0

_T = TypeVar("_T")


class RateLimited(Exception):
    """Discord takes no such request for a while: it said so just now, or before."""

    def __init__(self, after_s: float, *, everywhere: bool) -> None:
        super().__init__(after_s)
        self.after_s = after_s
        self.everywhere = everywhere


class _ServerFault(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class _Exchange:
    """How far the request got. It may be held back before it leaves, and discord.py may hold back the answer after."""

    left: bool = False
    status: int = 0
    invalid: bool = False

    def receipt(self) -> Receipt:
        if 200 <= self.status < 300:
            return Sent()
        return Unknown() if self.left else Later()


_watched: ContextVar[_Exchange | None] = ContextVar("discord_exchange", default=None)


class Line:
    """Makes requests one at a time each, in bounded time, and keeps quiet where Discord asked for quiet."""

    def __init__(self, timeout_s: float, most_invalid: int = invalid.MOST) -> None:
        self.timeout_s = timeout_s
        self._quiet_until = self._no_opening_until = 0.0
        self._invalid = invalid.InvalidAnswers(most_invalid)

    def quiet_s(self) -> float:
        """How long no direct message may be sent."""
        now_s = asyncio.get_running_loop().time()
        return max(0.0, self._quiet_until - now_s, self._invalid.wait_s(now_s))

    def no_opening_s(self) -> float:
        """How long no direct messages may be opened with anybody."""
        return max(self.quiet_s(), self._no_opening_until - asyncio.get_running_loop().time())

    async def attempt(
        self, request: Awaitable[_T], *, opening: bool = False, timed: bool = False
    ) -> tuple[_T | None, Receipt]:
        """The result when there is one. `opening`: a rate limit on this request is on everybody's opening.

        `timed`: it raises TimeoutError by itself, in time.
        """
        exchange = _Exchange()
        token = _watched.set(exchange)
        try:
            if timed:
                return await request, Sent()
            async with asyncio.timeout(self.timeout_s):
                return await request, Sent()
        except RateLimited as limited:
            until = asyncio.get_running_loop().time() + limited.after_s
            if limited.everywhere:
                self._quiet_until = max(self._quiet_until, until)
            elif opening:
                self._no_opening_until = max(self._no_opening_until, until)
            return None, Later(limited.after_s, everyone=limited.everywhere)
        except _ServerFault as fault:
            return None, Later() if fault.status == 503 else Unknown()
        except discord.HTTPException as refusal:
            if refusal.code == DMS_OPENED_TOO_FAST:
                self._no_opening_until = asyncio.get_running_loop().time() + TOO_FAST_WAIT_S
            return None, _of_refusal(refusal)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return None, exchange.receipt()
        finally:
            _watched.reset(token)
            if exchange.invalid and self._invalid.add(asyncio.get_running_loop().time()):
                log.error(
                    "Discord turned down too many requests (401, 403, 429). Direct messages wait up to "
                    "%s minutes, so that it does not shut this address out. Nothing is lost.",
                    invalid.WINDOW_S // 60 + 1,
                )


def _of_refusal(refusal: discord.HTTPException) -> Receipt:
    if refusal.status < 400:
        # A redirect: something stands before Discord.
        return Later()
    if refusal.code in _HANDLE_IS_DEAD:
        return Later()
    if refusal.code == DMS_OPENED_TOO_FAST:
        return Later(TOO_FAST_WAIT_S)
    if refusal.code == ALREADY_ACKNOWLEDGED:
        return Unknown()
    if refusal.status == 401:
        log.error("Discord no longer accepts DISCORD_TOKEN. Nothing is lost; set a new token and start again.")
        return Later(BAD_TOKEN_WAIT_S)
    if refusal.code not in _NEVER and refusal.status != 403:
        log.error("Discord refused a message: HTTP %s, code %s", refusal.status, refusal.code)
    return Refused(f"discord {refusal.status} {refusal.code}")


def tracing() -> aiohttp.TraceConfig:
    """Follows each watched request, and ends it at its first 429 or 5xx."""
    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(_is_answered)
    return trace


class Connector(aiohttp.TCPConnector):
    """Notes when a watched request gets its connection: from then on it may be on its way."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's signature
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        if exchange := _watched.get():
            exchange.left, exchange.status = True, 0
        return connection


async def _is_answered(_: aiohttp.ClientSession, __: SimpleNamespace, answer: aiohttp.TraceRequestEndParams) -> None:
    _note(answer.response)


async def judge(response: aiohttp.ClientResponse) -> None:
    """The end of a request that discord.py did not make: raises what it would for one that Discord did not take."""
    _note(response)
    if response.status >= 300:
        try:
            said = await json_or_text(response)
        except ValueError:
            # Something before Discord answered, in its own letters.
            said = ""
        raise discord.HTTPException(response, said)
    if not response.content.is_eof():
        # A connection is used again only when the answer is all there.
        await response.read()


def _note(response: aiohttp.ClientResponse) -> None:
    exchange = _watched.get()
    if exchange is None:
        return
    headers = response.headers
    exchange.status = response.status
    exchange.invalid = exchange.status in invalid.STATUSES and headers.get("X-RateLimit-Scope") != "shared"
    if exchange.status == 429:
        seconds = headers.get("X-RateLimit-Reset-After") or headers.get("Retry-After")
        raise RateLimited(float(seconds or 1), everywhere="X-RateLimit-Global" in headers or "Via" not in headers)
    if exchange.status >= 500:
        raise _ServerFault(exchange.status)
