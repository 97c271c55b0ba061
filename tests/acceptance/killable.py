"""`python killable.py POINT ARGUMENTS...`: the `debrief` command, killed with -9 the first time it passes the point."""

import os
import signal
import sys
from typing import Any

from bot.__main__ import main
from bot.runtime.points import EVENT

point = sys.argv.pop(1)


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    if event == EVENT and arguments[0] == point:
        os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(listen)
main()
