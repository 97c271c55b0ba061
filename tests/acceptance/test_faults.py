"""Faults of the place it runs in: each ends with a sentence that says how to mend it, never with a traceback."""

import asyncio
import os
import shutil
import sqlite3
from pathlib import Path

import aiohttp
import pytest

from bot.app import CONTENT
from tests.acceptance.kit import Running, Somebody, debrief

pytestmark = pytest.mark.asyncio


async def fails(running: Running, *words: str) -> None:
    assert await running.ended() == 1
    assert "Traceback" not in running.said
    assert [word for word in words if word not in running.said] == []


async def test_a_database_that_another_run_uses(tmp_path: Path) -> None:
    async with debrief(tmp_path) as first:
        await first.up()
        async with debrief(tmp_path) as second:
            await fails(second, "Another `debrief run` is using", "DATABASE_URL")


async def test_a_database_from_a_newer_debrief_is_left_as_it_is(tmp_path: Path) -> None:
    async with debrief(tmp_path) as running:
        await running.up()
    with sqlite3.connect(tmp_path / "data/debrief.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE meta SET value = CAST('9999' AS BLOB) WHERE name = 'serves'")
    connection.close()
    async with debrief(tmp_path) as running:
        await fails(running, "schema 9999", "Update Debrief")


async def test_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    async with debrief(tmp_path) as running:
        await running.up()
    for path in (tmp_path / "data").iterdir():
        path.chmod(0o444)
    (tmp_path / "data").chmod(0o555)
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everything, and setpriv (util-linux) is not here to take that right away")
    through = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    async with debrief(tmp_path, through=through) as running:
        await fails(running, "cannot be written", "right to write")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    async with debrief(tmp_path) as running:
        await running.up()
    (tmp_path / "data/debrief.db").write_bytes(b"not a database at all " * 100)
    for extra in (tmp_path / "data").glob("debrief.db-*"):
        extra.unlink()
    async with debrief(tmp_path) as running:
        await fails(running, "not a sound SQLite database")


async def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    wrong = {"PORT": "eighty", "DATABASE_URL": "mysql://x", "SLACK_BOT_TOKEN": "x", "DISCORD_TOKEN": "x"}
    async with debrief(tmp_path, env=wrong) as running:
        await fails(running, "PORT", "DATABASE_URL", "SLACK_BOT_TOKEN", "DISCORD_TOKEN")
    assert list(tmp_path.iterdir()) == []


async def test_content_with_a_fault_refuses_to_start_and_says_where(tmp_path: Path) -> None:
    home = CONTENT.parent
    for name in ("bot", "handlers", "content"):
        shutil.copytree(home / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    flow = tmp_path / "content/flows/cool_down.yaml"
    lines = flow.read_text().splitlines()
    at = next(n for n, line in enumerate(lines, 1) if "go: planning.offer" in line)
    flow.write_text("\n".join(lines).replace("go: planning.offer", "go: planning.nowhere", 1))
    async with debrief(tmp_path) as running:
        await fails(running, "flows/cool_down.yaml:", "F101", "planning.nowhere")
    assert at > 0
    assert not (tmp_path / "data").exists()


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with debrief(tmp_path, env={"PORT": str(port)}) as running:
        await fails(running, f"PORT={port} cannot be used")
    server.close()
    await server.wait_closed()


async def test_the_playground_refuses_to_be_opened_to_others(tmp_path: Path) -> None:
    async with debrief(tmp_path, env={"HOST": "0.0.0.0"}) as running:
        await fails(running, "HOST is 0.0.0.0", "127.0.0.1")


async def test_health_and_readiness_are_told(tmp_path: Path) -> None:
    async with debrief(tmp_path) as running:
        await running.up()
        async with aiohttp.ClientSession() as session:
            for path in ("/healthz", "/readyz"):
                async with session.get(running.url + path) as answer:
                    assert answer.status == 200


async def test_the_log_holds_nothing_that_anybody_wrote(tmp_path: Path) -> None:
    her = Somebody()
    async with debrief(tmp_path) as running:
        await running.up()
        async with her.at(running) as page:
            await page.says("an unmistakable sentence")
            await page.picks("steady")
        assert await running.terminate() == 0
    assert "unmistakable" not in running.said
    assert her.id not in running.said
