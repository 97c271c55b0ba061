"""A figure, the rules it is held to, and the two ways in which figures are printed."""

import json
import operator
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")

_HOLDS = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Figure:
    """`floor` and `ratio` are None where there is no floor; `note` says why. A rule reads `ratio <= 1.5`."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    limit: str = ""
    aim: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: how many repeats, and which share of each one's work."""

    repeats: int
    share: float

    def of(self, count: int) -> int:
        return max(2, round(count * self.share))


FULL, QUICK = Effort(7, 1.0), Effort(1, 0.02)


async def in_turns(
    effort: Effort, floor: Callable[[], Awaitable[T]], ours: Callable[[], Awaitable[T]]
) -> list[tuple[T, T]]:
    """Pairs of (floor, ours). Which of them goes first changes, so that neither always follows the other."""
    pairs = []
    for number in range(effort.repeats):
        if number % 2:
            own = await ours()
            pairs.append((await floor(), own))
        else:
            bare = await floor()
            pairs.append((bare, await ours()))
    return pairs


def compared(
    name: str, unit: str, pairs: Sequence[tuple[float, float]], *, limit: str = "", aim: str = "", note: str = ""
) -> Figure:
    """Medians; the ratio is the median of the pairs' ratios, each pair having had the same neighbours."""
    return Figure(
        name,
        rounded(median(own for _, own in pairs)),
        unit,
        floor=rounded(median(bare for bare, _ in pairs)),
        ratio=rounded(median(own / bare for bare, own in pairs)),
        limit=limit,
        aim=aim,
        note=note,
    )


def rounded(value: float) -> float:
    return float(f"{value:.4g}")


def line(figure: Figure) -> str:
    return json.dumps(asdict(figure), ensure_ascii=False)


def holds(figure: Figure, rule: str) -> bool:
    what, comparison, bound = rule.split()
    measured = figure.ratio if what == "ratio" else figure.value
    return measured is not None and bool(_HOLDS[comparison](measured, float(bound)))


def table(lines: Iterable[str]) -> str:
    """The markdown table of docs/performance.md, from the JSON lines."""
    rows = ["| figure | measured | floor | ratio | limit | aim | |", "|---|--:|--:|--:|---|---|---|"]
    rows += [_row(Figure(**json.loads(text))) for text in lines if text.strip()]
    return "\n".join(rows)


def _row(figure: Figure) -> str:
    floor = "" if figure.floor is None else f"{figure.floor:,g} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    rules = [f"{rule} ({'met' if holds(figure, rule) else 'missed'})" if rule else "" for rule in _rules(figure)]
    cells = (figure.name, f"{figure.value:,g} {figure.unit}", floor, ratio, *rules, figure.note)
    return f"| {' | '.join(cells)} |"


def _rules(figure: Figure) -> tuple[str, str]:
    return figure.limit, figure.aim
