"""A wire that can be cut: stands between a process and a server, on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

BYTES = 1 << 16


class Wire:
    """While it is cut, what is open ends and nothing new gets through."""

    def __init__(self, database_url: str) -> None:
        self._there = urlsplit(database_url)
        self._open: set[asyncio.StreamWriter] = set()
        self._flows: set[asyncio.Task[None]] = set()
        self._cut = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"{self._there.scheme}://{self._there.username or 'postgres'}@127.0.0.1:{self.port}{self._there.path}"

    def cut(self) -> None:
        self._cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        self._cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        there_reader, there_writer = await self._connect()
        self._open |= {writer, there_writer}
        both = asyncio.gather(_flow(reader, there_writer), _flow(there_reader, writer))
        task = asyncio.current_task()
        assert task is not None
        self._flows.add(task)
        try:
            await both
        finally:
            self._flows.discard(task)
            self._open -= {writer, there_writer}
            for end in (writer, there_writer):
                end.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = parse_qs(self._there.query).get("host", [""])[0] or self._there.hostname or ""
        if folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{self._there.port or 5432}")
        return await asyncio.open_connection(folder, self._there.port or 5432)

    async def end(self) -> None:
        self.cut()
        await asyncio.gather(*self._flows, return_exceptions=True)


async def _flow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(BYTES):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def wire(database_url: str) -> AsyncIterator[Wire]:
    between = Wire(database_url)
    server = await asyncio.start_server(between.carry, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        await between.end()
