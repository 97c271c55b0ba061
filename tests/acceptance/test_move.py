"""`debrief move` as a real process: an evening begun on SQLite goes on over PostgreSQL, whatever happens between."""

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.runtime.points import Point
from tests.acceptance.kit import KILLABLE, Running, Somebody, debrief
from tests.acceptance.test_kills import OF_A_MOVE
from tests.acceptance.test_the_evening import EVENING, MORNING, evening, morning
from tests.back_ends import BackEnd, fresh, let_time_pass

pytestmark = pytest.mark.asyncio

FROM = "sqlite:///data/debrief.db"


@dataclass(slots=True)
class Place:
    """A folder with an installation, stopped. `she` has a check-in planned; `he` looks at a button."""

    folder: Path
    target: BackEnd
    she: Somebody
    he: Somebody

    def there(self) -> dict[str, str]:
        """What `debrief move` says to set."""
        key = (self.folder / "data/secret.key").read_text("ascii").strip()
        return {"DATABASE_URL": self.target.url, "DEBRIEF_SECRET_KEYS": key}

    async def move(self) -> str:
        """From beginning to end; what it says."""
        async with debrief(self.folder, "move", FROM, self.target.url) as running:
            assert running.process.stdout is not None
            said = await running.process.stdout.read()
            assert await running.ended() == 0, running.said
        return said.decode()

    async def killed_at(self, point: Point) -> bool:
        """Whether a move died at the point; it went through otherwise."""
        async with debrief(self.folder, program=(KILLABLE, point, "move", FROM, self.target.url)) as doomed:
            ended = await doomed.ended()
        assert ended in (0, -9), doomed.said
        return ended == -9


_evenings: dict[str, tuple[Path, Somebody, Somebody]] = {}


@pytest_asyncio.fixture
async def place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The evening is spoken once and then copied, folder and people."""
    if "spoken" not in _evenings:
        first, she, he = tmp_path_factory.mktemp("evening"), Somebody(), Somebody()
        async with debrief(first) as running:
            await running.up()
            async with she.at(running) as page:
                await evening(page)
            async with he.at(running) as page:
                await page.says("they let it pass")
            assert await running.terminate() == 0
        _evenings["spoken"] = first, she, he
    first, she, he = _evenings["spoken"]
    folder = tmp_path / "home"
    shutil.copytree(first, folder)
    target = await fresh("postgresql", tmp_path, empty=True)
    return Place(folder, target, copy.deepcopy(she), copy.deepcopy(he))


async def refused(running: Running, *words: str) -> None:
    assert await running.ended() == 1, running.said
    assert "Traceback" not in running.said
    assert [word for word in words if word not in running.said] == []


async def both_go_on(place: Place) -> None:
    """His button from before works, and her check-in comes, once."""
    assert await place.target.rows("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'check_in'") == [(1,)]
    await let_time_pass(place.target)
    async with debrief(place.folder, env=place.there()) as running:
        await running.up()
        async with place.he.at(running) as page:
            assert (await page.picks("steady"))["step"] != "cool_down.meet"
        async with place.she.at(running) as page:
            await morning(page)
        assert await running.terminate() == 0
    assert place.she.steps == [*EVENING, *MORNING]
    assert await place.target.rows("SELECT state FROM check_ins") == [("opened",)]
    assert await place.target.rows("SELECT count(*) FROM inbox WHERE delivery_id LIKE '%check-in:%'") == [(1,)]


async def test_an_evening_on_sqlite_goes_on_over_postgresql(place: Place) -> None:
    said = await place.move()
    assert all(word in said for word in ("none different", "DATABASE_URL", "DEBRIEF_SECRET_KEYS", "secret.key"))
    assert place.there()["DEBRIEF_SECRET_KEYS"] not in said
    await both_go_on(place)


async def test_what_was_moved_is_not_used_again_and_not_moved_again(place: Place) -> None:
    await place.move()
    async with debrief(place.folder) as running:
        await refused(running, "was moved to PostgreSQL", "DATABASE_URL")
    assert "finished already" in await place.move()
    await both_go_on(place)
    assert "finished already" in await place.move()


@pytest.mark.parametrize("point", OF_A_MOVE, ids=str)
async def test_a_move_that_is_killed_leaves_one_side_open_at_most_and_goes_on(place: Place, point: Point) -> None:
    assert await place.killed_at(point)
    if point not in (Point.MOVE_NAMED, Point.MOVE_TARGET_OPENED):
        async with debrief(place.folder, env=place.there()) as running:
            await refused(running, "not finished", "debrief move")
    if point in (Point.MOVE_SOURCE_CLOSED, Point.MOVE_TARGET_OPENED):
        async with debrief(place.folder) as running:
            await refused(running, "was moved to PostgreSQL")
    await place.move()
    await both_go_on(place)


async def test_a_move_that_is_killed_again_and_again_gets_there(place: Place) -> None:
    kills = 0
    while await place.killed_at(Point.MOVE_BATCH_COPIED):
        kills += 1
        assert kills < 10
    assert kills >= 3
    await both_go_on(place)


async def test_whoever_goes_on_over_sqlite_after_a_killed_move_loses_nothing_by_the_next(place: Place) -> None:
    assert await place.killed_at(Point.MOVE_COMPARED)
    async with debrief(place.folder) as running:
        await running.up()
        async with place.he.at(running) as page:
            await page.picks("breathe")
        assert await running.terminate() == 0
    await place.move()
    async with debrief(place.folder, env=place.there()) as running:
        await running.up()
        async with place.he.at(running) as page:
            assert (await page.picks("8"))["step"] == "cool_down.breathe"
        assert await running.terminate() == 0


async def test_a_move_asks_to_stop_the_run_that_uses_the_file(place: Place) -> None:
    async with debrief(place.folder) as running:
        await running.up()
        async with debrief(place.folder, "move", FROM, place.target.url) as move:
            await refused(move, "stop the `debrief run`", "README.md")
        assert await running.terminate() == 0
    await place.move()


async def test_a_database_that_a_debrief_uses_is_not_moved_into(place: Place) -> None:
    async with debrief(place.folder, env=place.there()) as other:
        await other.up()
        async with debrief(place.folder, "move", FROM, place.target.url) as move:
            await refused(move, "a Debrief in this database already", "createdb")
    async with debrief(place.folder) as running:
        await running.up()


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("postgresql://a/b", FROM, "from SQLite to PostgreSQL"),
        ("sqlite:///data/none.db", "postgresql://127.0.0.1:1/none", "there is no file data/none.db"),
        (FROM, "postgresql://127.0.0.1:1/none", "Check TO"),
    ],
)
async def test_a_wrong_address_is_named(place: Place, source: str, target: str, words: str) -> None:
    async with debrief(place.folder, "move", source, target) as running:
        await refused(running, words)
