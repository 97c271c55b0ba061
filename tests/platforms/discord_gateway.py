"""A small Discord on loopback: the gateway. It compresses, counts, resumes, and closes with Discord's codes."""

import json
import zlib
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from tests.platforms.discord_world import APPLICATION, BOT, SERVER, Payload, World, user_payload

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 9, 10, 11
BAD_TOKEN, DISALLOWED_INTENTS, LOST = 4004, 4014, 4000
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
SERVER_MESSAGES, DIRECT_MESSAGES = 1 << 9, 1 << 12


class _Socket:
    """One connection, compressed as a whole."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self._deflate = zlib.compressobj()

    async def tell(self, op: int, data: Any, sequence: int | None = None, event: str | None = None) -> None:
        frame = json.dumps({"op": op, "d": data, "s": sequence, "t": event}).encode()
        packed = self._deflate.compress(frame) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(packed)


class Gateway:
    """`refuses`: a close code in answer to IDENTIFY and RESUME, whatever they say."""

    def __init__(self, world: World, url: str = "") -> None:
        self.url = url
        self.refuses = 0
        self.identified: list[Payload] = []
        self.resumed = 0
        self.heartbeats = 0
        self._world = world
        self._log: list[tuple[str, Payload]] = []
        self._intents = 0
        self._live: _Socket | None = None

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = _Socket(socket)
        await line.tell(HELLO, {"heartbeat_interval": 41_250})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                said = json.loads(frame.data)
                await self._hear(line, said["op"], said["d"])
        if self._live is line:
            self._live = None
        return socket

    async def _hear(self, line: _Socket, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            self.heartbeats += 1
            await line.tell(HEARTBEAT_ACK, None)
        elif op == IDENTIFY:
            await self._identify(line, data)
        elif op == RESUME:
            await self._resume(line, data)
        await self._world.changed()

    async def _identify(self, line: _Socket, data: Payload) -> None:
        self.identified.append(data)
        self._intents = data["intents"]
        code = self.refuses or (0 if data["token"] == self._world.token else BAD_TOKEN)
        if code or self._intents & PRIVILEGED:
            await line.socket.close(code=code or DISALLOWED_INTENTS)
            return
        self._log = []
        self._live = line
        await self.dispatch("READY", self._ready())

    def _ready(self) -> Payload:
        return {
            "v": 10,
            "user": user_payload(BOT),
            "guilds": [{"id": str(SERVER), "unavailable": True}],
            "session_id": f"session{len(self.identified)}",
            "resume_gateway_url": self.url,
            "application": {"id": str(APPLICATION), "flags": 0},
        }

    async def _resume(self, line: _Socket, data: Payload) -> None:
        if self.refuses:
            await line.socket.close(code=self.refuses)
            return
        if data["session_id"] != f"session{len(self.identified)}":
            await line.tell(INVALID_SESSION, False)
            return
        for sequence, (event, payload) in enumerate(self._log, start=1):
            if sequence > data["seq"]:
                await line.tell(DISPATCH, payload, sequence, event)
        self.resumed += 1
        self._live = line
        await self.dispatch("RESUMED", {})

    async def dispatch(self, event: str, payload: Payload) -> None:
        """Kept in the log, so that a connection that was lost hears it when it resumes."""
        self._log.append((event, payload))
        if self._live is not None:
            # Nobody may be there any more. Who comes back resumes, or was away when it happened.
            with suppress(ConnectionError):
                await self._live.tell(DISPATCH, payload, len(self._log), event)

    async def message(self, payload: Payload) -> None:
        """Only where the intents ask for it."""
        needed = SERVER_MESSAGES if "guild_id" in payload else DIRECT_MESSAGES
        if self._intents & needed:
            await self.dispatch("MESSAGE_CREATE", payload)

    async def lose(self) -> None:
        """The connection breaks; the session stays."""
        line, self._live = self._live, None
        if line is not None:
            await line.socket.close(code=LOST)
