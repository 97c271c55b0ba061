"""The discord.py client as Debrief wants it: no privileged intent, nothing cached, no person's words in its logs."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.errors import PlatformRefused, ProgramError
from handlers.discord import receipts
from handlers.discord.settings import PORTAL, DiscordSettings

# Direct messages alone. Interactions need no intent, and servers' own events are none of our business.
INTENTS = discord.Intents(dm_messages=True)

SIGN_IN_S = 30.0

Json = Mapping[str, Any]
Interaction = discord.Interaction[discord.Client]


def make(settings: DiscordSettings) -> discord.Client:
    """Needs a running loop."""
    # discord.py has no option for either address.
    Route.BASE = settings.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
    _still_the_logs()
    return discord.Client(
        intents=INTENTS,
        connector=receipts.Connector(limit=0),
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        # Without the servers' events there is nothing to wait for.
        guild_ready_timeout=0,
        http_trace=receipts.tracing(),
    )


def listen(client: discord.Client, takers: Mapping[str, Callable[[Json], None]]) -> None:
    """Each event of a name in `takers` goes to its taker as Discord sent it, before discord.py makes objects of it.

    discord.py has no open way to that.
    """
    parsers = client._connection.parsers
    if unknown := takers.keys() - parsers.keys():
        raise ProgramError(f"this discord.py does not know the events {', '.join(sorted(unknown))}")
    parsers.update(takers)


def interaction(client: discord.Client, payload: Json) -> Interaction:
    """discord.py's object for one, which it makes only for those that it hears itself."""
    return discord.Interaction(data=cast("Any", payload), state=client._connection)


async def sign_in(client: discord.Client, settings: DiscordSettings) -> discord.AppInfo:
    """Raises PlatformRefused, with the mend."""
    try:
        async with asyncio.timeout(SIGN_IN_S):
            await client.login(settings.token.get_secret_value())
    except discord.LoginFailure:
        raise PlatformRefused(BAD_TOKEN) from None
    except discord.HTTPException as refusal:
        raise PlatformRefused(
            f"Discord answered {refusal.status} (code {refusal.code}) when the bot signed in. "
            "Try again in a few minutes."
        ) from None
    except (TimeoutError, aiohttp.ClientError, OSError) as failure:
        raise PlatformRefused(
            f"Discord cannot be reached at {settings.api_url} ({type(failure).__name__}). "
            "Check the network, and DISCORD_API_URL if it is set."
        ) from None
    if client.application is None:
        raise PlatformRefused("Discord did not say which app the token belongs to. Try again in a few minutes.")
    return client.application


BAD_TOKEN = f"Discord does not accept DISCORD_TOKEN. Copy a new one from your app's page at {PORTAL}, Bot, Reset Token."


def closed_for_good(failure: BaseException) -> str:
    """Why the gateway ended the connection, and the mend."""
    code = failure.code if isinstance(failure, discord.ConnectionClosed) else None
    if code == 4004:
        return BAD_TOKEN
    if code == 4014 or isinstance(failure, discord.PrivilegedIntentsRequired):
        return (
            "Discord's gateway refused the bot's intents (close code 4014), though Debrief asks for no privileged one. "
            "Check DISCORD_GATEWAY_URL if it is set."
        )
    return f"Discord's gateway closed the connection for good ({code or type(failure).__name__}). Start Debrief again."


def _still_the_logs() -> None:
    """At DEBUG discord.py writes out whole messages. Its warnings on voice and servers tell an operator nothing."""
    library = logging.getLogger("discord")
    library.setLevel(max(logging.INFO, library.getEffectiveLevel()))
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
