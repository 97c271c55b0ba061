"""What every Waker must do: wake at the start, when nudged, and at the instant that the work asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bot.runtime.clock import SkippingClock
from bot.runtime.ports import CHECK_IN, Wake, Waker
from bot.runtime.timers.aps import ApsWaker
from bot.runtime.timers.pgq import PgqWaker
from tests.back_ends import NAMES, BackEnd, fresh

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
        async with asyncio.timeout(10):
            return await self.calls.get()


Awake = Callable[[Work], AbstractAsyncContextManager[Waker]]


@asynccontextmanager
async def running(waker: Waker, work: Work) -> AsyncIterator[None]:
    task = asyncio.create_task(waker.run(work))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest_asyncio.fixture(params=NAMES)
async def awake(request: pytest.FixtureRequest, tmp_path: Path) -> Awake:
    back_end = await fresh(request.param, tmp_path)

    @asynccontextmanager
    async def begin(work: Work) -> AsyncIterator[Waker]:
        shared = back_end.database().shared
        waker: Waker = PgqWaker(back_end.url, [CHECK_IN], work.clock) if shared else ApsWaker(work.clock)
        async with running(waker, work):
            yield waker

    return begin


async def test_it_looks_at_the_start(awake: Awake) -> None:
    work = Work()
    async with awake(work):
        await work.called()


async def test_a_nudge_wakes_it(awake: Awake) -> None:
    work = Work()
    async with awake(work) as waker:
        await work.called()
        waker.nudge()
        await work.called()
        assert work.calls.empty()


async def test_it_wakes_at_the_instant_that_was_asked_for_and_not_before(awake: Awake) -> None:
    work = Work()
    due = work.clock.now() + timedelta(milliseconds=150)
    work.asks = [due]
    async with awake(work):
        await work.called()
        assert await work.called() >= due - timedelta(milliseconds=2)


async def test_it_arms_itself_again_and_again(awake: Awake) -> None:
    work = Work()
    now = work.clock.now()
    work.asks = [now + timedelta(milliseconds=20 * n) for n in range(1, 6)]
    async with awake(work):
        for _ in range(6):
            await work.called()


async def test_an_instant_that_has_passed_wakes_it_at_once(awake: Awake) -> None:
    work = Work()
    work.asks = [work.clock.now() - timedelta(days=2)]
    async with awake(work):
        await work.called()
        await work.called()


async def test_a_clock_that_is_ahead_of_the_machine_is_followed(awake: Awake) -> None:
    work = Work()
    work.clock.skip(timedelta(days=3))
    work.asks = [work.clock.now() + timedelta(milliseconds=50)]
    async with awake(work):
        await work.called()
        await work.called()


async def test_an_earlier_instant_replaces_the_one_it_was_armed_for(awake: Awake) -> None:
    work = Work()
    now = work.clock.now()
    work.asks = [now + timedelta(hours=1), now + timedelta(milliseconds=50)]
    async with awake(work) as waker:
        await work.called()
        waker.nudge()
        await work.called()
        await work.called()


class Elsewhere:
    """What another process does with the same database."""

    def __init__(self, back_end: BackEnd, clock: SkippingClock) -> None:
        self.back_end, self.clock = back_end, clock

    async def wants(self, *wakes: Wake) -> None:
        connection = await asyncpg.connect(self.back_end.url)
        try:
            async with connection.transaction():
                await PgqWaker("", (), self.clock).schedule(connection, wakes)
        finally:
            await connection.close()

    async def jobs(self) -> int:
        [[left]] = await self.back_end.rows("SELECT count(*) FROM pgqueuer")
        return int(left)


def micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


async def test_what_another_process_asks_for_wakes_it_in_time_and_only_for_work_that_is_its_own(tmp_path: Path) -> None:
    back_end, work = await fresh("postgresql", tmp_path), Work()
    elsewhere = Elsewhere(back_end, work.clock)
    async with running(PgqWaker(back_end.url, [CHECK_IN], work.clock), work):
        await work.called()
        due = work.clock.now() + timedelta(milliseconds=700)
        await elsewhere.wants(Wake("slack", 9, 0, micros(due)), Wake(CHECK_IN, 7, 0, micros(due)))
        assert await work.called() >= due - timedelta(milliseconds=20)
        async with asyncio.timeout(10):
            while await elsewhere.jobs() > 1:
                pass
    assert await back_end.rows("SELECT entrypoint FROM pgqueuer") == [("slack",)]


async def test_the_same_wake_up_is_asked_for_once(tmp_path: Path) -> None:
    back_end, work = await fresh("postgresql", tmp_path), Work()
    elsewhere = Elsewhere(back_end, work.clock)
    wake = Wake(CHECK_IN, 7, 0, micros(work.clock.now() + timedelta(hours=1)))
    await elsewhere.wants(wake, Wake(CHECK_IN, 7, 1, wake.at_us))
    await elsewhere.wants(wake)
    assert await elsewhere.jobs() == 2


async def test_a_wake_up_whose_worker_died_before_it_looked_is_not_lost(tmp_path: Path) -> None:
    """The job of a dead worker is only a hint: another one looks at the rows by itself."""
    back_end, work = await fresh("postgresql", tmp_path), Work()
    await Elsewhere(back_end, work.clock).wants(Wake(CHECK_IN, 7, 0, 0))
    stuck = asyncio.Event()

    async def never_ends() -> datetime | None:
        stuck.set()
        await asyncio.Event().wait()
        return None

    task = asyncio.create_task(PgqWaker(back_end.url, [CHECK_IN], work.clock).run(never_ends))
    await stuck.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    async with running(PgqWaker(back_end.url, [CHECK_IN], work.clock), work):
        await work.called()
