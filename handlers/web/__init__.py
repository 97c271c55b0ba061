"""The playground: Debrief on a page of this machine, opened when no other platform is set up."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.runtime.environment import Group
from bot.runtime.ports import Core, Finding, Platform, Plug


@dataclass(frozen=True, slots=True)
class NoSettings(Group):
    """The playground has none."""


# ruff: noqa: ARG002 - the port hands over settings, of which the playground has none


class WebPlug:
    """`fallback`: no setting turns this platform on; it opens where no other one is configured."""

    name = "web"
    settings = NoSettings
    fallback = True

    def configured(self, settings: Any) -> bool:
        return False

    def faults(self, settings: Any) -> list[str]:
        return []

    def build(self, settings: Any, core: Core, routes: web.UrlDispatcher) -> Platform:
        from handlers.web.adapter import WebPlatform  # noqa: PLC0415 - importing the plug stays cheap

        return WebPlatform(core, routes)

    async def doctor(self, settings: Any) -> list[Finding]:
        return [Finding("The playground needs no setting and answers on this machine only.", ok=True)]


plug: Plug = WebPlug()
