"""What Slack needs to know of us and we of Slack: the settings, their faults, the scopes and events."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.runtime.environment import Group, Secret, setting

COMMAND = "/debrief"
SCOPES = frozenset({"chat:write", "commands", "im:history", "im:write", "users:read"})
EVENTS = frozenset({"message.im"})
_BOT_TOKEN = re.compile(r"xoxb-[!-~]+")
MANIFEST = "handlers/slack/manifest.yaml"


def _ending_in_a_slash(text: str) -> str:
    return text if text.endswith("/") else f"{text}/"


@dataclass(frozen=True, slots=True)
class SlackSettings(Group):
    """`SLACK_...` from the environment and `.env`. With an app token Socket Mode is used, otherwise signed HTTP."""

    prefix = "SLACK_"

    bot_token: Secret = setting(Secret(), Secret)
    app_token: Secret = setting(Secret(), Secret)
    signing_secret: Secret = setting(Secret(), Secret)
    api_url: str = setting("https://slack.com/api/", _ending_in_a_slash)

    @property
    def socket_mode(self) -> bool:
        return bool(self.app_token.get_secret_value())


def configured(settings: SlackSettings) -> bool:
    secrets = (settings.bot_token, settings.app_token, settings.signing_secret)
    return any(secret.get_secret_value() for secret in secrets)


def faults(settings: SlackSettings) -> list[str]:
    """Every wrong or missing value, each with its mend."""
    return [*_token_faults(settings), *_url_faults(settings.api_url)]


def _token_faults(settings: SlackSettings) -> list[str]:
    bot, app = settings.bot_token.get_secret_value(), settings.app_token.get_secret_value()
    found = []
    if not bot:
        found.append(
            "SLACK_BOT_TOKEN is missing. Copy the Bot User OAuth Token from your app's page, OAuth & Permissions."
        )
    elif not _BOT_TOKEN.fullmatch(bot):
        found.append(
            "SLACK_BOT_TOKEN is not a bot token: it must begin with xoxb- and have no spaces or odd letters in it. "
            "Copy the Bot User OAuth Token from your app's page, OAuth & Permissions."
        )
    if app and not app.startswith("xapp-"):
        found.append(
            "SLACK_APP_TOKEN is not an app-level token: it must begin with xapp-. Make one with the scope "
            "connections:write on your app's page, Basic Information, App-Level Tokens."
        )
    if not app and not settings.signing_secret.get_secret_value():
        found.append(
            "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both missing. Set SLACK_APP_TOKEN for Socket Mode, or "
            "SLACK_SIGNING_SECRET (your app's page, Basic Information) to take requests at /slack/events."
        )
    return found


def _url_faults(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if good:
        return []
    return ["SLACK_API_URL is not a web address. Leave it out, or set it to one such as https://slack.com/api/."]
