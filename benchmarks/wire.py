"""HTTP/1.1 and WebSocket on loopback, as little as the clients need, so that it is never what is measured."""

import asyncio
import base64
import hashlib
import socket
from typing import Protocol, cast

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10


class TooFast(Exception):
    """Raised by a site's `answer`: 429, and when to come again."""

    def __init__(self, after_s: float) -> None:
        super().__init__(after_s)
        self.after_s = after_s


class Site(Protocol):
    """What stands behind the wire."""

    def answer(self, method: str, path: str, query: str, body: bytes) -> bytes:
        """JSON for one request."""

    def opened(self, link: "Wire") -> None:
        """A WebSocket is there."""

    def heard(self, link: "Wire", text: bytes) -> None:
        """A frame came in."""


class Wire(asyncio.Protocol):
    """One connection, HTTP until it is upgraded."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._buffer = bytearray()
        self._framed = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._frame() if self._framed else self._request():
            pass

    def text(self, payload: bytes) -> None:
        self._send(_TEXT, payload)

    def binary(self, payload: bytes) -> None:
        self._send(_BINARY, payload)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _request(self) -> bool:
        """Take one whole request from the buffer and answer it; False when there is none yet."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        first, *rest = bytes(self._buffer[:end]).split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in rest)}
        size = int(headers.get(b"content-length", 0))
        if len(self._buffer) < end + 4 + size:
            return False
        body = bytes(self._buffer[end + 4 : end + 4 + size])
        del self._buffer[: end + 4 + size]
        if key := headers.get(b"sec-websocket-key"):
            self._upgrade(key)
            return True
        method, target, _ = first.decode().split(" ")
        path, _, query = target.partition("?")
        try:
            answer, head = self._site.answer(method, path, query, body), b"HTTP/1.1 200 OK\r\n"
        except TooFast as limited:
            answer = (
                b'{"message": "You are being rate limited.", "retry_after": %.3f, "global": true}' % limited.after_s
            )
            head = b"HTTP/1.1 429 Too Many Requests\r\nVia: 1.1 bench\r\nX-RateLimit-Global: true\r\n"
            head += b"Retry-After: %.3f\r\n" % limited.after_s
        self._write(head + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        return True

    def _upgrade(self, key: bytes) -> None:
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
        self._write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._framed = True
        self._site.opened(self)

    def _frame(self) -> bool:
        """Take one whole frame, masked as clients' are; False when there is none yet."""
        if len(self._buffer) < 6:
            return False
        code, size, start = self._buffer[0] & 15, self._buffer[1] & 127, 2
        if size >= 126:
            start += 2 if size == 126 else 8
            size = int.from_bytes(self._buffer[2:start], "big")
        end = start + 4 + size
        if len(self._buffer) < end:
            return False
        mask, masked = bytes(self._buffer[start : start + 4]), self._buffer[start + 4 : end]
        del self._buffer[:end]
        key = (mask * (size // 4 + 1))[:size]
        payload = (int.from_bytes(masked, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
        if code == _PING:
            self._send(_PONG, payload)
        elif code == _CLOSE and self._transport is not None:
            self._send(_CLOSE, payload)
            self._transport.close()
        elif code in {_TEXT, _BINARY}:
            self._site.heard(self, payload)
        return True

    def _send(self, code: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes((128 | code, size))
        elif size < 1 << 16:
            head = bytes((128 | code, 126)) + size.to_bytes(2, "big")
        else:
            head = bytes((128 | code, 127)) + size.to_bytes(8, "big")
        self._write(head + payload)


async def listen(site: Site) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(lambda: Wire(site), "127.0.0.1", 0, family=socket.AF_INET)


def port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])
