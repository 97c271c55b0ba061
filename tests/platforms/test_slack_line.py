"""The line to Slack: what is signed, what reconnects, what a stop waits for."""

import asyncio
import json

import aiohttp
import pytest

from tests.platforms.slack_kit import BOTH_WAYS, Bench, bench, joined, small_slack
from tests.platforms.slack_server import signature


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
