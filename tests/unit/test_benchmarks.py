"""The benchmarks run, and say what they measured in the form that the table is made of."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import names
from benchmarks.figures import Figure, compared, holds, line, table

ROOT = Path(__file__).parents[2]
CHEAPEST = ("engine_advance", "round_trip_slack", "triage_500")


@pytest.mark.asyncio
async def test_a_benchmark_prints_one_json_line_a_figure() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks", "--quick", *CHEAPEST, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    figures = [Figure(**json.loads(text)) for text in said.decode().splitlines()]
    assert {figure.name.split(",")[0] for figure in figures} == {"engine.advance", "Slack round trip", "triage"}
    for figure in figures:
        assert figure.value > 0
        assert figure.unit
        assert (figure.floor is None) == (figure.ratio is None)
        assert figure.floor is not None or figure.note
        # A rule that cannot be read would be no rule.
        for rule in (figure.limit, figure.aim):
            assert not rule or holds(figure, rule) in {True, False}


def test_every_case_is_found_by_its_name() -> None:
    assert set(CHEAPEST) < set(names())


def test_the_table_says_whether_a_limit_is_met() -> None:
    pairs = [(2.0, 3.0), (2.0, 2.0), (4.0, 8.0)]
    figure = compared("a trip", "us", pairs, limit="ratio <= 1.6", aim="ratio <= 1.2", note="alone")
    assert (figure.value, figure.floor, figure.ratio) == (3.0, 2.0, 1.5)
    row = table([line(figure), ""]).splitlines()[-1]
    assert row == "| a trip | 3 us | 2 us | 1.50 | ratio <= 1.6 (met) | ratio <= 1.2 (missed) | alone |"
