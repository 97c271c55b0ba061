"""A disk that fills up under a running process, and is freed again: it goes on by itself, and nobody is forgotten.

The disk is a small one of the process's own, where the machine lets a process have that; and everywhere a limit on
how far its files may grow, which fails as a quota does.
"""

import resource
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import pytest

from tests.acceptance import rows
from tests.acceptance.chats import PLACES, OnSlack, Place, Trouble
from tests.acceptance.kit import Running, debrief
from tests.acceptance.town import Citizen, Count
from tests.back_ends import SqliteBackEnd, settings

pytestmark = pytest.mark.asyncio

Kind = Literal["a full disk", "a quota"]
KINDS: Sequence[Kind] = ("a full disk", "a quota")
APOLOGY = "I could not keep that just now."
OWN_NAMESPACE = ("unshare", "--map-root-user", "--mount", "sh", "-c")
MOUNT = 'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"'
BLOCK = b"\0" * 4096
UNLIMITED = resource.RLIM_INFINITY


class Disk(Protocol):
    """What the process's database lies on."""

    def fill(self) -> None: ...

    def free(self) -> None: ...


@dataclass
class OwnDisk:
    """Seen from outside through the process: nobody else has it mounted."""

    folder: Path

    def fill(self) -> None:
        with (self.folder / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while ballast.write(BLOCK):
                pass

    def free(self) -> None:
        (self.folder / "ballast").unlink()


@dataclass
class Quota:
    """No file may grow beyond the size of the log that every write goes to."""

    folder: Path
    pid: int

    def fill(self) -> None:
        size = (self.folder / "debrief.db-wal").stat().st_size
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))

    def free(self) -> None:
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))


@cache
def mounts_its_own() -> bool:
    tried = subprocess.run([*OWN_NAMESPACE, "mount -t tmpfs tmpfs /mnt"], check=False, capture_output=True)
    return tried.returncode == 0


@asynccontextmanager
async def on_a_small_disk(kind: Kind, folder: Path, place: Place) -> AsyncIterator[tuple[Running, Disk]]:
    if kind == "a full disk" and not mounts_its_own():
        pytest.skip("this machine lets no process mount a disk of its own")
    data = folder / "data"
    data.mkdir()
    through = (*OWN_NAMESPACE, MOUNT, str(data)) if kind == "a full disk" else ()
    async with debrief(folder, env=env(place, data), through=through) as running:
        await running.up()
        pid = running.process.pid
        yield running, OwnDisk(Path(f"/proc/{pid}/root{data}")) if kind == "a full disk" else Quota(data, pid)


def env(place: Place, data: Path) -> dict[str, str]:
    return {**place.settings, **settings(SqliteBackEnd(data / "debrief.db"))}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PLACES)
async def test_while_the_disk_is_full_nobody_is_told_yes_and_when_there_is_room_again_it_goes_on(
    tmp_path: Path, name: str, kind: Kind
) -> None:
    async with PLACES[name]() as place, on_a_small_disk(kind, tmp_path, place) as (running, disk):
        ana, ben = Citizen(place, place.somebody()), Citizen(place, place.somebody())
        await ana.says("they let it pass")
        await ana.content()
        disk.fill()
        deed = await ana.chat.presses("Breathe with me")
        await running.says("was not taken: StorageFault")
        refused = place.server.deliveries[-1] if isinstance(place, OnSlack) else None
        if refused is None:
            await place.until(lambda: APOLOGY in ana.seen()[-1].words)
        disk.free()
        await deed.again()
        await ben.says("they let it pass")
        await ben.content()
        await place.until(lambda: "How upset are you right now?" in ana.seen()[-1].words)
        assert [shown.words.partition("\n")[0] for shown in ana.seen() if APOLOGY not in shown.words] == [
            "Nothing has to be decided now.",
            "How upset are you right now?",
        ]
        assert ben.count() == Count(1, lost=0, doubled=0)
        assert refused is None or not refused.status.done()
        assert await running.terminate() == 0


@pytest.mark.parametrize("name", PLACES)
async def test_a_message_that_went_out_while_the_disk_filled_up_is_not_sent_again(tmp_path: Path, name: str) -> None:
    async with PLACES[name]() as place:
        ana = Citizen(place, place.somebody())
        async with on_a_small_disk("a quota", tmp_path, place) as (running, disk):
            ana.chat.goes_wrong(Trouble.SLOW)
            await ana.says("they let it pass")
            await ana.content()
            disk.fill()
            await running.says("a delivery was not written down")
            disk.free()
        async with debrief(tmp_path, env=env(place, tmp_path / "data")) as running:
            await running.up()
            await rows.until_nothing_waits(SqliteBackEnd(tmp_path / "data/debrief.db"))
            assert await running.terminate() == 0
        assert ana.count() == Count(1, lost=0, doubled=0)


@pytest.mark.parametrize("name", PLACES)
async def test_the_log_says_how_to_mend_a_full_disk(tmp_path: Path, name: str) -> None:
    async with PLACES[name]() as place, on_a_small_disk("a full disk", tmp_path, place) as (running, disk):
        disk.fill()
        await place.somebody().says("they let it pass")
        await running.says("was not taken: StorageFault")
        await running.terminate()
        assert "is full. Free some space; nothing that was saved is lost." in running.said
