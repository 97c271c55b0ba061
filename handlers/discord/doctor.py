"""`debrief doctor` for Discord: asks Discord itself, and gives the links that invite the bot."""

import discord

from bot.errors import PlatformRefused
from bot.runtime.ports import Finding
from handlers.discord import client as discord_client
from handlers.discord.settings import PORTAL, DiscordSettings

_PRIVILEGED = {
    "presence": ("gateway_presence", "gateway_presence_limited"),
    "server members": ("gateway_guild_members", "gateway_guild_members_limited"),
    "message content": ("gateway_message_content", "gateway_message_content_limited"),
}
_INVITE = "https://discord.com/oauth2/authorize?client_id={app}&integration_type={kind}&scope={scope}"


async def examine(settings: DiscordSettings) -> list[Finding]:
    client = discord_client.make(settings)
    try:
        app = await discord_client.sign_in(client, settings)
    except PlatformRefused as refused:
        return [Finding("Discord: sign-in", ok=False, mend=str(refused))]
    finally:
        await client.close()
    return [Finding(f"Discord: signed in as {client.user}", ok=True), _events(app), *_intents(app), *_invites(app)]


def _events(app: discord.AppInfo) -> Finding:
    what = "Discord: interactions come through the gateway"
    if app.interactions_endpoint_url is None:
        return Finding(what, ok=True)
    return Finding(what, ok=False, mend=f"Clear Interactions Endpoint URL at {PORTAL}, General Information.")


def _intents(app: discord.AppInfo) -> list[Finding]:
    on = [name for name, flags in _PRIVILEGED.items() if any(getattr(app.flags, flag) for flag in flags)]
    if not on:
        return [Finding("Discord: no privileged intent is on", ok=True)]
    mend = f"Debrief needs none of them. Turn them off at {PORTAL}, Bot, Privileged Gateway Intents."
    return [Finding(f"Discord: privileged intents are on: {', '.join(on)}", ok=False, mend=mend)]


def _invites(app: discord.AppInfo) -> list[Finding]:
    """A bot comes along with a server only; a person who installs it for themselves takes the command."""
    mend = f"Turn it on at {PORTAL}, Installation, Installation Contexts."
    ways = (
        ("into a server", app.guild_integration_config, 0, "bot+applications.commands"),
        ("for yourself, in any server", app.user_integration_config, 1, "applications.commands"),
    )
    said = any(config is not None for _, config, _, _ in ways)
    found = []
    for where, config, kind, scope in ways:
        link = _INVITE.format(app=app.id, kind=kind, scope=scope)
        ok = config is not None or not said
        found.append(Finding(f"Discord: invite it {where}: {link}", ok=ok, mend="" if ok else mend))
    return found
