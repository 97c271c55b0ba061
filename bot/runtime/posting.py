"""POST requests over aiohttp's connections without its session, which costs as much again as a small request does.

aiohttp keeps the connections, speaks TLS, finds the way through a proxy and reads the answer. What is not done here:
redirects, cookies, repeats.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
import msgspec
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

JSON = "application/json"

# What is raised where nothing left.
NOWHERE = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

_SCHEMES = ("http", "https")


class Answer(msgspec.Struct):
    """`body`: None where it was cut off, or did not come in time."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None = None


class Origin:
    """One server that is posted to, with what is the same in every request.

    `timeout_s`: to connect, and then to be answered. Raises aiohttp.InvalidURL for a `url` that names no HTTP
    server, ValueError for a header with a line break in it.
    """

    def __init__(
        self,
        connector: aiohttp.BaseConnector,
        url: URL,
        headers: Mapping[str, str],
        *,
        timeout_s: float,
        proxy: str | None = None,
    ) -> None:
        if url.scheme not in _SCHEMES:
            raise aiohttp.InvalidURL(url)
        self._connector = connector
        self._timeout_s = timeout_s
        self._to_connect = aiohttp.ClientTimeout(connect=timeout_s)
        # What a connector wants to know of a request: where to.
        self._request = aiohttp.ClientRequest(
            "POST", url, loop=asyncio.get_running_loop(), proxy=URL(proxy) if proxy else None
        )
        # A proxy that is not asked for a tunnel has to be told the whole address.
        self._before = str(url.origin()) if proxy and url.scheme == "http" else ""
        lines = [f"Host: {url.host_port_subcomponent}", *(f"{name}: {value}" for name, value in headers.items())]
        if not all(line.isprintable() for line in lines):
            raise ValueError("A header has a line break in it, or something else that cannot be printed.")
        self._after = "\r\n".join([" HTTP/1.1", *lines, "Content-Type: "])

    async def post(self, path: str, body: bytes, content_type: str = JSON) -> Answer:
        """`path`: as it stands in a request, quoted.

        Raises one of NOWHERE where nothing left, any other aiohttp.ClientError or TimeoutError where nobody knows
        what came of it. Once the answer has begun it raises nothing.
        """
        head = f"POST {self._before}{path}{self._after}{content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection = await self._connected()
        try:
            return await self._answer(connection, head.encode() + body)
        finally:
            # One that was not released is in the middle of something, and nobody else's.
            connection.close()

    async def _connected(self) -> Connection:
        while True:
            try:
                connection = await self._connector.connect(self._request, [], self._to_connect)
            except TimeoutError as late:
                raise aiohttp.ConnectionTimeoutError(f"No connection within {self._timeout_s:.0f} s.") from late
            # What a server said unasked while the connection was idle must not be taken for an answer.
            if connection.protocol is not None and not connection.protocol.should_close:
                return connection
            connection.close()

    async def _answer(self, connection: Connection, request: bytes) -> Answer:
        answer: Answer | None = None
        try:
            async with asyncio.timeout(self._timeout_s):
                protocol = _written(connection, request)
                answer, content = await _begun(protocol)
                answer.body = content.read_nowait() if content.is_eof() else await content.read()
                connection.release()
        except (TimeoutError, aiohttp.ClientError):
            if answer is None:
                raise
        return answer


def _written(connection: Connection, request: bytes) -> ResponseHandler:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None:
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(read_until_eof=True)
    transport.write(request)
    return protocol


async def _begun(protocol: ResponseHandler) -> tuple[Answer, aiohttp.StreamReader]:
    status = 100
    while status < 200:
        try:
            message, content = await protocol.read()
        except HttpProcessingError as error:
            raise aiohttp.ClientPayloadError("not an HTTP answer") from error
        status = message.code
    return Answer(status, message.headers), content
