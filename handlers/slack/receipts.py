"""What Slack's answers mean for one message: it has it, not yet, never, or nobody knows."""

from collections.abc import Mapping

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.runtime.ports import Later, Receipt, Refused, Sent, Unknown
from bot.runtime.posting import NOWHERE


class AskedForQuiet(Exception):
    """Slack wants no such call for a while: it was not made."""

    def __init__(self, left_s: float) -> None:
        super().__init__(left_s)
        self.left_s = left_s


# What a call to Slack raises; anything else is a bug of ours.
FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, AskedForQuiet)

_NOT_NOW = frozenset(
    {
        "accesslimited",
        "message_limit_exceeded",
        "org_login_required",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
# A redirect, or a refusal without one of Slack's names: something before it answered.
_NOT_SLACK = ("http_3", "http_4")
_TOO_FAST = frozenset({"rate_limited", "ratelimited"})
# The person may still be reached, at another address.
NO_ADDRESS = Refused("no_address")
ADDRESS_IS_GONE = frozenset(
    {NO_ADDRESS, Refused("channel_not_found"), Refused("is_archived"), Refused("not_in_channel")}
)
# Slack's own words for these two: some aspect of the operation may have succeeded.
_PERHAPS = frozenset({"fatal_error", "internal_error"})


def of_failure(error: Exception, *, posting: bool) -> Receipt:
    """`posting`: the call that failed would have shown something to the person."""
    if isinstance(error, SlackApiError):
        return _of_api_error(error, posting=posting)
    if isinstance(error, SlackClientError):
        return Refused(type(error).__name__)
    if isinstance(error, AskedForQuiet):
        return Later(error.left_s)
    if posting and not isinstance(error, NOWHERE):
        return Unknown()
    return Later()


def of_message(status: int, headers: Mapping[str, str], answer: object) -> Receipt:
    """Of chat.postMessage. `answer`: its JSON, None where it is something else."""
    if status == 200 and isinstance(answer, dict) and answer.get("ok"):
        return Sent()
    return _of_no(_name(status, answer), headers, posting=True)


def of_response_url(status: int, headers: Mapping[str, str], body: str) -> Receipt:
    """A dead URL (`used_url`, `expired_url`) is for the core to replace by a direct message: Later."""
    if status == 200 and '"ok":false' not in body.replace(" ", ""):
        return Sent()
    if status >= 500 and status != 503:
        return Unknown()
    return Later(_retry_after_s(headers))


def unsettled(receipt: Receipt) -> Receipt:
    """While an earlier try may have arrived, "not yet" would be a lie: only the settling has to wait."""
    return Unknown() if isinstance(receipt, Later) else receipt


def _of_api_error(error: SlackApiError, *, posting: bool) -> Receipt:
    answer = error.response
    if isinstance(answer, AsyncSlackResponse):
        return _of_no(_name(answer.status_code, answer.data), answer.headers, posting=posting)
    return _of_no("http_unreadable", {}, posting=posting)


def _name(status: int, answer: object) -> str:
    """Slack's name for the error, or the HTTP status where the answer has none (a proxy's page, say)."""
    named = answer.get("error") if isinstance(answer, dict) else None
    return str(named or f"http_{status}")


def _of_no(name: str, headers: Mapping[str, str], *, posting: bool) -> Receipt:
    if name in _NOT_NOW or name == "http_503" or name.startswith(_NOT_SLACK):
        return Later(_retry_after_s(headers), everyone=posting and name in _TOO_FAST)
    if name in _PERHAPS or name.startswith("http_"):
        return Unknown() if posting else Later()
    return Refused(name)


def _retry_after_s(headers: Mapping[str, str]) -> float:
    try:
        return float(headers.get("Retry-After", 0))
    except ValueError:
        return 0.0
