"""Discord's events in, screens out. What a person did is durable before Discord hears that we have it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import aiohttp
import discord

from bot.errors import PlatformRefused
from bot.model import ENGLISH, Event, Form
from bot.runtime.logs import outline
from bot.runtime.ports import Core, Later, Pace, Parcel, Receipt, Sent
from handlers.discord import client as discord_client
from handlers.discord import commands, inbound, invalid, render
from handlers.discord.direct import Direct, Json
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
_COMMAND, _PRESS, _FORM = (
    getattr(discord.InteractionType, name).value for name in ("application_command", "component", "modal_submit")
)


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
        takers = {"MESSAGE_CREATE": self._message, "INTERACTION_CREATE": self._interaction}
        discord_client.listen(self._client, {name: partial(self._begin, taker) for name, taker in takers.items()})
        self._line = Line(request_s, most_invalid)
        self._direct = Direct(settings, self._client, self._line)
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
        return await self._sender.send(parcel)

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
        await self._client.close()

    async def _register(self) -> None:
        try:
            async with asyncio.timeout(discord_client.SIGN_IN_S):
                await commands.register(self._client, self._core)
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

    def _begin(self, taker: Callable[[Json], Coroutine[Any, Any, None]], payload: Json) -> None:
        task = asyncio.create_task(taker(payload))
        self._at_work.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("An event from Discord was not understood: %s", outline(error))

    async def _message(self, payload: Json) -> None:
        if event := inbound.message(payload, self._core.clock.now()):
            await self._guarded(self._message_turn(event), partial(self._sender.tell, event.reach), ENGLISH)

    async def _interaction(self, payload: Json) -> None:
        kind, now = payload["type"], self._core.clock.now()
        if kind == _COMMAND and payload["data"]["name"] == commands.NAME:
            await self._guarded_turn(payload, inbound.command(payload, now))
        elif kind == _PRESS and (shown := inbound.shown(payload)):
            await self._pressed(payload, shown)
        elif kind == _FORM and (shown := inbound.shown(payload)):
            await self._guarded_turn(payload, inbound.form(payload, shown, now))

    async def _pressed(self, payload: Json, shown: Position) -> None:
        form = self._core.form(shown.step, shown.choice, shown.language) if shown.form else None
        if form:
            waiting = Waiting(self._client, payload)
            await self._guarded(self._open(waiting, form, shown), partial(_tell, waiting), shown.language)
        elif event := inbound.press(payload, shown, self._core.clock.now()):
            await self._guarded_turn(payload, event)

    async def _open(self, waiting: Waiting, form: Form, shown: Position) -> None:
        await self._acknowledge(waiting.interaction.response.send_modal(render.modal(form, shown)))

    async def _guarded_turn(self, payload: Json, event: Event) -> None:
        waiting = Waiting(self._client, payload)
        await self._guarded(self._turn(waiting, event), partial(_tell, waiting), event.locale)

    async def _message_turn(self, event: Event) -> None:
        await self._core.post(await self._core.take(event))

    async def _turn(self, waiting: Waiting, event: Event) -> None:
        """The answer is the first response. Where it takes too long, the response is put off instead."""
        self._sender.waiting[waiting.id] = waiting
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
            del self._sender.waiting[waiting.id]

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
        async with waiting.lock:
            if not waiting.responded:
                put_off = waiting.interaction.response.defer(ephemeral=not waiting.in_own_dm)
                waiting.responded = await self._acknowledge(put_off)
                waiting.thinking = waiting.responded and waiting.is_command

    async def _say_nothing(self, waiting: Waiting) -> None:
        """A press is acknowledged and changes nothing; a command leaves no "is thinking" behind."""
        await self._defer(waiting)
        if waiting.thinking:
            await self._acknowledge(waiting.interaction.delete_original_response())

    async def _take_buttons_off(self, waiting: Waiting) -> None:
        """In a direct message: the words stay, and nothing that was answered can be pressed again."""
        if waiting.is_command:
            return
        async with waiting.lock:
            if waiting.responded:
                await self._acknowledge(waiting.interaction.edit_original_response(view=None))
            else:
                receipt = await self._direct.respond(waiting.id, waiting.token, _UPDATE, {"components": []})
                waiting.responded = _taken(receipt)

    async def _acknowledge(self, request: Awaitable[object]) -> bool:
        """Whether Discord took it."""
        _, receipt = await self._line.attempt(request)
        return _taken(receipt)

    async def _guarded(self, turn: Awaitable[None], tell: Callable[[str], Awaitable[object]], language: str) -> None:
        """A turn that fails is one person's failure: it is logged, and they are told to send it again."""
        try:
            await turn
        except Exception as error:
            log.error("An event from Discord was not taken: %s", outline(error))
            await self._acknowledge(tell(self._core.apology(language)))


def _taken(receipt: Receipt) -> bool:
    """Whether Discord took an acknowledgement."""
    if isinstance(receipt, Sent):
        return True
    log.warning("Discord did not take an acknowledgement: %s", receipt)
    return False


async def _tell(waiting: Waiting, words: str) -> None:
    """A line for the person alone, whether the interaction had its first response or not."""
    ephemeral = not waiting.in_own_dm
    if waiting.responded:
        await waiting.interaction.followup.send(words, ephemeral=ephemeral)
    else:
        await waiting.interaction.response.send_message(words, ephemeral=ephemeral)


def _gateway_ended(gateway: asyncio.Task[None]) -> None:
    if not gateway.cancelled():
        log.critical(discord_client.closed_for_good(gateway.exception() or ConnectionError()))
