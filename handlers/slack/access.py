"""What Slack grants us: asked at the start and by the doctor, told as sentences that say what to do."""

from collections.abc import Iterable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlatformRefused
from bot.runtime.ports import Refused
from handlers.slack import receipts
from handlers.slack.settings import MANIFEST, SCOPES


async def check_bot(client: AsyncWebClient) -> None:
    """Raises PlatformRefused for a token or scopes that will not do, and `receipts.FAILURES` for trouble."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise _refused(error, "SLACK_BOT_TOKEN", _BOT_MEND) from error
    granted = answer.headers.get("x-oauth-scopes")
    missing = SCOPES - _names(granted) if granted is not None else frozenset()
    if missing:
        raise PlatformRefused(
            f"Slack has not granted {_listed(missing)} to SLACK_BOT_TOKEN. Add the missing scopes under OAuth & "
            f"Permissions (or paste {MANIFEST} under App Manifest), then install the app again."
        )


async def socket_url(client: AsyncWebClient, app_token: str) -> str:
    """A fresh Socket Mode address. Raises as `check_bot` does."""
    try:
        answer = await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise _refused(error, "SLACK_APP_TOKEN", _APP_MEND) from error
    return str(answer["url"])


_BOT_MEND = "Copy the Bot User OAuth Token from your app's page, OAuth & Permissions, and set it again."
_APP_MEND = (
    "Turn Socket Mode on, make a token with the scope connections:write on your app's page, Basic Information, "
    "App-Level Tokens, and set it again."
)


def _refused(error: SlackApiError, setting: str, mend: str) -> Exception:
    receipt = receipts.of_failure(error, posting=False)
    if isinstance(receipt, Refused):
        return PlatformRefused(f"Slack refused {setting} ({receipt.why}). {mend}")
    return error


def _names(header: str) -> frozenset[str]:
    return frozenset(name.strip() for name in header.split(","))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
