"""`/debrief`: for servers and people who install it, in any server, group chat and direct message."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from handlers.discord.inbound import Interaction

# Seen by everyone who types a slash: it names no topic.
DESCRIPTION = "Open Debrief in private. Only you see the answer."
TEXT_DESCRIPTION = "Anything you want to say first."
TEXT_CHARS = 4_000

Handler = Callable[[Interaction, str], Awaitable[None]]


def tree(client: discord.Client, handle: Handler) -> app_commands.CommandTree[discord.Client]:
    commands = app_commands.CommandTree(client)

    @commands.command(name="debrief", description=DESCRIPTION)
    @app_commands.describe(text=TEXT_DESCRIPTION)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def debrief(interaction: Interaction, text: app_commands.Range[str, 1, TEXT_CHARS] = "") -> None:
        await handle(interaction, text)

    return commands


async def register(client: discord.Client, commands: app_commands.CommandTree[discord.Client]) -> None:
    """Only when what is registered differs: Discord allows 200 changes a day, and a change takes a while to show."""
    # discord.py's own AppCommand loses the first context and the first kind of install, so the raw answer is read.
    registered = await client.http.get_global_commands(client.application_id or 0)
    wanted = [command.to_dict(commands) for command in commands.get_commands()]
    if [_essence(command) for command in registered] != [_essence(command) for command in wanted]:
        await commands.sync()


def _essence(command: Any) -> dict[str, Any]:
    options = [
        [option["name"], option["description"], option["type"], option.get("required", False), option.get("max_length")]
        for option in command.get("options", ())
    ]
    return {
        "name": command["name"],
        "description": command["description"],
        "contexts": sorted(command.get("contexts") or ()),
        "installs": sorted(command.get("integration_types") or ()),
        "options": options,
    }
