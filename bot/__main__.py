"""The `debrief` command."""

import gc
import sys
from collections.abc import Callable
from functools import partial


def main() -> None:
    # What is imported stays to the end. Looking through it for garbage would cost a fifth of the time.
    gc.disable()
    only = run_only(sys.argv[1:])
    command = _whole() if only is None else _run(only)
    # Once, for what imports leave behind: the content goes where it was.
    gc.collect()
    gc.freeze()
    gc.enable()
    sys.exit(command())


def _whole() -> Callable[[], int | None]:
    from bot.commands import cli  # noqa: PLC0415  when nothing looks for garbage

    return cli


def _run(only: str) -> Callable[[], int | None]:
    # A run is long: what reads the options of all other commands would stay in its memory to the end.
    from bot.starting import start  # noqa: PLC0415  when nothing looks for garbage

    return partial(start, only)


def run_only(arguments: list[str]) -> str | None:
    """What `run`, written as it should be, is asked for; None for all else, which the whole command line reads."""
    match arguments:
        case ["run"]:
            return ""
        case ["run", "--only", only] if not only.startswith("-"):
            return only
        case ["run", only] if only.startswith("--only="):
            return only.removeprefix("--only=")
    return None


if __name__ == "__main__":
    main()
