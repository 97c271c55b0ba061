"""Who and what the playground refuses: other names, other sites, other machines, bad frames."""

import asyncio
import json
from uuid import uuid4

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError

from bot.runtime.ports import Unknown
from handlers.web import inbound
from tests.platforms.web_kit import SmallCore, page, playground
from tests.platforms.words import ENGLISH


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        '"text"',
        "null",
        '{"type":"dance"}',
        '{"type":"said","id":"1","text":"a"}',
        json.dumps({"type": "said", "id": str(uuid4())}),
        json.dumps({"type": "said", "id": str(uuid4()), "text": 5}),
        json.dumps({"type": "picked", "id": str(uuid4()), "step": "a", "visit": -1, "choice": "b"}),
        json.dumps(
            {"type": "submitted", "id": str(uuid4()), "step": "a", "visit": 1, "choice": "b", "values": {"x": 1}}
        ),
        json.dumps({"type": "skip", "id": str(uuid4()), "seconds": -60}),
        json.dumps({"type": "skip", "id": str(uuid4()), "seconds": 10**12}),
        json.dumps({"type": "said", "id": str(uuid4()), "text": "a" * 70_000}),
        '{"type":"said","id":"' + str(uuid4()) + '","text":"\\ud800"}',
        "[" * 50_000,
    ],
)
async def test_a_bad_frame_is_answered_plainly_and_the_line_stays_open(frame: str) -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as me:
        await me.hello()
        await me.hears("taken")
        await me.socket.send_str(frame)
        fault = await me.hears("fault")
        assert fault["why"] in ENGLISH
        await me.socket.send_bytes(b"\x00")
        await me.hears("fault")
        await me.send(type="said", text="still here")
        await me.sees()
    assert len(core.events) == 1


@pytest.mark.asyncio
async def test_a_fault_names_the_frame_so_that_the_page_stops_sending_it() -> None:
    async with playground(SmallCore()) as ground, page(ground) as me:
        await me.hello()
        frame = await me.send(type="said", text="a" * 70_000)
        assert (await me.hears("fault"))["id"] == frame


@pytest.mark.asyncio
async def test_a_frame_beyond_all_measure_ends_that_connection_only() -> None:
    async with playground(SmallCore()) as ground:
        async with page(ground) as me:
            await me.hello()
            await me.hears("taken")
            await me.socket.send_str("a" * 2_000_000)
            async with asyncio.timeout(10):
                assert (await me.socket.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)
        async with page(ground) as me:
            await me.hello()
            await me.hears("taken")


@pytest.mark.asyncio
async def test_nothing_is_heard_before_hello_and_hello_counts_once() -> None:
    core = SmallCore()
    async with playground(core) as ground, page(ground) as me:
        await me.send(type="said", text="who am I")
        assert (await me.hears("fault"))["why"] == "unreadable"
        await me.hello()
        await me.hears("taken")
        await me.send(type="hello", person=str(uuid4()))
        assert (await me.hears("fault"))["why"] == "unreadable"
    assert core.events == []


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["debrief.example", "127.0.0.1.example:80", "localhost.example", "10.0.0.7:8080", ""])
@pytest.mark.parametrize("path", ["/", "/page/app.js", "/ws"])
async def test_a_request_under_any_other_name_is_refused(host: str, path: str) -> None:
    async with (
        playground(SmallCore()) as ground,
        ClientSession() as session,
        session.get(ground.address + path, headers={"Host": host}) as answer,
    ):
        assert answer.status == 403
        assert await answer.text() == "This page answers to localhost only."


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "origin", [None, "null", "http://debrief.example", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
async def test_a_socket_asked_for_by_another_site_is_refused(origin: str | None) -> None:
    async with playground(SmallCore()) as ground, ClientSession() as session:
        where = origin.replace("{port}", str(ground.port)) if origin else None
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(f"{ground.address}/ws", origin=where)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.7", False),
        ("::ffff:10.0.0.7", False),
        ("192.168.1.4", False),
        ("2001:db8::1", False),
        ("", False),
        ("not an address", False),
    ],
)
def test_only_this_machine_may_open_the_page(peer: str, allowed: bool) -> None:
    assert (inbound.refusal(peer, "localhost:8080", None, socket=False) == "") is allowed


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "[::1]", "[::1]:8080"])
def test_the_page_answers_to_each_name_of_this_machine(host: str) -> None:
    assert inbound.refusal("127.0.0.1", host, f"http://{host}", socket=True) == ""


@pytest.mark.asyncio
async def test_the_page_loads_nothing_from_elsewhere_and_runs_no_inline_script() -> None:
    async with playground(SmallCore()) as ground, ClientSession(ground.address) as session:
        async with session.get("/") as answer:
            page_text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<style" not in page_text
        assert page_text.count("<script") == page_text.count('<script type="module" src="/page/') == 1
        for name in ("app.js", "keep.js", "app.css", "talk.css", "icon.svg"):
            async with session.get(f"/page/{name}") as answer:
                assert answer.status == 200
                text = (await answer.text()).replace("http://www.w3.org/2000/svg", "")
                assert "http:" not in text
                assert "https:" not in text
        for path in ("/page/nothing.js", "/page/..%2fadapter.py", "/page/%2e%2e%2fadapter.py", "/page/"):
            async with session.get(path) as answer:
                assert answer.status == 404


@pytest.mark.asyncio
async def test_another_persons_page_cannot_confirm_a_screen() -> None:
    core = SmallCore()
    async with playground(core, shown_wait_s=0.3) as ground, page(ground) as me, page(ground) as other:
        await me.hello()
        await other.send(type="hello", person=str(uuid4()))
        await other.hears("taken")
        await me.send(type="said", text="hello")
        shown = await me.hears("screen")
        await other.socket.send_json({"type": "shown", "key": shown["key"]})
        await core.until(lambda: core.receipts != [])
    assert isinstance(core.receipts[0], Unknown)
