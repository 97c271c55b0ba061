"""What every Waker must do: wake at the start, when nudged, and at the instant that the work asked for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest

from bot.runtime.clock import SkippingClock
from bot.runtime.timers.aps import ApsWaker

pytestmark = pytest.mark.asyncio


class Work:
    """Counts its calls, and asks to be called again at the instants laid out for it."""

    def __init__(self, *asks: datetime | None) -> None:
        self.asks = list(asks)
        self.calls: asyncio.Queue[datetime] = asyncio.Queue()
        self.clock = SkippingClock()

    async def __call__(self) -> datetime | None:
        self.calls.put_nowait(self.clock.now())
        return self.asks.pop(0) if self.asks else None

    async def called(self) -> datetime:
        async with asyncio.timeout(5):
            return await self.calls.get()


@asynccontextmanager
async def awake(work: Work) -> AsyncIterator[ApsWaker]:
    waker = ApsWaker(work.clock)
    task = asyncio.create_task(waker.run(work))
    try:
        yield waker
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_it_looks_at_the_start() -> None:
    work = Work()
    async with awake(work):
        await work.called()


async def test_a_nudge_wakes_it() -> None:
    work = Work()
    async with awake(work) as waker:
        await work.called()
        waker.nudge()
        await work.called()
        assert work.calls.empty()


async def test_it_wakes_at_the_instant_that_was_asked_for_and_not_before() -> None:
    work = Work()
    due = work.clock.now() + timedelta(milliseconds=150)
    work.asks = [due]
    async with awake(work):
        await work.called()
        assert await work.called() >= due - timedelta(milliseconds=2)


async def test_it_arms_itself_again_and_again() -> None:
    work = Work()
    now = work.clock.now()
    work.asks = [now + timedelta(milliseconds=20 * n) for n in range(1, 6)]
    async with awake(work):
        for _ in range(6):
            await work.called()


async def test_an_instant_that_has_passed_wakes_it_at_once() -> None:
    work = Work()
    work.asks = [work.clock.now() - timedelta(days=2)]
    async with awake(work):
        await work.called()
        await work.called()


async def test_a_clock_that_is_ahead_of_the_machine_is_followed() -> None:
    work = Work()
    work.clock.skip(timedelta(days=3))
    work.asks = [work.clock.now() + timedelta(milliseconds=50)]
    async with awake(work):
        await work.called()
        await work.called()


async def test_an_earlier_instant_replaces_the_one_it_was_armed_for() -> None:
    work = Work()
    now = work.clock.now()
    work.asks = [now + timedelta(hours=1), now + timedelta(milliseconds=50)]
    async with awake(work) as waker:
        await work.called()
        waker.nudge()
        await work.called()
        await work.called()
