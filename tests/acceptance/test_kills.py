"""kill -9 at every named point, on a real process, with the small Slack recording what arrived.

`Point` names the points; a test for each, so that a new one cannot be forgotten; one that is never passed fails.
The points of a move are in test_move.py.
"""

import sqlite3
import time
from pathlib import Path

import pytest

from bot.runtime.points import Point
from tests.acceptance.kit import debrief
from tests.platforms.slack_kit import small_slack
from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.platforms.slack_world import Posted

pytestmark = pytest.mark.asyncio

KILLABLE = str(Path(__file__).with_name("killable.py"))
FIRST_START = (Point.SCHEMA_WRITTEN,)
A_CHECK_INS_OWN = (Point.CHECK_INS_CLAIMED, Point.KNOCK_TAKEN)
OF_A_MOVE = [point for point in Point if point.name.startswith("MOVE_")]
OF_A_TURN = [point for point in Point if point not in (*FIRST_START, *A_CHECK_INS_OWN, *OF_A_MOVE)]


def settings(slack: SlackServer) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}


def make_due(folder: Path) -> None:
    """Let the night pass, for the rows: what was planned is due now."""
    now = time.time_ns() // 1000
    with sqlite3.connect(folder / "data/debrief.db") as connection:
        moved = connection.execute("UPDATE check_ins SET due_at = ?, wake_at = ?", (now, now)).rowcount
    connection.close()
    assert moved == 1


async def plan(ana: SlackPerson, slack: SlackServer) -> None:
    """From the first words to a planned check-in."""
    await ana.dm("they let it pass")
    heat = await press(ana, slack, await slack.message(0), "Breathe with me")
    await ana.pick(heat, "8")
    after = await press(ana, slack, await slack.message(2), "Stop here")
    await ana.pick(after, "4")
    assert "Planned for" in (await press(ana, slack, await slack.message(4), "Tomorrow morning")).words


async def press(ana: SlackPerson, slack: SlackServer, message: Posted, button: str) -> Posted:
    seen = len(slack.messages)
    await ana.press(message, button)
    return await slack.message(seen)


@pytest.mark.parametrize("point", FIRST_START, ids=str)
async def test_a_first_start_that_is_killed_is_begun_again(tmp_path: Path, point: Point) -> None:
    async with debrief(tmp_path, program=(KILLABLE, point, "run")) as doomed:
        assert await doomed.ended() == -9
    async with debrief(tmp_path) as running:
        await running.up()
        assert await running.terminate() == 0


@pytest.mark.parametrize("point", OF_A_TURN, ids=str)
async def test_an_answer_survives_a_kill(tmp_path: Path, point: Point) -> None:
    async with small_slack() as slack:
        ana = SlackPerson(slack)
        async with debrief(tmp_path, program=(KILLABLE, point, "run"), env=settings(slack)) as doomed:
            await doomed.up()
            delivery = await ana.dm("they let it pass")
            assert await doomed.ended() == -9
        async with debrief(tmp_path, env=settings(slack)) as running:
            await running.up()
            await slack.deliver_again(delivery)
            hello = await slack.message()
            assert "How upset are you right now?" in (await press(ana, slack, hello, "Breathe with me")).words
            assert await running.terminate() == 0
        assert [message.words.partition("\n")[0] for message in slack.messages] == [
            "I'm here with you. Nothing has to be decided now.",
            "How upset are you right now?",
        ]


@pytest.mark.parametrize("point", [*OF_A_TURN, *A_CHECK_INS_OWN], ids=str)
async def test_a_check_in_survives_a_kill(tmp_path: Path, point: Point) -> None:
    async with small_slack() as slack:
        ana = SlackPerson(slack)
        async with debrief(tmp_path, env=settings(slack)) as running:
            await running.up()
            await plan(ana, slack)
            assert await running.terminate() == 0
        make_due(tmp_path)
        before = len(slack.messages)
        async with debrief(tmp_path, program=(KILLABLE, point, "run"), env=settings(slack)) as doomed:
            assert await doomed.ended() == -9
        async with debrief(tmp_path, env=settings(slack)) as running:
            await running.up()
            knock = await slack.message(before)
            assert "Are you calmer now" in (await press(ana, slack, knock, "Open it")).words
            assert await running.terminate() == 0
        texts = [message.text for message in slack.messages[before:]]
        assert texts == ["Your check-in, as you asked.", "You have a message."]
