"""Discord as a plug. Importing this loads no Discord library: `build` and `doctor` do."""

from typing import TYPE_CHECKING

from aiohttp import web

from bot.runtime.ports import Core, Finding, Platform, Plug
from handlers.discord import settings as discord_settings

if TYPE_CHECKING:
    from handlers.discord.settings import DiscordSettings


class DiscordPlug:
    name = "discord"
    settings = discord_settings.DiscordSettings
    fallback = False

    def configured(self, settings: "DiscordSettings") -> bool:
        return discord_settings.configured(settings)

    def faults(self, settings: "DiscordSettings") -> list[str]:
        return discord_settings.faults(settings)

    def build(self, settings: "DiscordSettings", core: Core, routes: web.UrlDispatcher) -> Platform:  # noqa: ARG002
        from handlers.discord.adapter import DiscordAdapter  # noqa: PLC0415

        return DiscordAdapter(settings, core)

    async def doctor(self, settings: "DiscordSettings") -> list[Finding]:
        from handlers.discord.doctor import examine  # noqa: PLC0415

        return await examine(settings)


plug: Plug = DiscordPlug()
