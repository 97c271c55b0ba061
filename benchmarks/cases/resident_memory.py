"""What a process keeps in memory once it is up and has had nothing to do for a moment."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Effort, Figure, compared, in_turns
from benchmarks.processes import Child, debrief
from benchmarks.starts import FLOOR, PLAYGROUND, both_platforms, libraries

IDLE_S = 1.0


async def measure(effort: Effort) -> Sequence[Figure]:
    limit = "ratio <= 1.3"
    with TemporaryDirectory() as folder:
        # The database is there after this: making it loads what no later start does.
        await _ours(folder, PLAYGROUND)
        playground = await in_turns(effort, _floor, partial(_ours, folder, PLAYGROUND))
        async with both_platforms() as env:
            both = await in_turns(effort, _floor, partial(_ours, folder, env))
    return [
        compared("resident memory, playground", "MiB", playground, limit=limit, note=FLOOR),
        compared("resident memory, both platforms", "MiB", both, limit=limit, note=FLOOR),
    ]


async def _floor() -> float:
    return await _resident(libraries())


async def _ours(folder: str, env: Mapping[str, str]) -> float:
    return await _resident(debrief(Path(folder), env))


async def _resident(starting: AbstractAsyncContextManager[Child]) -> float:
    async with starting as process:
        await asyncio.sleep(IDLE_S)
        return process.resident_mib()
