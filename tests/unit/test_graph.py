"""The drawing of a flow is made from the content, and leaves nothing out."""

import re

import pytest

from bot.commands import DRAWINGS
from bot.flows.graph import mermaid, pages
from bot.flows.lint import targets
from tests.kit import content

FLOWS = sorted(content().flows)


@pytest.mark.parametrize("name", FLOWS)
def test_every_step_is_drawn_once(name: str) -> None:
    flow = content().flows[name]
    drawn = re.findall(r"^  ([a-z_]+)(?:\[\"|\{\{)", mermaid(flow), flags=re.MULTILINE)
    assert drawn == list(flow.steps)


@pytest.mark.parametrize("name", FLOWS)
def test_every_way_from_a_step_is_an_arrow_to_something_drawn(name: str) -> None:
    flow = content().flows[name]
    drawing = mermaid(flow)
    arrows = re.findall(r"^  ([a-z_]+) -->(?:\|[^|\n]*\|)? (\S+)$", drawing, flags=re.MULTILINE)
    wanted = [
        (name, target.removeprefix(f"{flow.flow}.").replace(".", "__"))
        for name, step in flow.steps.items()
        for target in targets(flow, step)
    ]
    assert sorted(arrows) == sorted(wanted)
    for _, target in arrows:
        assert target in flow.steps or f"  {target}([" in drawing


@pytest.mark.parametrize("name", FLOWS)
def test_no_words_of_a_flow_break_the_drawing(name: str) -> None:
    for line in mermaid(content().flows[name]).splitlines()[1:]:
        label = re.sub(r"^  \w+(\[\"(.*)\"\]|\{\{\w+\}\}|\(\[[\w.]+\]\)| -->(\|[^|]*\|)? \w+)$", r"\2\3", line)
        assert label != line, f"not a line that Mermaid reads: {line}"
        assert not set('"{}[]<>') & set(label)


def test_the_drawings_in_the_docs_are_those_of_the_content() -> None:
    drawn = {path.name: path.read_text("utf-8") for path in DRAWINGS.glob("*")}
    assert drawn == pages(content().flows), "stale: run `debrief graph`"
