"""What a platform may do with a message instead of a plain yes: nothing is lost, nothing doubled, nobody else waits.

One process meets all of it at once, each trouble on somebody's answer and on somebody else's knock.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal

import pytest
import pytest_asyncio

from tests import back_ends
from tests.acceptance import rows
from tests.acceptance.chats import PLACES, Trouble
from tests.acceptance.kit import debrief
from tests.acceptance.town import SHORT, Citizen, Count

pytestmark = pytest.mark.asyncio(loop_scope="module")

Message = Literal["answer", "knock"]
MESSAGES: tuple[Message, ...] = ("answer", "knock")

# An adapter waits 10 s for an answer; the next try is 2 s later.
LIMIT_S = 40.0


@dataclass
class Evening:
    """Who met which trouble."""

    met: Mapping[tuple[str, Trouble, Message], Citizen]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=back_ends.NAMES)
async def evening(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    folder = tmp_path_factory.mktemp("evening")
    back_end = await back_ends.fresh(request.param, folder, empty=True)
    async with AsyncExitStack() as stack:
        places = [await stack.enter_async_context(place()) for place in PLACES.values()]
        env = back_ends.settings(back_end)
        for place in places:
            env |= place.settings
        met = {
            (place.name, trouble, message): Citizen(place, place.somebody(), SHORT)
            for place in places
            for trouble in Trouble
            for message in MESSAGES
        }
        async with debrief(folder, env=env) as running:
            await running.up()
            for (_, _, message), citizen in met.items():
                if message == "knock":
                    await citizen.plans()
            await rows.until_nothing_waits(back_end)
            assert await running.terminate() == 0
        assert await rows.night_passes(back_end) == len(met) // 2
        struck = [citizen.chat.goes_wrong(trouble) for (_, trouble, _), citizen in met.items()]
        async with debrief(folder, env=env) as running:
            await running.up()
            for (_, _, message), citizen in met.items():
                if message == "answer":
                    await citizen.says("they let it pass")
            for citizen in met.values():
                await citizen.content(LIMIT_S)
            await rows.until_nothing_waits(back_end, LIMIT_S)
            assert await running.terminate() == 0
        assert all(happened() for happened in struck)
        yield Evening(met)


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("trouble", Trouble, ids=str)
@pytest.mark.parametrize("place", PLACES)
async def test_the_message_comes_once(evening: Evening, place: str, trouble: Trouble, message: Message) -> None:
    citizen = evening.met[place, trouble, message]
    assert citizen.count() == Count(citizen.owed, lost=0, doubled=0)
    words = {"answer": "Nothing has to be decided now.", "knock": "Your check-in, as you asked."}
    assert words[message] in citizen.seen()[-1].words
