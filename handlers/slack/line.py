"""The line to Slack: one set of connections, one client, and Socket Mode kept open where it is used."""

import asyncio
import logging

import aiohttp

from bot.errors import PlatformRefused
from bot.runtime.ports import Core
from handlers.slack import access, receipts
from handlers.slack.patience import Patience
from handlers.slack.quiet import QuietClient
from handlers.slack.sender import Sender
from handlers.slack.settings import SlackSettings
from handlers.slack.socket_mode import Socket, Turn
from handlers.slack.tasks import Tasks

log = logging.getLogger(__name__)

# Below ERROR both libraries write whole payloads to the log.
library_log = logging.getLogger(f"{__name__}.library")
library_log.setLevel(logging.ERROR)


class Line:
    def __init__(self, settings: SlackSettings, core: Core, patience: Patience, turns: Tasks, turn: Turn) -> None:
        self._settings = settings
        self._patience = patience
        self._turns = turns
        self._turn = turn
        self._socket: Socket | None = None
        self._allowed = False
        connector = aiohttp.TCPConnector()
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=patience.send))
        self.client = QuietClient(
            token=settings.bot_token.get_secret_value(),
            base_url=settings.api_url,
            session=self._session,
            retry_handlers=[],
            logger=library_log,
        )
        self.sender = Sender(self.client, connector, core, patience)

    async def open(self) -> None:
        """Raises PlatformRefused, or one of `receipts.FAILURES` when Slack cannot be reached."""
        await access.check_bot(self.client)
        self._allowed = True
        if not self._settings.socket_mode:
            return
        await self.hang_up()
        token = self._settings.app_token.get_secret_value()
        url = await access.socket_url(self.client, token)
        self._socket = Socket(token, library_log, self.client, self._turns, self._turn)
        self._socket.wss_uri = url
        async with asyncio.timeout(self._patience.connect):
            await self._socket.connect()  # type: ignore[no-untyped-call]

    async def keep_open(self) -> None:
        """Runs until cancelled. The library reconnects by itself, but tries a dead address for ever: not here."""
        lost = not await self.is_open()
        while True:
            await asyncio.sleep(self._patience.watch)
            was_lost, lost = lost, not await self.is_open()
            if not (was_lost and lost):
                continue
            try:
                await self.open()
                log.info("Slack is reached again")
            except PlatformRefused as refusal:
                log.error("%s", refusal)
            except receipts.FAILURES as error:
                log.warning("Slack cannot be reached (%s); trying again", type(error).__name__)

    async def is_open(self) -> bool:
        if not self._settings.socket_mode:
            return self._allowed
        return self._socket is not None and await self._socket.is_connected()

    async def hang_up(self) -> None:
        """Leave Socket Mode, and wait for the library's own loops, which it only cancels."""
        if self._socket is None:
            return
        client, self._socket = self._socket, None
        await client.close()  # type: ignore[no-untyped-call]
        loops = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await asyncio.gather(*(loop for loop in loops if loop is not None), return_exceptions=True)

    async def close(self) -> None:
        await self.hang_up()
        await self._session.close()
