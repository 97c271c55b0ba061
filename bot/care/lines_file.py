"""The file of crisis lines, read strictly.

C001 shape, C002 unknown kind, C003 no ISO 3166 country, C004 too few sources, C005 compared too long ago,
C006 two rows for the same. A row that is `held` waits for its second source, and is not shown.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from babel import Locale

from bot.care.lines import Line, Lines, fresh
from bot.errors import ContentFault
from bot.strict_yaml import Fault, Marks, read

KINDS = frozenset({"emergency", "crisis", "domestic"})
SOURCES_FEWEST = 2
_KEYS = frozenset({"country", "where", "kind", "reach", "hours", "for", "sources", "newest", "held"})
_NEEDED = frozenset({"country", "kind", "reach", "sources"})


def load_lines(text: str, path: str, today: date) -> Lines:
    """Read lines.yaml. Raises ContentFault with every fault as `path:line: CODE message`."""
    reading = read(text, path)
    faults = list(reading.faults) or list(_faults(reading.value, reading.marks, path, today))
    if faults:
        raise ContentFault(*map(str, sorted(faults)))
    value = reading.value
    shown = [_line(row) for row in value["lines"] if not row.get("held")]
    return Lines(shown, Locale("en").territories, date.fromisoformat(value["compared"]))


def _line(row: Mapping[str, Any]) -> Line:
    return Line(
        row["country"], row["kind"], row["reach"], row.get("where", ""), row.get("for", ""), row.get("hours", "")
    )


def _faults(value: Any, marks: Marks, path: str, today: date) -> Iterator[Fault]:
    if not isinstance(value, dict) or set(value) != {"compared", "lines"} or not isinstance(value["lines"], list):
        yield Fault(path, 1, "C001", "the file has `compared:` and a list `lines:`, nothing else")
        return
    yield from _compared(value["compared"], marks.line("compared"), path, today)
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(value["lines"]):
        at = marks.line("lines", number)
        if not _has_shape(row):
            yield Fault(path, at, "C001", f"a line has {sorted(_NEEDED)}, may have {sorted(_KEYS - _NEEDED)}, no more")
            continue
        yield from _row_faults(row, at, path)
        same = tuple(row.get(key, "") for key in ("country", "kind", "where", "for"))
        if same in seen:
            yield Fault(path, at, "C006", f"a second row for {' '.join(part for part in same if part)}")
        seen.add(same)


def _has_shape(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and set(row) >= _NEEDED
        and set(row) <= _KEYS
        and isinstance(row["sources"], list)
        and all(isinstance(value, str) and value for key, value in row.items() if key != "sources")
    )


def _row_faults(row: Mapping[str, Any], at: int, path: str) -> Iterator[Fault]:
    if row["kind"] not in KINDS:
        yield Fault(path, at, "C002", f"{row['kind']!r} is none of {sorted(KINDS)}")
    if len(row["country"]) != 2 or row["country"] not in Locale("en").territories:
        yield Fault(path, at, "C003", f"{row['country']!r} is no ISO 3166 country of two letters")
    if row["kind"] != "emergency" and len(set(row["sources"])) < SOURCES_FEWEST and not row.get("held"):
        message = f"a line of help has {SOURCES_FEWEST} sources, this one {len(row['sources'])}: say `held: yes`"
        yield Fault(path, at, "C004", f"{message}, and it is not shown")


def _compared(text: Any, at: int, path: str, today: date) -> Iterator[Fault]:
    try:
        compared = date.fromisoformat(text)
    except (TypeError, ValueError):
        yield Fault(path, at, "C001", f"`compared` is a date such as 2026-11-22, not {text!r}")
        return
    if not fresh(compared, today):
        yield Fault(path, at, "C005", "the rows were compared with their sources over 12 months ago: do it again")
