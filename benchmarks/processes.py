"""Processes to be measured: started, awaited by a line of theirs, looked at from outside, and killed in the end."""

import asyncio
import os
import re
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
UP_WITHIN_S = 60.0
UP = "Debrief is up"
SETTLED_S = 0.03
LINE_MOST = 1 << 20


@dataclass(slots=True)
class Child:
    """`up_after_s`: from its start to the line that it was awaited by."""

    process: asyncio.subprocess.Process
    started_at: float
    up_after_s: float = 0.0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=50))

    @property
    def pid(self) -> int:
        return self.process.pid

    def cpu_s(self) -> float:
        """User and system time of all its threads so far: the process's own CPU clock, exact to the nanosecond."""
        return time.clock_gettime(~self.pid << 3 | 2)

    async def quiet_cpu_s(self) -> float:
        """The same, once what it was doing has come to its end."""
        before, now = -1.0, self.cpu_s()
        while now - before > 0.0005:
            await asyncio.sleep(SETTLED_S)
            before, now = now, self.cpu_s()
        return now

    def resident_mib(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found, status
        return int(found[1]) / 1024

    async def until(self, words: str) -> None:
        """Wait for a line of its standard error; fails with what it said if it ends instead."""
        async with asyncio.timeout(UP_WITHIN_S):
            while words not in await self.line():
                pass
        self.up_after_s = time.perf_counter() - self.started_at

    async def drain(self) -> None:
        with suppress(EOFError):
            while True:
                await self.line()

    async def line(self) -> str:
        """The next thing that it says on standard error."""
        assert self.process.stderr is not None
        said = (await self.process.stderr.readline()).decode()
        self.last.append(said)
        if not said:
            raise EOFError("it ended:\n" + "".join(self.last))
        return said


@asynccontextmanager
async def child(
    *arguments: str, until: str, env: Mapping[str, str], folder: Path, drained: bool = True
) -> AsyncIterator[Child]:
    """`python ARGUMENTS` in `folder`, ready; ended on leaving. `drained`: nobody else reads what it says."""
    surroundings = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    started_at = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env={**surroundings, "PYTHONPATH": str(ROOT), **env},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_MOST,
    )
    running = Child(process, started_at)
    try:
        await running.until(until)
        drain = asyncio.create_task(running.drain()) if drained else None
        yield running
        if drain:
            drain.cancel()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def debrief(folder: Path, env: Mapping[str, str]) -> AbstractAsyncContextManager[Child]:
    """`debrief run` with its data in `folder`."""
    return child("-m", "bot", "run", until=UP, env={"PORT": "0", **env}, folder=folder)


def unpaced(folder: Path, env: Mapping[str, str]) -> AbstractAsyncContextManager[Child]:
    """The same, as fast as it can."""
    return child("-m", "benchmarks.unpaced", "run", until=UP, env={"PORT": "0", **env}, folder=folder)
