"""`debrief run`: what it writes down of itself, and how it ends."""

import asyncio
import logging
import sys

from bot import app
from bot.errors import OperatorError


def start(only: str = "") -> int:
    """Run until a signal; the exit code. `only`: one of several processes (app.settle_settings)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for library in ("apscheduler", "alembic"):
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        asyncio.run(app.serve(only))
    except OperatorError as error:
        sys.stderr.writelines(f"{fault}\n" for fault in error.faults)
        return 1
    return 0
