"""kill -9 at every named point, on a real process, with a small platform that records what arrives.

`Point` names the points; a test for each, so that a new one cannot be forgotten; one that is never passed fails.
One process after another serves a whole town, so that each start mends one kill and is there for the next.
Each place and each back end once; `make faults` takes every pair of them. The points of a move are in test_move.py.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.runtime.points import Point
from tests import back_ends
from tests.acceptance import rows
from tests.acceptance.chats import PLACES, Trouble
from tests.acceptance.town import SHORT, Citizen, Count, Town, town

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST_START = (Point.SCHEMA_WRITTEN,)
A_CHECK_INS_OWN = (Point.CHECK_INS_CLAIMED, Point.KNOCK_TAKEN)
OF_A_MOVE = [point for point in Point if point.name.startswith("MOVE_")]
OF_A_TURN = [point for point in Point if point not in (*FIRST_START, *A_CHECK_INS_OWN, *OF_A_MOVE)]
TOWNS = [pytest.param(name, id="-".join(name)) for name in zip(PLACES, back_ends.NAMES, strict=True)]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=TOWNS)
async def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One that goes on from test to test. At its end nobody has had a message too many."""
    place, back_end = request.param
    async with town(place, back_end, tmp_path_factory.mktemp("town")) as founded:
        yield founded
        if founded.running is not None:
            await founded.stops()
            assert founded.count() == Count(founded.count().owed, lost=0, doubled=0)


@pytest_asyncio.fixture(loop_scope="module")
async def here(standing: Town) -> Town:
    """The town, with a process that is up and not doomed."""
    if standing.running is None or standing.running.process.returncode is not None:
        standing.spares()
        await standing.closes()
        assert await standing.wakes()
    return standing


@pytest.mark.parametrize("name", TOWNS)
@pytest.mark.parametrize("point", FIRST_START, ids=str)
async def test_a_first_start_that_is_killed_is_begun_again(tmp_path: Path, name: tuple[str, str], point: Point) -> None:
    async with town(*name, tmp_path) as new:
        new.dooms(point)
        await new.begins()
        await new.dies()
        assert await new.wakes()
        await new.stops()


@pytest.mark.parametrize("point", OF_A_TURN, ids=str)
async def test_an_answer_survives_a_kill(here: Town, point: Point) -> None:
    ana = here.somebody()
    here.dooms(point)
    await ana.says("they let it pass")
    await here.dies()
    assert await here.wakes()
    await ana.content()
    await ana.presses("Breathe with me")
    await _has_all_once(here, ana)
    assert [shown.words.partition("\n")[0] for shown in ana.seen()] == [
        "Nothing has to be decided now.",
        "How upset are you right now?",
    ]


@pytest.mark.parametrize("point", [*OF_A_TURN, *A_CHECK_INS_OWN], ids=str)
async def test_a_check_in_survives_a_kill(here: Town, point: Point) -> None:
    ana = await _planned(here)
    here.dooms(point)
    await here.begins()
    await here.dies()
    assert await here.wakes()
    await ana.content()
    await ana.presses("Open it")
    await _has_all_once(here, ana)
    knock, opened = ana.seen()[-2:]
    assert "Your check-in, as you asked." in knock.words
    assert "Are you calmer now" in opened.words


async def test_an_answer_that_arrived_though_the_process_never_heard_so_is_not_sent_again(here: Town) -> None:
    ana = here.somebody()
    ana.chat.goes_wrong(Trouble.HANGS_TAKEN)
    await ana.says("they let it pass")
    await ana.content()
    await here.kills()
    assert await here.wakes()
    await ana.presses("Breathe with me")
    await _has_all_once(here, ana)


async def test_a_knock_that_arrived_though_the_process_never_heard_so_is_not_sent_again(here: Town) -> None:
    ana = await _planned(here)
    ana.chat.goes_wrong(Trouble.HANGS_TAKEN)
    await here.begins()
    await ana.content()
    await here.kills()
    assert await here.wakes()
    await ana.presses("Open it")
    await _has_all_once(here, ana)


async def _has_all_once(here: Town, ana: Citizen) -> None:
    await ana.content()
    await rows.until_nothing_waits(here.back_end)
    assert ana.count() == Count(ana.owed, lost=0, doubled=0)


async def _planned(here: Town) -> Citizen:
    """Somebody whose check-in is due. Nobody else's is, and no process runs."""
    ana = here.somebody(SHORT)
    await ana.plans()
    await rows.until_nothing_waits(here.back_end)
    await here.kills()
    assert await rows.night_passes(here.back_end) == 1
    return ana
