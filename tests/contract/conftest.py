"""A store on each back end; opened again: a restart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.storage.store import SqlStore
from bot.storage.turns import at_once
from bot.storage.vault import Vault
from tests.back_ends import KEY, NAMES, BackEnd, fresh
from tests.contract.store_kit import Open


@pytest_asyncio.fixture(params=NAMES)
async def back_end(request: pytest.FixtureRequest, tmp_path: Path) -> BackEnd:
    return await fresh(request.param, tmp_path)


@pytest_asyncio.fixture
async def opened(back_end: BackEnd) -> AsyncIterator[Open]:
    """Opens the store; again: a restart. Whatever is open at the end is closed, however the test ended."""
    last: list[SqlStore] = []

    async def again() -> SqlStore:
        while last:
            await last.pop().close()
        last.append(SqlStore(back_end.database(), Vault([KEY]), at_once))
        await last[0].open()
        return last[0]

    yield again
    for store in last:
        await store.close()


@pytest_asyncio.fixture
async def store(opened: Open) -> SqlStore:
    return await opened()
