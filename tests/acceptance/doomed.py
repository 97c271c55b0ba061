"""`python doomed.py DOOM ARGUMENTS...`: the `debrief` command, killed with -9 at the point that the file DOOM names.

The file says `point` and how many times it is passed until then, on two lines; it may be written at any time.
Without the file the command runs as it is. It imports all that it needs, and begins when it is told to go.
"""

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import handlers.discord.adapter
import handlers.slack.adapter  # noqa: F401
from bot.__main__ import main
from bot.runtime.points import EVENT

doom = Path(sys.argv.pop(1))
passed: Counter[str] = Counter()


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    if event != EVENT:
        return
    try:
        sentence = doom.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    point, _, times = sentence.partition("\n")
    passed[sentence] += arguments[0] == point
    if passed[sentence] >= int(times):
        os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(listen)
if sys.stdin.readline():
    main()
