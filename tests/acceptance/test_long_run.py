"""The long run of kills, in a short form, and that it would tell what is lost or doubled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from tests import back_ends
from tests.acceptance.chats import PLACES, Deed, Shown, Trouble
from tests.acceptance.faults import perform
from tests.acceptance.town import PROMISES, Citizen, Count

KILLS = 8
# Each place on the back end that test_kills.py has not killed it on.
PAIRS = tuple(zip(PLACES, reversed(back_ends.NAMES), strict=True))


@pytest.mark.timeout(120)
@pytest.mark.asyncio
async def test_nothing_is_lost_or_doubled_however_often_it_is_killed() -> None:
    said: list[str] = []
    tally = await perform(KILLS, 1, said.append, PAIRS)
    assert tally.sound, tally.faults
    assert tally.kills.total() == KILLS
    assert set(tally.counts) == set(PAIRS)
    assert all(count.owed > 0 for count in tally.counts.values())


@dataclass
class Letters:
    """A chat in which the letters have come already."""

    letters: Sequence[str]

    def seen(self) -> Sequence[Shown]:
        return [Shown(PROMISES[0] if letter == "p" else letter, (), letter) for letter in self.letters]

    async def says(self, words: str) -> Deed:
        raise NotImplementedError

    async def presses(self, label: str) -> Deed:
        raise NotImplementedError

    def goes_wrong(self, trouble: Trouble) -> Callable[[], bool]:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("deeds", "came", "count"),
    [
        (2, "ab", Count(2, 0, 0)),
        (2, "a", Count(2, 1, 0)),
        (2, "abb", Count(2, 0, 1)),
        (2, "aa", Count(2, 1, 1)),
        (2, "abc", Count(2, 0, 1)),
        (2, "apk", Count(3, 0, 0)),
        (2, "ap", Count(3, 1, 0)),
    ],
)
def test_what_did_not_come_is_lost_and_what_came_too_often_is_doubled(deeds: int, came: str, count: Count) -> None:
    assert Citizen(None, Letters(came), deeds=deeds).count() == count  # type: ignore[arg-type]  # it goes nowhere
