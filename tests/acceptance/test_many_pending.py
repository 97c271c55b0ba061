"""However much waits in the file, a process starts at once, and what is due goes out."""

import os
from pathlib import Path

import pytest

from benchmarks.pending import fill
from bot.runtime.clock import SystemClock
from tests.acceptance.kit import debrief
from tests.acceptance.slack_evening import plan
from tests.acceptance.slack_evening import settings as slack_settings
from tests.back_ends import SqliteBackEnd, let_time_pass, settings
from tests.platforms.slack_kit import small_slack
from tests.platforms.slack_person import SlackPerson

pytestmark = pytest.mark.asyncio
# `make faults` has a million.
PENDING = int(os.environ.get("FAULTS_PENDING", "20000"))


async def test_a_process_that_starts_over_many_pending_check_ins_knocks_for_the_one_that_is_due(tmp_path: Path) -> None:
    back_end = SqliteBackEnd(tmp_path / "debrief.db")
    async with small_slack() as slack:
        ana, env = SlackPerson(slack), {**settings(back_end), **slack_settings(slack)}
        async with debrief(tmp_path, env=env) as running:
            await running.up()
            await plan(ana, slack)
            assert await running.terminate() == 0
        await let_time_pass(back_end)
        await fill(back_end.path, PENDING, SystemClock().now())
        before = len(slack.messages)
        async with debrief(tmp_path, env=env) as running:
            await running.up()
            await slack.message(before)
            assert await running.terminate() == 0
    assert [message.text for message in slack.messages[before:]] == ["Your check-in, as you asked."]
    [[waiting]] = await back_end.rows("SELECT count(*) FROM check_ins WHERE state = 'planned'")
    assert waiting == PENDING
