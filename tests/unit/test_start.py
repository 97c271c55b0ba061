"""What a start loads and what it reads from the command line: a run keeps all of it in memory to its end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import app
from bot.__main__ import run_only

UNUSED = (
    "pydantic",
    "typer",
    "yaml",
    "babel",
    "alembic",
    "sqlalchemy",
    "asyncpg",
    "pgqueuer",
    "slack_bolt",
    "textstat",
)
PROBE = f"""
import sys
from bot import app, starting
from bot.runtime.timers.aps import ApsWaker
from bot.storage.sqlite import SqliteDatabase
app.settle_settings()
app.compiled_content()
for plug in app.plugs():
    plug.build
import handlers.discord.adapter, handlers.slack.adapter, handlers.web.adapter
print([name for name in {UNUSED} if name in sys.modules])
"""


def test_a_later_start_loads_nothing_that_only_reading_content_or_another_command_needs(tmp_path: Path) -> None:
    app.compiled_content()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(app.CONTENT.parent)}
    told = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "only"),
    [
        ("run", ""),
        ("run --only slack", "slack"),
        ("run --only=worker", "worker"),
        ("run --help", None),
        ("run --only", None),
        ("run --only --help", None),
        ("run --only slack more", None),
        ("check", None),
        ("", None),
    ],
)
def test_a_run_that_is_written_as_it_should_be_needs_no_library_to_be_understood(
    arguments: str, only: str | None
) -> None:
    assert run_only(arguments.split()) == only
