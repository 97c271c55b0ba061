"""Several processes over one PostgreSQL: each does its own work, and any of them may die."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from bot.runtime.points import Point
from tests.acceptance.kit import KILLABLE, Running, debrief
from tests.acceptance.slack_evening import plan, press
from tests.acceptance.slack_evening import settings as slack_settings
from tests.back_ends import BackEnd, fresh, let_time_pass, settings
from tests.platforms.slack_kit import small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import SlackServer
from tests.wire import wire

pytestmark = pytest.mark.asyncio
# In seconds; `make faults` has 30.
AWAY_S = float(os.environ.get("FAULTS_AWAY_S", "3"))


@pytest_asyncio.fixture
async def back_end(tmp_path: Path) -> BackEnd:
    return await fresh("postgresql", tmp_path)


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with small_slack() as server:
        yield server


@asynccontextmanager
async def processes(folder: Path, env: dict[str, str], *names: str) -> AsyncIterator[list[Running]]:
    async with AsyncExitStack() as stack:
        started = [await stack.enter_async_context(debrief(folder, "run", "--only", name, env=env)) for name in names]
        await asyncio.gather(*(running.up() for running in started))
        yield started


async def test_one_process_hears_another_keeps_the_time(tmp_path: Path, back_end: BackEnd, slack: SlackServer) -> None:
    env, ana = {**settings(back_end), **slack_settings(slack)}, SlackPerson(slack)
    async with processes(tmp_path, env, "slack", "worker") as (hears, keeps):
        await plan(ana, slack)
        before = len(slack.messages)
        await let_time_pass(back_end)
        knock = await slack.message(before)
        assert "Are you calmer now" in (await press(ana, slack, knock, "Open it")).words
        assert [await process.terminate() for process in (hears, keeps)] == [0, 0]
    assert len(slack.messages) == before + 2


@pytest.mark.parametrize(
    "point", [Point.CHECK_INS_CLAIMED, Point.TURN_WRITTEN, Point.TURN_COMMITTED, Point.KNOCK_TAKEN]
)
async def test_when_one_of_two_workers_dies_the_other_knocks_and_only_once(
    tmp_path: Path, back_end: BackEnd, slack: SlackServer, point: Point
) -> None:
    env, ana = {**settings(back_end), **slack_settings(slack)}, SlackPerson(slack)
    async with processes(tmp_path, env, "slack"):
        await plan(ana, slack)
        before = len(slack.messages)
        await let_time_pass(back_end)
        doomed_worker = (KILLABLE, point, "run", "--only", "worker")
        async with debrief(tmp_path, program=doomed_worker, env=env) as doomed:
            assert await doomed.ended() == -9
        async with processes(tmp_path, env, "worker", "worker"):
            await let_time_pass(back_end)
            knock = await slack.message(before)
            assert "Are you calmer now" in (await press(ana, slack, knock, "Open it")).words
    assert [message.text for message in slack.messages[before:]] == [
        "Your check-in, as you asked.",
        "You have a message.",
    ]


async def test_two_slack_processes_answer_each_thing_once(
    tmp_path: Path, back_end: BackEnd, slack: SlackServer
) -> None:
    env, ana = {**settings(back_end), **slack_settings(slack)}, SlackPerson(slack)
    async with processes(tmp_path, env, "slack", "slack"):
        delivery = await ana.dm("they let it pass")
        hello = await slack.message()
        await asyncio.gather(*(slack.deliver_again(delivery) for _ in range(4)))
        await press(ana, slack, hello, "Breathe with me")
    assert len(slack.messages) == 2


async def test_while_the_database_is_away_nothing_is_taken_and_nothing_is_lost(
    tmp_path: Path, back_end: BackEnd, slack: SlackServer
) -> None:
    ana = SlackPerson(slack)
    async with wire(back_end.url) as between:
        env = {**settings(back_end), **slack_settings(slack), "DATABASE_URL": between.url}
        async with processes(tmp_path, env, "slack", "worker") as (hears, keeps):
            await plan(ana, slack)
            before = len(slack.messages)
            between.cut()
            await let_time_pass(back_end)
            delivery = await ana.dm("and then he laughed again")
            await hears.says("PostgreSQL cannot be reached")
            await asyncio.sleep(AWAY_S)
            between.mend()
            await slack.deliver_again(delivery)
            await slack.message(before + 1)
            assert [await process.terminate() for process in (hears, keeps)] == [0, 0]
    texts = [message.text for message in slack.messages[before:]]
    assert sorted(texts) == ["You have a message.", "Your check-in, as you asked."]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--only", "worker"), "DATABASE_URL=postgresql://"),
        (("run", "--only", "fax"), "choose one of discord, slack, web, worker"),
        (("run", "--only", "slack"), "slack is not set up"),
    ],
)
async def test_a_process_that_cannot_do_its_part_says_why(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    async with debrief(tmp_path, *arguments) as running:
        assert await running.ended() == 1
    assert said in running.said
    assert "Traceback" not in running.said
