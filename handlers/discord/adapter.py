"""Discord's events in, screens out. What a person did is durable before Discord hears that we have it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar, cast

import aiohttp
import discord

from bot.errors import PlatformRefused
from bot.model import ENGLISH, Event, Form
from bot.runtime.logs import outline
from bot.runtime.ports import Core, Later, Pace, Parcel, Receipt, Sent
from handlers.discord import client as discord_client
from handlers.discord import commands, inbound, invalid, position, render
from handlers.discord.direct import Direct
from handlers.discord.inbound import Interaction
from handlers.discord.position import Position
from handlers.discord.receipts import Line
from handlers.discord.sender import Sender, Waiting
from handlers.discord.settings import DiscordSettings

log = logging.getLogger(__name__)

READY_S = 60.0
REQUEST_S = 10.0
# Discord drops an interaction that has no response after 3 s.
DEFER_AFTER_S = 1.8
LAST_TURNS_S = 10.0
HANG_UP_S = 0.5
_UPDATE = discord.InteractionResponseType.message_update

_T = TypeVar("_T")


class DiscordAdapter:
    name = "discord"
    # Discord takes 50 requests a second from one bot. A little less, so that a network that
    # bunches them up does not make it 51: https://docs.discord.com/developers/topics/rate-limits
    pace = Pace(49.25, any_second=50)

    def __init__(
        self,
        settings: DiscordSettings,
        core: Core,
        *,
        request_s: float = REQUEST_S,
        defer_after_s: float = DEFER_AFTER_S,
        most_invalid: int = invalid.MOST,
    ) -> None:
        self._settings = settings
        self._core = core
        self._defer_after_s = defer_after_s
        self._client = discord_client.make(settings)
        for listener in (self.on_message, self.on_interaction):
            self._client.event(listener)
        self._commands = commands.tree(self._client, core, self._on_command)
        self._line = Line(request_s, most_invalid)
        self._direct = Direct(self._client, settings.api_url, request_s)
        self._sender = Sender(self._client, core, self._line, self._direct)
        self._gateway: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[Any]] = set()
        self._up = False

    async def start(self) -> None:
        try:
            await discord_client.sign_in(self._client, self._settings)
            await self._register()
            # Before the gateway: the first event may come together with READY.
            self._up = True
            self._gateway = asyncio.create_task(self._client.connect(), name="discord gateway")
            await self._ready(self._gateway)
        except BaseException:
            await self.stop()
            raise
        self._gateway.add_done_callback(_gateway_ended)

    async def send(self, parcel: Parcel) -> Receipt:
        if not self._up:
            return Later()
        return await self._counted(self._sender.send(parcel))

    async def hears(self) -> bool:
        return self._up and self._client.is_ready() and self._gateway is not None and not self._gateway.done()

    async def stop(self) -> None:
        """First no more events, then the turns under way to their end, then the connections."""
        if self._gateway is not None:
            self._gateway.remove_done_callback(_gateway_ended)
            # A cancellation that reaches discord.py while it connects is lost: asked again until it ends.
            while not self._gateway.done():
                self._gateway.cancel()
                await asyncio.wait({self._gateway}, timeout=HANG_UP_S)
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=LAST_TURNS_S)
        self._up = False
        await self._direct.close()
        await self._client.close()

    async def _register(self) -> None:
        try:
            async with asyncio.timeout(discord_client.SIGN_IN_S):
                await commands.register(self._client, self._core, self._commands)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            raise PlatformRefused(
                f"Discord did not take the command /debrief ({type(failure).__name__}). Try again in a few minutes."
            ) from None

    async def _ready(self, gateway: asyncio.Task[None]) -> None:
        ready = asyncio.create_task(self._client.wait_until_ready())
        try:
            await asyncio.wait({gateway, ready}, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if gateway.done():
            failure = gateway.exception() or ConnectionError()
            raise PlatformRefused(discord_client.closed_for_good(failure))
        if not self._client.is_ready():
            raise PlatformRefused(
                f"Discord's gateway at {self._settings.gateway_url} did not answer within {READY_S:.0f} seconds. "
                "Check the network, and DISCORD_GATEWAY_URL if it is set."
            )

    async def on_message(self, message: discord.Message) -> None:
        if event := inbound.message(message, self._core.clock.now()):
            await self._guarded(self._message_turn(event), partial(message.channel.send, silent=True), ENGLISH)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Everything but the command. A press is known by its custom_id: discord.py's views would look for it too."""
        if interaction.type is discord.InteractionType.component:
            await self._pressed(interaction)
        elif interaction.type is discord.InteractionType.modal_submit and (
            event := inbound.form(interaction, self._core.clock.now())
        ):
            await self._guarded_turn(interaction, event)

    async def _pressed(self, interaction: Interaction) -> None:
        shown = position.read(interaction.custom_id or "")
        if shown is None:
            return
        form = self._core.form(shown.step, shown.choice, shown.language) if shown.form else None
        if form:
            waiting = Waiting(interaction)
            await self._guarded(self._open(waiting, form, shown), partial(_tell, waiting), shown.language)
        elif event := inbound.press(interaction, shown, self._core.clock.now()):
            await self._guarded_turn(interaction, event)

    async def _open(self, waiting: Waiting, form: Form, shown: Position) -> None:
        await self._acknowledge(waiting.interaction.response.send_modal(render.modal(form, shown)))

    async def _on_command(self, interaction: Interaction, text: str) -> None:
        event = inbound.command(interaction, text, self._core.clock.now())
        await self._guarded_turn(interaction, event)

    async def _guarded_turn(self, interaction: Interaction, event: Event) -> None:
        waiting = Waiting(interaction)
        await self._guarded(self._turn(waiting, event), partial(_tell, waiting), event.locale)

    async def _message_turn(self, event: Event) -> None:
        await self._core.post(await self._core.take(event))

    async def _turn(self, waiting: Waiting, event: Event) -> None:
        """The answer is the first response. Where it takes too long, the response is put off instead."""
        self._sender.waiting[waiting.interaction.id] = waiting
        deferring: set[asyncio.Task[None]] = set()
        timer = asyncio.get_running_loop().call_later(
            self._defer_after_s, lambda: deferring.add(asyncio.create_task(self._defer(waiting)))
        )
        try:
            await self._take_and_answer(waiting, event)
        finally:
            timer.cancel()
            if deferring:
                await asyncio.gather(*deferring)
            del self._sender.waiting[waiting.interaction.id]

    async def _take_and_answer(self, waiting: Waiting, event: Event) -> None:
        taken = await self._core.take(event)
        if taken.parcel is None:
            await self._say_nothing(waiting)
            return
        if taken.parcel.handle is None:
            await self._take_buttons_off(waiting)
        await self._core.post(taken)
        if not waiting.answered:
            await self._say_nothing(waiting)

    async def _defer(self, waiting: Waiting) -> None:
        """Acknowledge now, answer by an edit later. Nothing to do where the answer itself was the response."""
        interaction = waiting.interaction
        async with waiting.lock:
            if not waiting.responded:
                ephemeral = not inbound.in_own_dm(interaction)
                waiting.responded = await self._acknowledge(interaction.response.defer(ephemeral=ephemeral))
                waiting.thinking = waiting.responded and _is_command(interaction)

    async def _say_nothing(self, waiting: Waiting) -> None:
        """A press is acknowledged and changes nothing; a command leaves no "is thinking" behind."""
        await self._defer(waiting)
        if waiting.thinking:
            await self._acknowledge(waiting.interaction.delete_original_response())

    async def _take_buttons_off(self, waiting: Waiting) -> None:
        """In a direct message: the words stay, and nothing that was answered can be pressed again."""
        interaction = waiting.interaction
        if _is_command(interaction):
            return
        async with waiting.lock:
            if waiting.responded:
                await self._acknowledge(interaction.edit_original_response(view=None))
            else:
                update = self._direct.respond(interaction, _UPDATE, {"components": []})
                waiting.responded = await self._acknowledge(update, timed=True)

    async def _acknowledge(self, request: Awaitable[object], *, timed: bool = False) -> bool:
        """Whether Discord took it."""
        _, receipt = await self._line.attempt(request, timed=timed)
        if isinstance(receipt, Sent):
            return True
        log.warning("Discord did not take an acknowledgement: %s", receipt)
        return False

    async def _guarded(self, turn: Awaitable[None], tell: Callable[[str], Awaitable[object]], language: str) -> None:
        """A turn that fails is one person's failure: it is logged, and they are told to send it again."""
        try:
            await self._counted(turn)
        except Exception as error:
            log.error("An event from Discord was not taken: %s", outline(error))
            await self._acknowledge(tell(self._core.apology(language)))

    async def _counted(self, work: Awaitable[_T]) -> _T:
        """A stop waits for the task that this runs in."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        if task in self._at_work:
            return await work
        self._at_work.add(task)
        try:
            return await work
        finally:
            self._at_work.discard(task)


def _is_command(interaction: Interaction) -> bool:
    return interaction.type is discord.InteractionType.application_command


async def _tell(waiting: Waiting, words: str) -> None:
    """A line for the person alone, whether the interaction had its first response or not."""
    interaction = waiting.interaction
    ephemeral = not inbound.in_own_dm(interaction)
    if waiting.responded:
        await interaction.followup.send(words, ephemeral=ephemeral)
    else:
        await interaction.response.send_message(words, ephemeral=ephemeral)


def _gateway_ended(gateway: asyncio.Task[None]) -> None:
    if not gateway.cancelled():
        log.critical(discord_client.closed_for_good(gateway.exception() or ConnectionError()))
