"""How fast messages leave: never faster than the platform takes them, and whoever waits for an answer first."""

import asyncio

import pytest

from bot.runtime.pace import Lane, Lanes
from bot.runtime.ports import Pace

pytestmark = pytest.mark.asyncio


async def left(lane: Lane, count: int, *, urgent: bool = False) -> list[float]:
    """When each of so many messages that ask at once may leave, in seconds from now."""
    loop = asyncio.get_running_loop()
    began, times = loop.time(), []

    async def one() -> None:
        await lane.turn(urgent=urgent)
        times.append(loop.time() - began)

    await asyncio.gather(*(one() for _ in range(count)))
    return times


async def test_no_second_has_more_messages_than_the_platform_takes() -> None:
    times = await left(Lane(Pace(100)), 60)
    assert all(later - earlier >= 0.09 for earlier, later in zip(times, times[10:], strict=False))
    assert times[-1] < 1.0


async def test_a_hiccup_is_not_made_up_for_within_the_second_that_the_platform_counts() -> None:
    lane = Lane(Pace(45, any_second=40))
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(left(lane, 80))
    await asyncio.wait({waiting}, timeout=0.5)
    until = loop.time() + 0.02
    while loop.time() < until:
        pass
    times = await waiting
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[40:], strict=False))


async def test_a_message_that_was_long_on_its_way_counts_from_when_it_may_have_arrived() -> None:
    lane, loop = Lane(Pace(100, any_second=2)), asyncio.get_running_loop()
    for _ in range(2):
        lane.answered(await lane.turn(urgent=True))
    slow, _ = [await lane.turn(urgent=True) for _ in range(2)]
    await asyncio.wait({asyncio.create_task(asyncio.Event().wait())}, timeout=0.3)
    lane.answered(slow)
    arrived = loop.time()
    await lane.turn(urgent=True)
    assert loop.time() - arrived >= 0.99


async def test_a_lane_that_stood_empty_saves_nothing_up() -> None:
    lane = Lane(Pace(100))
    await left(lane, 1)
    await left(Lane(Pace(20)), 4)
    times = await left(lane, 12)
    assert times[-1] >= 0.1


async def test_an_answer_overtakes_what_only_has_to_be_there_today() -> None:
    lane, order = Lane(Pace(50)), list[str]()

    async def one(name: str, *, urgent: bool) -> None:
        await lane.turn(urgent=urgent)
        order.append(name)

    tasks = [asyncio.create_task(one(f"knock {n}", urgent=False)) for n in range(4)]
    await asyncio.wait(tasks[:1])
    await asyncio.gather(*tasks, one("answer", urgent=True))
    assert order.index("answer") <= 1


async def test_an_answer_may_use_what_comes_a_little_later_and_a_knock_may_not() -> None:
    lane = Lane(Pace(10, burst=20))
    assert (await left(lane, 20, urgent=True))[-1] < 0.1
    knock = asyncio.create_task(lane.turn(urgent=False))
    assert (await left(lane, 2, urgent=True))[-1] < 0.5
    assert not knock.done()
    knock.cancel()


async def test_quiet_holds_knocks_and_lets_answers_go() -> None:
    lanes = Lanes(Pace(1000, each_workspace=True))
    lanes.of("loud").hush(30)
    assert list(lanes.hushed()) == ["loud"]
    knock = asyncio.create_task(lanes.of("loud").turn(urgent=False))
    await lanes.of("loud").turn(urgent=True)
    await lanes.of("other").turn(urgent=False)
    assert not knock.done()
    knock.cancel()


async def test_somebody_who_no_longer_waits_holds_nobody_up() -> None:
    lane = Lane(Pace(100))
    tasks = [asyncio.create_task(lane.turn(urgent=False)) for _ in range(5)]
    await asyncio.wait(tasks[:1])
    tasks[1].cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks, return_exceptions=True)
