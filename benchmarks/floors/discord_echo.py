"""The least that answers on Discord: a discord.py client that sends back what it hears, and acknowledges a press."""

import asyncio
import os
import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


async def main() -> None:
    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    client = discord.Client(intents=discord.Intents(dm_messages=True), max_messages=None)

    @client.event
    async def on_ready() -> None:
        print("up", file=sys.stderr, flush=True)

    @client.event
    async def on_message(message: discord.Message) -> None:
        if not message.author.bot:
            await message.channel.send(message.content)

    @client.event
    async def on_interaction(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        if isinstance(interaction.channel, discord.DMChannel):
            await interaction.channel.send("again")

    await client.start(os.environ["DISCORD_TOKEN"])


asyncio.run(main())
