"""Slack as a plug. Importing this loads no Slack library: `build` and `doctor` do."""

from aiohttp import web

from bot.runtime.ports import Core, Finding, Platform, Plug
from handlers.slack import settings as slack_settings
from handlers.slack.settings import SlackSettings


class SlackPlug:
    name = "slack"
    settings = SlackSettings
    fallback = False

    def configured(self, settings: SlackSettings) -> bool:
        return slack_settings.configured(settings)

    def faults(self, settings: SlackSettings) -> list[str]:
        return slack_settings.faults(settings)

    def build(self, settings: SlackSettings, core: Core, routes: web.UrlDispatcher) -> Platform:
        from handlers.slack.adapter import SlackAdapter  # noqa: PLC0415

        return SlackAdapter(settings, core, routes)

    async def doctor(self, settings: SlackSettings) -> list[Finding]:
        from handlers.slack.doctor import examine  # noqa: PLC0415

        return await examine(settings)


plug: Plug = SlackPlug()
