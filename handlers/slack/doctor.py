"""What `debrief doctor` asks Slack: the tokens, the scopes, Socket Mode."""

from collections.abc import Awaitable

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlatformRefused
from bot.runtime.ports import Finding
from handlers.slack import access, receipts
from handlers.slack.settings import SlackSettings

_PATIENCE = aiohttp.ClientTimeout(total=10)


async def examine(settings: SlackSettings) -> list[Finding]:
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        client = AsyncWebClient(
            token=settings.bot_token.get_secret_value(),
            base_url=settings.api_url,
            session=session,
            retry_handlers=[],
        )
        found = [await _finding("Slack: bot token and scopes", access.check_bot(client))]
        if settings.socket_mode:
            token = settings.app_token.get_secret_value()
            found.append(await _finding("Slack: Socket Mode", access.socket_url(client, token)))
        return found


async def _finding(what: str, question: Awaitable[object]) -> Finding:
    try:
        await question
    except PlatformRefused as refusal:
        return Finding(what, ok=False, mend=str(refusal))
    except receipts.FAILURES as error:
        mend = f"Slack did not answer ({type(error).__name__}). Check the network and SLACK_API_URL, then ask again."
        return Finding(what, ok=False, mend=mend)
    return Finding(what, ok=True)
