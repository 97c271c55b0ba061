"""`/debrief`: for servers and people who install it, in any server, group chat and direct message."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, Translator, locale_str
from discord.http import Route

from bot.model import ENGLISH
from bot.runtime.ports import Core
from handlers.discord.inbound import Interaction

TEXT_CHARS = 4_000

Handler = Callable[[Interaction, str], Awaitable[None]]


class Translated(Translator):
    """The command's own words in every language that Debrief speaks, in each of Discord's locales of it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: TranslationContextTypes,  # noqa: ARG002  discord.py's signature
    ) -> str | None:
        language = locale.value[:2]
        if "id" not in string.extras or language == ENGLISH or language not in self._core.languages:
            return None
        return self._core.words(language)[string.extras["id"]]


def tree(client: discord.Client, core: Core, handle: Handler) -> app_commands.CommandTree[discord.Client]:
    commands = app_commands.CommandTree(client)
    words = core.words(ENGLISH)

    # Seen by everyone who types a slash: it names no topic.
    @commands.command(name="debrief", description=locale_str(words["command"], id="command"))
    @app_commands.describe(text=locale_str(words["command_text"], id="command_text"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def debrief(interaction: Interaction, text: app_commands.Range[str, 1, TEXT_CHARS] = "") -> None:
        await handle(interaction, text)

    return commands


async def register(client: discord.Client, core: Core, commands: app_commands.CommandTree[discord.Client]) -> None:
    """Only when what is registered differs: Discord allows 200 changes a day, and a change takes a while to show."""
    translated = Translated(core)
    await commands.set_translator(translated)
    # discord.py's own AppCommand loses the first context and the first kind of install, so the raw answer is read.
    route = Route("GET", "/applications/{application_id}/commands", application_id=client.application_id or 0)
    registered = await client.http.request(route, params={"with_localizations": "true"})
    wanted = [await command.get_translated_payload(commands, translated) for command in commands.get_commands()]
    if [_essence(command) for command in registered] != [_essence(command) for command in wanted]:
        await commands.sync()


def _essence(command: Any) -> dict[str, Any]:
    options = [
        [_described(option), option["type"], option.get("required", False), option.get("max_length")]
        for option in command.get("options", ())
    ]
    return {
        "command": _described(command),
        "contexts": sorted(command.get("contexts") or ()),
        "installs": sorted(command.get("integration_types") or ()),
        "options": options,
    }


def _described(named: Any) -> tuple[str, str, dict[str, str]]:
    return named["name"], named["description"], named.get("description_localizations") or {}
