"""Slack's payloads in and out. An event is stored before Slack is told that we have it."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import web
from msgspec.structs import replace

from bot.errors import PlatformRefused
from bot.model import ChoicePicked, Event, Form, Person
from bot.runtime.logs import outline
from bot.runtime.ports import Core, Later, Pace, Parcel, Receipt
from handlers.slack import inbound, position, receipts, render
from handlers.slack.line import Line
from handlers.slack.patience import Patience
from handlers.slack.quiet import QuietClient
from handlers.slack.settings import SlackSettings
from handlers.slack.tasks import Tasks

if TYPE_CHECKING:
    from handlers.slack.signed import Signed

PATH = "/slack/events"
REMEMBERED_PEOPLE = 10_000
HINT_REST_S = 30.0

log = logging.getLogger(__name__)


class SlackAdapter:
    name = "slack"
    # "Several hundred messages per minute" in a workspace: https://docs.slack.dev/reference/methods/chat.postMessage
    pace = Pace(4, burst=240, each_workspace=True)

    def __init__(
        self, settings: SlackSettings, core: Core, routes: web.UrlDispatcher, patience: Patience | None = None
    ) -> None:
        self._settings = settings
        self._core = core
        self._patience = patience or Patience()
        self._turns = Tasks()
        self._deliveries = Tasks()
        self._line: Line | None = None
        self._signed: Signed | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False
        self._hints: dict[Person, tuple[str, str]] = {}
        if not settings.socket_mode:
            routes.add_post(PATH, self._http)

    async def start(self) -> None:
        self._line = line = Line(self._settings, self._core, self._patience, self._turns, self._turn)
        if not self._settings.socket_mode:
            # Socket Mode needs nothing of slack-bolt, which takes its time to load.
            from handlers.slack.signed import Signed  # noqa: PLC0415

            self._signed = Signed(line.client, self._settings.signing_secret.get_secret_value(), self._turn)
        try:
            await line.open()
        except PlatformRefused:
            await self.stop()
            raise
        except receipts.FAILURES as error:
            log.warning("Slack cannot be reached yet (%s); trying again", type(error).__name__)
        self._watch = asyncio.create_task(line.keep_open())

    async def send(self, parcel: Parcel) -> Receipt:
        return await self._line.sender.send(parcel) if self._line else Later()

    async def hears(self) -> bool:
        return self._line is not None and await self._line.is_open()

    async def stop(self) -> None:
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        if self._line is not None:
            await self._turns.finish(self._patience.stop)
            await self._line.hang_up()
            await self._deliveries.finish(self._patience.stop)
            await self._line.close()
            self._line = None

    async def _http(self, request: web.Request) -> web.Response:
        if self._line is None or self._signed is None:
            return web.Response(status=503)
        return await self._turns.start(self._signed.answer(request))

    async def _turn(self, body: Mapping[str, Any]) -> int:
        if self._line is None or self._stopping:
            return 503
        try:
            await self._take(self._line.client, body)
        except Exception as error:
            log.error("An event from Slack was not taken: %s", outline(error))
            return 500
        return 200

    async def _take(self, client: QuietClient, body: Mapping[str, Any]) -> None:
        event = inbound.event(body, self._core.clock.now())
        if event is None:
            return
        if isinstance(event, ChoicePicked):
            language = position.language(body["actions"][0])
            if form := self._core.form(event.step, event.choice, language):
                await self._open(client, form, event, body["trigger_id"])
                return
        taken = await self._core.take(await self._hinted(client, event))
        # The task first runs when this turn waits for something: by then the acknowledgement is written.
        self._deliveries.start(self._core.post(taken))

    async def _open(self, client: QuietClient, form: Form, press: ChoicePicked, trigger_id: str) -> None:
        async with asyncio.timeout(self._patience.form):
            await client.views_open(trigger_id=trigger_id, view=render.view(form, position.metadata(press)))

    async def _hinted(self, client: QuietClient, event: Event) -> Event:
        """The zone and the language that Slack knows. Without them the event is as good."""
        hint = self._hints.get(event.person)
        if hint is None:
            try:
                async with asyncio.timeout(self._patience.hint):
                    answer = await client.users_info(user=event.person.user, include_locale=True)
            except receipts.FAILURES as error:
                log.info("No zone from Slack (%s)", type(error).__name__)
                if isinstance(error, TimeoutError):
                    # One turn waited in vain: the next ones do not.
                    client.hush("users.info", HINT_REST_S)
                return event
            if len(self._hints) >= REMEMBERED_PEOPLE:
                self._hints.clear()
            user = answer["user"]
            hint = self._hints[event.person] = (user.get("tz") or "", user.get("locale") or "")
        zone, locale = hint
        return replace(event, zone=zone, locale=locale)
