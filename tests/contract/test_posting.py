"""What a POST tells of how far it got, whatever the other side does; and which connections are used again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from bot.runtime.posting import NOWHERE, Answer, Origin

pytestmark = pytest.mark.asyncio

SAID = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Word: one\r\n\r\nyes."
TIMEOUT_S = 0.3


class Server:
    """Answers each request with `answer`, bytes as they stand; None: it says nothing. Empty: it hangs up."""

    def __init__(self) -> None:
        self.answer: bytes | None = SAID
        self.port = 0
        self.heard: list[bytes] = []
        self.connections = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.released = asyncio.Event()
        self.asked = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                self.heard.append(head + await reader.readexactly(size))
                self.asked.set()
                if self.answer is None:
                    await self.released.wait()
                    break
                writer.write(self.answer)
                if not self.answer.endswith(b"."):
                    break
        writer.close()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    server.released.set()
    listening.close()


@pytest_asyncio.fixture
async def connector() -> AsyncIterator[aiohttp.TCPConnector]:
    connector = aiohttp.TCPConnector()
    yield connector
    await connector.close()


Make = Callable[..., Origin]


@pytest.fixture
def origin(server: Server, connector: aiohttp.TCPConnector) -> Make:
    def make(url: str = "", *, proxy: str | None = None, **headers: str) -> Origin:
        there = URL(url or f"http://127.0.0.1:{server.port}/")
        return Origin(connector, there, headers, timeout_s=TIMEOUT_S, proxy=proxy)

    return make


async def test_a_post_is_one_http_request_and_gives_the_whole_answer(server: Server, origin: Make) -> None:
    answer = await origin(Authorization="Bot a.b.c").post("/api/x?y=z", b'{"a":1}')
    assert answer == Answer(200, answer.headers, b"yes.")
    assert answer.headers["x-word"] == "one"
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert head.decode().split("\r\n") == [
        "POST /api/x?y=z HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Authorization: Bot a.b.c",
        "Content-Type: application/json",
        "Content-Length: 7",
    ]


async def test_an_answer_that_is_cut_off_still_tells_its_status(server: Server, origin: Make) -> None:
    server.answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\nhalf"
    answer = await origin().post("/", b"")
    assert (answer.status, answer.body) == (404, None)


async def test_an_answer_that_does_not_come_to_its_end_in_time_still_tells_its_status(
    server: Server, origin: Make
) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe rest comes later."
    there = origin()
    answer = await there.post("/", b"")
    assert (answer.status, answer.body) == (200, None)
    server.answer = SAID
    assert (await there.post("/", b"")).body == b"yes."
    assert server.connections == 2


async def test_what_comes_before_the_answer_is_not_it(server: Server, origin: Make) -> None:
    server.answer = b"HTTP/1.1 103 Early Hints\r\n\r\n" + SAID
    assert (await origin().post("/", b"")).status == 200


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 999999 ?\r\n\r\n"]
)
async def test_where_there_is_no_answer_nobody_knows_what_came_of_it(
    server: Server, origin: Make, answer: bytes
) -> None:
    server.answer = answer
    with pytest.raises(aiohttp.ClientError) as failure:
        await origin().post("/", b"{}")
    assert not isinstance(failure.value, NOWHERE)
    assert len(server.heard) == 1


async def test_silence_ends_in_time_and_its_connection_is_not_used_again(server: Server, origin: Make) -> None:
    there, server.answer = origin(), None
    with pytest.raises(TimeoutError) as failure:
        await there.post("/", b"{}")
    assert not isinstance(failure.value, NOWHERE)
    server.answer = SAID
    assert (await there.post("/", b"{}")).status == 200
    assert server.connections == 2


async def test_a_post_that_is_given_up_leaves_no_answer_for_the_next(server: Server, origin: Make) -> None:
    there, server.answer = origin(), None
    given_up = asyncio.create_task(there.post("/", b"first"))
    await server.asked.wait()
    given_up.cancel()
    with suppress(asyncio.CancelledError):
        await given_up
    server.answer = SAID.replace(b"yes.", b"two.")
    assert (await there.post("/", b"second")).body == b"two."


async def test_posts_after_one_another_go_over_one_connection(server: Server, origin: Make) -> None:
    there = origin()
    for _ in range(3):
        await there.post("/", b"{}")
    assert (len(server.heard), server.connections) == (3, 1)


@pytest.mark.parametrize("unasked", [b"HTTP/1.1 408 Too Slow\r\nContent-Length: 0\r\n\r\n", b"?"])
async def test_what_a_server_says_unasked_is_nobodys_answer(server: Server, origin: Make, unasked: bytes) -> None:
    there = origin()
    await there.post("/", b"first")
    server.writers[0].write(unasked)
    for _ in range(5):
        # It lies in the connection's buffer: the loop has to read it once.
        await asyncio.sleep(0)
    for word in (b"two.", b"3rd."):
        server.answer = SAID.replace(b"yes.", word)
        assert (await there.post("/", b"{}")).body == word
    assert (len(server.heard), server.connections) == (3, 2)


async def test_a_connection_that_the_server_closes_is_not_used_again(server: Server, origin: Make) -> None:
    there, server.answer = origin(), SAID.replace(b"X-Word: one", b"Connection: close")
    for _ in range(2):
        assert (await there.post("/", b"{}")).body == b"yes."
    assert server.connections == 2


async def test_where_nobody_listens_nothing_left(server: Server, origin: Make) -> None:
    with pytest.raises(NOWHERE):
        await origin("http://127.0.0.1:1/").post("/", b"{}")
    assert server.heard == []


async def test_a_connection_that_does_not_come_in_time_took_nothing_with_it(
    server: Server, connector: aiohttp.TCPConnector
) -> None:
    one = aiohttp.TCPConnector(limit=1)
    there = Origin(one, URL(f"http://127.0.0.1:{server.port}/"), {}, timeout_s=TIMEOUT_S)
    server.answer = None
    first = asyncio.create_task(there.post("/", b"{}"))
    await server.asked.wait()
    patient = Origin(one, URL(f"http://127.0.0.1:{server.port}/"), {}, timeout_s=TIMEOUT_S / 10)
    with pytest.raises(aiohttp.ConnectionTimeoutError):
        await patient.post("/", b"{}")
    assert len(server.heard) == 1
    with pytest.raises(TimeoutError):
        await first
    await one.close()


async def test_a_redirect_is_an_answer_as_any_other(server: Server, origin: Make) -> None:
    server.answer = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /there\r\nContent-Length: 1\r\n\r\n."
    assert (await origin().post("/", b"{}")).status == 307
    assert len(server.heard) == 1


async def test_a_proxy_that_makes_no_tunnel_is_told_the_whole_address(server: Server, origin: Make) -> None:
    there = origin("http://platform.invalid/", proxy=f"http://127.0.0.1:{server.port}")
    assert (await there.post("/api?x", b"{}")).status == 200
    assert server.heard[0].startswith(b"POST http://platform.invalid/api?x HTTP/1.1\r\nHost: platform.invalid\r\n")


@pytest.mark.parametrize("header", ["a\r\nX-Other: b", "a\nb", "a\0b"])
async def test_a_header_cannot_bring_another_one_in(origin: Make, header: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        origin(Authorization=header)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "/only/a/path", "mailto:a@b.example"])
async def test_an_address_that_is_no_server_is_refused(connector: aiohttp.TCPConnector, url: str) -> None:
    with pytest.raises(aiohttp.InvalidURL):
        Origin(connector, URL(url), {}, timeout_s=TIMEOUT_S)
