"""A real `debrief run` in a process of its own, and a person who talks to its page as the page does.

Nothing here sleeps: everything waits for a line, a frame or an exit, with a limit.
"""

import asyncio
import json
import os
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

LIMIT_S = 20.0
ROOT = Path(__file__).parents[2]
# A script that stands in for `-m bot`: its first argument is the point at which it is killed.
KILLABLE = str(Path(__file__).with_name("killable.py"))
UP = re.compile(r"Debrief is up: .* on http://([^:]+):(\d+)")


@dataclass(slots=True)
class Running:
    """One process. `said` is all that it wrote to standard error so far."""

    process: asyncio.subprocess.Process
    said: str = ""
    url: str = ""

    def go(self) -> None:
        """Let one that waits begin."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    async def up(self) -> None:
        """Wait until it serves; fails with what it said if it ends instead."""
        async with asyncio.timeout(LIMIT_S):
            while not (match := UP.search(self.said)):
                line = await self._line()
                assert line, f"it ended before it was up:\n{self.said}"
        self.url = f"http://{match[1]}:{match[2]}"

    async def up_or_gone(self) -> bool:
        """Wait until it serves, or has ended before it did."""
        async with asyncio.timeout(LIMIT_S):
            while not UP.search(self.said):
                if not await self._line():
                    return False
        return True

    async def says(self, words: str) -> None:
        """Wait until a line of its log has the words."""
        async with asyncio.timeout(LIMIT_S):
            while words not in self.said:
                assert await self._line(), f"it ended and never said {words!r}:\n{self.said}"

    async def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        await self.process.wait()

    async def ended(self) -> int:
        async with asyncio.timeout(LIMIT_S):
            while await self._line():
                pass
            return await self.process.wait()

    async def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def _line(self) -> str:
        assert self.process.stderr is not None
        line = (await self.process.stderr.readline()).decode()
        self.said += line
        return line


@asynccontextmanager
async def debrief(
    folder: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    through: Sequence[str] = (),
    program: Sequence[str] = (),
    waits: bool = False,
) -> AsyncIterator[Running]:
    """`debrief ARGUMENTS` (`run` if none) with `folder` as its place. Killed on leaving if it still runs.

    `through` is a command that runs it in turn; `program` a script, with its arguments, that stands in for it.
    `waits`: its input is open until `go`.
    """
    surroundings = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    process = await asyncio.create_subprocess_exec(
        *through,
        sys.executable,
        *(program or ("-m", "bot", *(arguments or ("run",)))),
        cwd=folder,
        env={**surroundings, "PYTHONPATH": str(ROOT), "PORT": "0", **(env or {})},
        stdin=asyncio.subprocess.PIPE if waits else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    running = Running(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            await running.kill()
        process._transport.close()  # type: ignore[attr-defined]  # asyncio leaves the pipes of a killed child open


@dataclass(slots=True)
class Page:
    """The page's side of the socket: sends frames, keeps screens by key, says what it has."""

    socket: aiohttp.ClientWebSocketResponse
    screens: dict[str, dict[str, Any]]
    taken: set[str] = field(default_factory=set)

    @property
    def screen(self) -> dict[str, Any]:
        return next(reversed(self.screens.values()))

    async def says(self, text: str) -> dict[str, Any]:
        return await self._answered({"type": "said", "text": text})

    async def picks(self, choice: str) -> dict[str, Any]:
        return await self._answered(self.press(choice))

    async def fills(self, choice: str, **values: str) -> dict[str, Any]:
        return await self._answered({**self.press(choice), "type": "submitted", "values": values})

    async def skips(self, **by: int) -> None:
        """Put the clock forward by `days`, `hours` or `seconds`."""
        seconds = by.get("days", 0) * 86400 + by.get("hours", 0) * 3600 + by.get("seconds", 0)
        await self.send({"type": "skip", "seconds": seconds})

    def press(self, choice: str) -> dict[str, Any]:
        at = self.screen
        return {"type": "picked", "step": at["step"], "visit": at["visit"], "choice": choice}

    async def send(self, frame: dict[str, Any]) -> str:
        frame_id = frame.setdefault("id", str(uuid.uuid4()))
        await self.socket.send_str(json.dumps(frame))
        return str(frame_id)

    async def until_taken(self, frame_id: str) -> None:
        while frame_id not in self.taken:
            await self.read()

    async def until_step(self, step: str) -> dict[str, Any]:
        while not self.screens or self.screen["step"] != step:
            await self.read()
        return self.screen

    async def read(self) -> None:
        """One frame from the server; a screen is acknowledged, and kept once."""
        async with asyncio.timeout(LIMIT_S):
            message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, f"the connection ended: {message.type.name}"
        frame = json.loads(message.data)
        if frame["type"] == "screen":
            self.screens.setdefault(frame["key"], frame)
            await self.socket.send_str(json.dumps({"type": "shown", "key": frame["key"]}))
        elif frame["type"] == "taken":
            self.taken.add(frame["id"])
        assert frame["type"] != "fault", frame

    async def _answered(self, frame: dict[str, Any]) -> dict[str, Any]:
        before = len(self.screens)
        await self.until_taken(await self.send(frame))
        while len(self.screens) == before:
            await self.read()
        return self.screen


@dataclass(slots=True)
class Somebody:
    """A person at their browser. What a page has shown stays when the connection is cut, as it does in the browser."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    screens: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def steps(self) -> Sequence[str]:
        return [screen["step"] for screen in self.screens.values()]

    @asynccontextmanager
    async def at(self, running: Running, *, fresh: bool = False) -> AsyncIterator[Page]:
        headers = {"Origin": running.url}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{running.url}/ws", headers=headers) as socket,
        ):
            page = Page(socket, self.screens)
            hello = {"type": "hello", "person": self.id, "locale": "en-GB", "fresh": fresh}
            await page.until_taken(await page.send(hello))
            yield page
