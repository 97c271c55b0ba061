"""One request to Discord, and what it came to. discord.py's own repeats are off while one is watched: a repeat
after a 5xx can show a message twice, and a wait for a rate limit would hold a delivery; the core tries again."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Mapping
from contextvars import ContextVar
from types import SimpleNamespace
from typing import TypeVar

import aiohttp
import discord
import msgspec

from bot.runtime.ports import Later, Receipt, Refused, Sent, Unknown
from bot.runtime.posting import NOWHERE, Answer
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
LONGEST_WAIT_S = 86_400.0

_T = TypeVar("_T")


class _Limit(Exception):
    """Discord takes no such request for a while."""

    def __init__(self, after_s: float, *, everywhere: bool) -> None:
        super().__init__(after_s)
        self.after_s = after_s
        self.everywhere = everywhere


class _ServerFault(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Exchange(msgspec.Struct):
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

    async def posted(self, request: Awaitable[Answer]) -> Receipt:
        """Of a request that discord.py did not make."""
        try:
            answer = await request
        except NOWHERE:
            return Later()
        except (TimeoutError, aiohttp.ClientError, OSError):
            return Unknown()
        if 200 <= answer.status < 300:
            return Sent()
        if _invalid(answer.status, answer.headers):
            self._count()
        if answer.status == 429:
            return self._limited(_limit(answer.headers))
        if receipt := _of_status(answer.status):
            return receipt
        return Unknown() if answer.body is None else self._refused(answer.status, _code(answer.body))

    async def attempt(self, request: Awaitable[_T], *, opening: bool = False) -> tuple[_T | None, Receipt]:
        """The result when there is one. `opening`: a rate limit on this request is on everybody's opening."""
        exchange = _Exchange()
        token = _watched.set(exchange)
        try:
            async with asyncio.timeout(self.timeout_s):
                return await request, Sent()
        except _Limit as limit:
            return None, self._limited(limit, opening=opening)
        except _ServerFault as fault:
            return None, _of_status(fault.status) or Unknown()
        except discord.HTTPException as refusal:
            return None, _of_status(refusal.status) or self._refused(refusal.status, refusal.code)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return None, exchange.receipt()
        finally:
            _watched.reset(token)
            if exchange.invalid:
                self._count()

    def _limited(self, limit: _Limit, *, opening: bool = False) -> Receipt:
        until = asyncio.get_running_loop().time() + limit.after_s
        if limit.everywhere:
            self._quiet_until = max(self._quiet_until, until)
        elif opening:
            self._no_opening_until = max(self._no_opening_until, until)
        return Later(limit.after_s, everyone=limit.everywhere)

    def _refused(self, status: int, code: int) -> Receipt:
        if code == DMS_OPENED_TOO_FAST:
            self._no_opening_until = asyncio.get_running_loop().time() + TOO_FAST_WAIT_S
        return _of_refusal(status, code)

    def _count(self) -> None:
        if self._invalid.add(asyncio.get_running_loop().time()):
            log.error(
                "Discord turned down too many requests (401, 403, 429). Direct messages wait up to "
                "%s minutes, so that it does not shut this address out. Nothing is lost.",
                invalid.WINDOW_S // 60 + 1,
            )


def _of_status(status: int) -> Receipt | None:
    """None where it takes Discord's code to tell."""
    if status < 400 or status == 503:
        # A redirect: something stands before Discord.
        return Later()
    return Unknown() if status >= 500 else None


def _of_refusal(status: int, code: int) -> Receipt:
    if code in _HANDLE_IS_DEAD:
        return Later()
    if code == DMS_OPENED_TOO_FAST:
        return Later(TOO_FAST_WAIT_S)
    if code == ALREADY_ACKNOWLEDGED:
        return Unknown()
    if status == 401:
        log.error("Discord no longer accepts DISCORD_TOKEN. Nothing is lost; set a new token and start again.")
        return Later(BAD_TOKEN_WAIT_S)
    if code not in _NEVER and status != 403:
        log.error("Discord refused a message: HTTP %s, code %s", status, code)
    return Refused(f"discord {status} {code}")


def _code(body: bytes) -> int:
    """Discord's, of an answer that may not be its own; 0: none."""
    try:
        said = json.loads(body)
    except ValueError:
        return 0
    code = said.get("code") if isinstance(said, dict) else 0
    return code if isinstance(code, int) else 0


def seconds(text: str | None) -> float:
    """Of a header that tells how long to wait, a day at most; 1 where it does not."""
    try:
        return min(max(0.0, float(text or "")), LONGEST_WAIT_S)
    except ValueError:
        return 1.0


def _limit(headers: Mapping[str, str]) -> _Limit:
    after_s = seconds(headers.get("X-RateLimit-Reset-After") or headers.get("Retry-After"))
    return _Limit(after_s, everywhere="X-RateLimit-Global" in headers or "Via" not in headers)


def _invalid(status: int, headers: Mapping[str, str]) -> bool:
    return status in invalid.STATUSES and headers.get("X-RateLimit-Scope") != "shared"


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
    exchange = _watched.get()
    if exchange is None:
        return
    exchange.status, headers = answer.response.status, answer.response.headers
    exchange.invalid = _invalid(exchange.status, headers)
    if exchange.status == 429:
        raise _limit(headers)
    if exchange.status >= 500:
        raise _ServerFault(exchange.status)
