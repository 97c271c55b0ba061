"""The line to Slack: what is signed, what reconnects, what a stop waits for."""

import asyncio
import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from bot.runtime.ports import Later, Sent
from handlers.slack.line import Line
from handlers.slack.tasks import Tasks
from tests.platforms.slack_kit import BOTH_WAYS, QUICK, Bench, bench, joined, settings, small_slack
from tests.platforms.slack_server import signature
from tests.platforms.slack_world import Fault


async def posted(b: Bench, body: str, headers: dict[str, str]) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(b.slack.app_url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


@pytest.mark.asyncio
async def test_a_request_that_slack_did_not_sign_is_refused_and_not_written_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    async with bench(socket_mode=False) as b:
        body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"text": "forged words"}})
        json_type = {"Content-Type": "application/json"}
        told = [
            await posted(b, body, {**json_type, **signature(body, "wrong")}),
            await posted(b, body, {**json_type, **signature(body, at=1_000_000_000)}),
            await posted(b, body, json_type),
            await posted(b, "{not json", json_type),
        ]
        assert [status for status, _ in told] == [401, 401, 401, 400]
        assert not b.core.events
    assert "forged words" not in caplog.text


@pytest.mark.asyncio
async def test_the_address_can_be_verified_by_slack() -> None:
    async with bench(socket_mode=False) as b:
        body = json.dumps({"type": "url_verification", "challenge": "abc"})
        status, answer = await posted(b, body, {"Content-Type": "application/json", **signature(body)})
        assert (status, json.loads(answer)) == (200, {"challenge": "abc"})


@pytest.mark.asyncio
async def test_when_slack_asks_to_connect_anew_nothing_is_lost() -> None:
    async with bench() as b:
        await (await b.ana.dm("before")).ack()
        await b.slack.refresh()
        await b.slack.until(lambda: b.slack.connections > 1)
        assert await (await b.ana.dm("after")).ack() == 200
        assert [getattr(event, "text", "") for event in b.core.events] == ["before", "after"]


@pytest.mark.asyncio
async def test_an_acknowledgement_that_the_connection_was_gone_for_is_given_on_the_next_one() -> None:
    async with bench() as b:
        b.core.may_take.clear()
        delivery = await b.ana.dm("hello")
        await b.core.taking.wait()
        await b.slack.drop()
        b.core.may_take.set()
        assert await delivery.ack() == 200
        assert len(b.core.events) == 1


@pytest.mark.asyncio
async def test_an_acknowledgement_that_cannot_be_given_is_no_error_and_the_event_comes_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with bench() as b:
        b.core.may_take.clear()
        delivery = await b.ana.dm("hello")
        await b.core.taking.wait()
        # Neither the library's own way back nor ours succeeds at once.
        for _ in range(2):
            b.slack.fail("apps.connections.open", Fault(status=500))
        await b.slack.drop()
        await b.slack.until(lambda: len(b.slack.called("apps.connections.open")) > 1)
        b.core.may_take.set()
        assert await delivery.ack() == 200
        assert len(b.core.events) == 1
    assert "Slack will deliver an event again" in caplog.text


@pytest.mark.asyncio
async def test_frames_that_are_no_event_hold_up_nothing() -> None:
    async with bench() as b:
        for text in ["", "words", "{", "[]", "3", '{"type": "hello"}', '{"envelope_id": "e1"}']:
            await b.slack.frame(text)
        async with asyncio.timeout(1):
            assert await (await b.ana.dm("hello")).ack() == 200
            odd: Any = "words"
            assert await (await b.slack.deliver("events_api", odd)).ack() == 200
            half_an_emoji = {"type": "none of ours", "text": "cut \ud83d"}
            assert await (await b.slack.deliver("events_api", half_an_emoji)).ack() == 200
        assert len(b.core.events) == 1


@pytest.mark.asyncio
@BOTH_WAYS
async def test_a_stop_waits_until_what_was_taken_is_acknowledged_and_answered(socket_mode: bool) -> None:
    async with bench(socket_mode=socket_mode) as b:
        b.core.may_take.clear()
        b.core.may_post.clear()
        delivery = await b.ana.dm("hello")
        await b.core.taking.wait()
        stopping = asyncio.create_task(b.adapter.stop())
        await b.adapter.send(b.parcel())
        b.core.may_take.set()
        assert await delivery.ack() == 200
        await b.core.posting.wait()
        assert not stopping.done()
        b.core.may_post.set()
        await stopping
        assert len(b.slack.messages) == 2


@pytest.mark.asyncio
async def test_nothing_runs_on_after_a_stop() -> None:
    async with small_slack() as slack:
        async with joined(slack) as b:
            await (await b.ana.dm("hello")).ack()
            await slack.message()
        left = [str(task.get_coro()) for task in asyncio.all_tasks()]
        assert not [task for task in left if "SocketModeClient" in task or "Line" in task]


@pytest.mark.asyncio
async def test_a_line_that_is_closed_sends_nothing_and_says_so() -> None:
    async with bench() as b:
        line = Line(settings(b.slack), b.core, QUICK, Tasks(), untaken)
        await line.close()
        assert await line.sender.send(b.parcel(reach=b.ana.im)) == Later()
        assert b.slack.messages == []


@pytest.mark.asyncio
async def test_a_message_goes_through_the_proxy_that_the_surroundings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench() as b:
        # No such host: only a proxy can know the way, which is the small Slack itself.
        monkeypatch.setenv("HTTPS_PROXY", b.slack.root)
        behind = dataclasses.replace(settings(b.slack), api_url="http://slack.invalid/api/")
        line = Line(behind, b.core, QUICK, Tasks(), untaken)
        try:
            assert await line.sender.send(b.parcel(reach=b.ana.im)) == Sent()
        finally:
            await line.close()
        assert len(b.slack.messages) == 1


async def untaken(_: Mapping[str, Any]) -> int:
    return 503


@pytest.mark.asyncio
async def test_what_comes_during_and_after_a_stop_is_left_to_slack_to_deliver_again() -> None:
    async with bench(socket_mode=False) as b:
        b.core.may_post.clear()
        await (await b.ana.dm("before")).ack()
        stopping = asyncio.create_task(b.adapter.stop())
        await b.core.posting.wait()
        assert await (await b.ana.dm("during")).ack() == 503
        b.core.may_post.set()
        await stopping
        assert await (await b.ana.dm("after")).ack() == 503
        assert [getattr(event, "text", "") for event in b.core.events] == ["before"]
