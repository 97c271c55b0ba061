"""Triage of a message of 500 characters, made of what people write."""

import itertools
import time
from collections.abc import Sequence
from statistics import median

from benchmarks.figures import Effort, Figure, rounded
from benchmarks.trips import SAID
from bot.app import load_content
from bot.care.triage import triage

CHARS, TEXTS = 500, 500


async def measure(effort: Effort) -> Sequence[Figure]:
    lexicon = load_content().lexicon
    texts = [_text(number) for number in range(effort.of(TEXTS))]
    times = []
    for text in texts * effort.repeats:
        began = time.perf_counter()
        triage(lexicon, text)
        times.append((time.perf_counter() - began) * 1e6)
    note = "no floor: nothing bare does this"
    return [Figure(f"triage, {CHARS} characters", rounded(median(times)), "us", limit="value <= 100", note=note)]


def _text(number: int) -> str:
    """Each begins with another line, and no two are alike."""
    lines = itertools.cycle(SAID[number % len(SAID) :] + SAID[: number % len(SAID)])
    told = f"It was dinner number {number}. "
    while len(told) < CHARS:
        told += f"{next(lines)} "
    return told[:CHARS]
