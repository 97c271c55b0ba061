"""`python -m benchmarks [NAME...]`: run the named cases, or all, and print one JSON line a figure."""

import asyncio
import inspect
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import cast

from benchmarks import cases
from benchmarks.figures import FULL, QUICK, Effort, Figure, line, table


def names() -> list[str]:
    return sorted(module.name for module in iter_modules(cases.__path__))


def run(name: str, effort: Effort) -> Iterable[Figure]:
    """A case is a module of benchmarks.cases with a function `measure(effort)`, plain or async."""
    measured = import_module(f"benchmarks.cases.{name}").measure(effort)
    return cast("Iterable[Figure]", asyncio.run(measured) if inspect.iscoroutine(measured) else measured)


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a case; with --table, a file of JSON lines")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument(
        "--table", action="store_true", help="print the lines of a file, or of standard input, as a table"
    )
    parser.add_argument("--quick", action="store_true", help="one short repeat: shows that the cases run, and no more")
    given = parser.parse_args()
    if given.list:
        print("\n".join(names()))
    elif given.table:
        print(table(Path(given.names[0]).read_text("utf-8").splitlines() if given.names else sys.stdin))
    else:
        if unknown := set(given.names) - set(names()):
            parser.error(f"no case is called {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
        for name in given.names or names():
            for figure in run(name, QUICK if given.quick else FULL):
                print(line(figure), flush=True)


if __name__ == "__main__":
    main()
