"""`/debrief`: for servers and people who install it, in any server, group chat and direct message."""

from typing import Any

import discord
from discord.http import Route

from bot.model import ENGLISH
from bot.runtime.ports import Core

NAME = "debrief"
TEXT_CHARS = 4_000

Json = dict[str, Any]


def command(core: Core) -> Json:
    """As Discord takes it: https://docs.discord.com/developers/interactions/application-commands"""
    text = {
        "name": "text",
        "type": discord.AppCommandOptionType.string.value,
        **_described(core, "command_text"),
        "required": False,
        "min_length": 1,
        "max_length": TEXT_CHARS,
    }
    return {
        "name": NAME,
        "type": discord.AppCommandType.chat_input.value,
        # Seen by everyone who types a slash: it names no topic.
        **_described(core, "command"),
        "options": [text],
        # Servers, the bot's own direct messages, and all others.
        "contexts": [0, 1, 2],
        # Into a server, and for yourself.
        "integration_types": [0, 1],
    }


def _described(core: Core, word: str) -> Json:
    """In every language that Debrief speaks, in each of Discord's locales of it."""
    others = [language for language in core.languages if language != ENGLISH]
    translated = {
        locale.value: core.words(language)[word]
        for locale in discord.Locale
        for language in others
        if locale.value[:2] == language
    }
    return {"description": core.words(ENGLISH)[word], "description_localizations": translated}


async def register(client: discord.Client, core: Core) -> None:
    """Only when what is registered differs: Discord allows 200 changes a day, and a change takes a while to show."""
    application = client.application_id or 0
    route = Route("GET", "/applications/{application_id}/commands", application_id=application)
    registered = await client.http.request(route, params={"with_localizations": "true"})
    wanted = [command(core)]
    if [_essence(each) for each in registered] != [_essence(each) for each in wanted]:
        await client.http.bulk_upsert_global_commands(application, payload=wanted)


def _essence(command: Any) -> Json:
    options = [
        [_words(option), option["type"], option.get("required", False), option.get("max_length")]
        for option in command.get("options", ())
    ]
    return {
        "command": _words(command),
        "contexts": sorted(command.get("contexts") or ()),
        "installs": sorted(command.get("integration_types") or ()),
        "options": options,
    }


def _words(named: Any) -> tuple[str, str, dict[str, str]]:
    return named["name"], named["description"], named.get("description_localizations") or {}
