"""From the start of the process to the line that says that Debrief is up."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Effort, Figure, compared, in_turns
from benchmarks.processes import debrief
from benchmarks.starts import FLOOR, PLAYGROUND, both_platforms, libraries


async def measure(effort: Effort) -> Sequence[Figure]:
    limit = "ratio <= 1.5"
    with TemporaryDirectory() as kept:
        # The database is there after this.
        await _ours(PLAYGROUND, kept)
        playground = await in_turns(effort, _floor, partial(_ours, PLAYGROUND, kept))
        first = await in_turns(effort, _floor, partial(_ours, PLAYGROUND, ""))
    with TemporaryDirectory() as kept:
        async with both_platforms() as env:
            await _ours(env, kept)
            both = await in_turns(effort, _floor, partial(_ours, env, kept))
    return [
        compared("cold start, playground", "ms", playground, limit=limit, note=FLOOR),
        compared("cold start, both platforms", "ms", both, limit=limit, note=f"{FLOOR}; signed in and connected"),
        compared("cold start, playground, no database yet", "ms", first, note=FLOOR),
    ]


async def _floor() -> float:
    async with libraries() as process:
        return process.up_after_s * 1000


async def _ours(env: Mapping[str, str], kept: str) -> float:
    """In the folder that is kept, or in a new one."""
    with TemporaryDirectory() as fresh:
        async with debrief(Path(kept or fresh), env) as process:
            return process.up_after_s * 1000
