"""What Discord needs to know of us: the token, and where Discord is. No network here."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.runtime.environment import Group, Secret, setting

PORTAL = "https://discord.com/developers/applications"
_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}", re.ASCII)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _without_a_last_slash(text: str) -> str:
    return text.rstrip("/")


@dataclass(frozen=True, slots=True)
class DiscordSettings(Group):
    """`DISCORD_...` from the environment and `.env`. The two URLs are for proxies and tests."""

    prefix = "DISCORD_"

    token: Secret = setting(Secret(), Secret)
    api_url: str = setting("https://discord.com/api/v10", _without_a_last_slash)
    gateway_url: str = setting("wss://gateway.discord.gg/", str)


def configured(settings: DiscordSettings) -> bool:
    return bool(settings.token.get_secret_value())


def faults(settings: DiscordSettings) -> list[str]:
    """Every wrong value, each with its mend."""
    found = []
    token = settings.token.get_secret_value()
    if token and not _TOKEN.fullmatch(token):
        found.append(
            "DISCORD_TOKEN is not a bot token: it has three parts joined by dots, and no word before it. "
            f"Copy it from your app's page at {PORTAL}, Bot, Reset Token."
        )
    if not _secure(settings.api_url, "https", "http") or "/api/" not in settings.api_url:
        found.append(
            "DISCORD_API_URL is not the address of Discord's API. "
            "Leave it out, or set it to one such as https://discord.com/api/v10 (http:// on this machine only)."
        )
    if not _secure(settings.gateway_url, "wss", "ws"):
        found.append(
            "DISCORD_GATEWAY_URL is not the address of a gateway. "
            "Leave it out, or set it to one such as wss://gateway.discord.gg/ (ws:// on this machine only)."
        )
    return found


def _secure(url: str, scheme: str, on_loopback: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == scheme or (parts.scheme == on_loopback and host in _LOOPBACK))
