"""The schema changes while people talk: twice, from two places at once, and under a process of the version before."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from bot.storage import schema
from tests.acceptance.kit import Somebody, debrief
from tests.back_ends import NAMES, BackEnd, fresh, settings

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(params=NAMES)
async def back_end(request: pytest.FixtureRequest, tmp_path: Path) -> BackEnd:
    return await fresh(request.param, tmp_path, empty=True)


async def migrate(folder: Path, back_end: BackEnd) -> str:
    async with debrief(folder, "migrate", env=settings(back_end)) as running:
        assert running.process.stdout is not None
        said = await running.process.stdout.read()
        assert await running.ended() == 0, running.said
    return said.decode()


async def test_migrate_can_be_run_twice(tmp_path: Path, back_end: BackEnd) -> None:
    assert f"none -> {schema.HEAD}" in await migrate(tmp_path, back_end)
    assert "nothing to do" in await migrate(tmp_path, back_end)


async def test_migrate_from_several_places_at_once_changes_the_schema_once(tmp_path: Path, back_end: BackEnd) -> None:
    said = await asyncio.gather(*(migrate(tmp_path, back_end) for _ in range(3)))
    assert sorted("none ->" in words for words in said) == [False, False, True]
    assert sorted("nothing to do" in words for words in said) == [False, True, True]


async def test_a_process_of_the_version_before_goes_on_over_the_next_schema(tmp_path: Path, back_end: BackEnd) -> None:
    """The next schema: another number, a column and an index more. It says that it serves this version."""
    her = Somebody()
    async with debrief(tmp_path, env=settings(back_end)) as old:
        await old.up()
        async with her.at(old) as page:
            await page.says("they let it pass")
            await back_end.rows("ALTER TABLE people ADD COLUMN next_thing TEXT")
            await back_end.rows("CREATE INDEX next_index ON people (next_thing)")
            await back_end.rows("UPDATE alembic_version SET version_num = '9999' RETURNING version_num")
            await page.picks("steady")
        assert await old.terminate() == 0
    async with debrief(tmp_path, env=settings(back_end)) as again:
        await again.up()
        async with her.at(again) as page:
            await page.says("and then we drove home")
        assert await again.terminate() == 0
    assert len(her.steps) == 3
