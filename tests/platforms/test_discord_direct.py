"""The requests that discord.py does not make for us: what it would have seen to for them is seen to all the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.runtime.ports import Later, Sent, Taken
from handlers.discord.direct import SPENT_CHANNELS, Allowances
from handlers.discord.receipts import LONGEST_WAIT_S, seconds
from tests.platforms import discord_kit as kit
from tests.platforms.discord_answers import UPDATE
from tests.platforms.discord_kit import FakeCore, connected
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer

MESSAGES, CALLBACK = "/messages", "/callback"


@pytest_asyncio.fixture
async def core(discord: DiscordServer) -> AsyncIterator[FakeCore]:
    core = FakeCore(discord)
    async with connected(discord, core):
        yield core


@pytest.mark.asyncio
async def test_a_message_waits_until_its_channel_has_an_allowance_again(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    discord.fault("POST", MESSAGES, "spent", after_s=0.4)
    assert await core.send(await kit.knock(core, ann)) == Sent()
    began_s = asyncio.get_running_loop().time()
    assert await core.send(await kit.knock(core, ann)) == Sent()
    assert asyncio.get_running_loop().time() - began_s >= 0.35
    assert len(ann.sees()) == 2


@pytest.mark.asyncio
async def test_an_allowance_that_is_used_up_is_that_of_one_channel(
    discord: DiscordServer, impatient: FakeCore, ann: Person
) -> None:
    discord.fault("POST", MESSAGES, "spent", after_s=30.0)
    assert await impatient.send(await kit.knock(impatient, ann)) == Sent()
    others = [Person(discord) for _ in range(3)]
    assert [await impatient.send(await kit.knock(impatient, other)) for other in others] == [Sent()] * 3
    asked = discord.asked("POST", MESSAGES)
    answer = await impatient.send(await kit.knock(impatient, ann))
    assert isinstance(answer, Later)
    assert 29.0 < answer.after_s <= 30.0
    assert not answer.everyone
    assert discord.asked("POST", MESSAGES) == asked


def test_channels_that_may_be_written_to_again_are_not_kept() -> None:
    allowances = Allowances()
    for channel in range(10 * SPENT_CHANNELS):
        allowances.note(channel, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "5"}, now_s=float(channel))
        assert allowances.wait_s(channel, float(channel) + 1.0) == 4.0
    assert len(allowances) <= SPENT_CHANNELS


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [("2.5", 2.5), (None, 1.0), ("", 1.0), ("soon", 1.0), ("-3", 0.0), ("nan", 0.0), ("inf", LONGEST_WAIT_S)],
)
def test_however_long_discord_says_to_wait_it_is_a_time(said: str | None, wait_s: float) -> None:
    assert seconds(said) == wait_s


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_discord_and_is_not_followed(
    discord: DiscordServer, core: FakeCore, ann: Person, status: int
) -> None:
    discord.fault("POST", MESSAGES, "broken", accepted=False, status=status)
    assert await core.send(await kit.knock(core, ann)) == Later()
    assert len([path for _, path in discord.requests if path.endswith(MESSAGES)]) == 1
    assert ann.sees() == []


@pytest.mark.asyncio
async def test_requests_after_one_another_go_over_one_connection(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    discord.transports.clear()
    for how in ({"kind": "parts"}, {"kind": "broken", "status": 404, "accepted": False}, {"kind": "parts"}):
        discord.fault("POST", MESSAGES, **how)
        await core.send(await kit.knock(core, ann))
    await ann.dm("hello")
    first = await ann.sees_new(ann.sees())
    await ann.press(first, "Breathe with me")
    await ann.sees_new(ann.sees())
    assert len(discord.transports) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "how",
    [
        {"kind": "cut"},
        {"kind": "broken", "status": 500, "accepted": False},
        {"kind": "broken", "status": 503, "accepted": False},
        {"kind": "broken", "status": 404, "code": 10062, "accepted": False},
        {"kind": "broken", "status": 400, "code": 40060, "accepted": False},
        {"kind": "limited", "after_s": 30.0},
        {"kind": "unreadable", "status": 404, "accepted": False},
    ],
)
async def test_whatever_becomes_of_the_buttons_the_answer_to_a_press_comes_once(
    discord: DiscordServer, core: FakeCore, ann: Person, how: dict[str, object]
) -> None:
    await ann.dm("hello")
    first = await ann.sees_new()
    discord.fault("POST", CALLBACK, **how)
    await ann.press(first, "Breathe with me")
    second = await ann.sees_new([first])
    await discord.until(lambda: len(core.receipts) == 2)
    assert core.receipts == [Sent(), Sent()]
    assert ann.sees() == [first, second]
    assert discord.asked("POST", CALLBACK) == 1


@pytest.mark.asyncio
async def test_a_press_takes_the_buttons_off_by_its_first_response_and_the_words_stay(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    await ann.dm("hello")
    first = await ann.sees_new()
    words = first.content
    asked = await ann.press(first, "Breathe with me")
    await ann.sees_new([first])
    assert (asked.answer, first.buttons, first.content) == (UPDATE, [], words)
    assert (discord.asked("POST", CALLBACK), discord.asked("PATCH", "@original")) == (1, 0)


@pytest.mark.asyncio
async def test_a_token_of_any_letters_is_one_part_of_the_address(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    """As discord.py does it: what comes from outside is not taken for a path."""
    await ann.dm("hello")
    first = await ann.sees_new()
    asked = await ann.press(first, "Breathe with me", token="a/b?c=d#e f")
    await ann.sees_new([first])
    assert asked.answer == UPDATE


@pytest.mark.asyncio
async def test_a_limit_on_all_of_us_that_a_press_met_holds_direct_messages_back(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    await ann.dm("hello")
    first = await ann.sees_new()
    discord.fault("POST", CALLBACK, "limited", after_s=30.0, everywhere=True)
    await ann.press(first, "Breathe with me")
    await discord.until(lambda: len(core.receipts) == 2)
    last = core.receipts[-1]
    assert isinstance(last, Later)
    assert (last.everyone, 0 < last.after_s <= 30.0) == (True, True)
    assert await core.send(await kit.knock(core, Person(discord))) != Sent()


class Halting(FakeCore):
    """Writes down that an answer was sent when it may, and fails then if told to."""

    def __init__(self, discord: DiscordServer) -> None:
        super().__init__(discord)
        self.gate = asyncio.Event()
        self.failing = False

    async def post(self, taken: Taken) -> None:
        await super().post(taken)
        await self.gate.wait()
        if self.failing:
            raise RuntimeError


@pytest.mark.asyncio
async def test_a_stop_waits_for_what_follows_an_answer(discord: DiscordServer, ann: Person) -> None:
    core = Halting(discord)
    async with connected(discord, core) as adapter:
        await ann.dm("hello")
        await discord.until(lambda: core.receipts)
        stopping = asyncio.create_task(adapter.stop())
        ended, _ = await asyncio.wait({stopping}, timeout=1.0)
        core.gate.set()
        await stopping
    assert not ended


@pytest.mark.asyncio
async def test_a_turn_that_fails_after_its_answer_does_not_respond_a_second_time(
    discord: DiscordServer, ann: Person
) -> None:
    core = Halting(discord)
    core.failing = True
    core.gate.set()
    async with connected(discord, core):
        await ann.command("server")
        await discord.until(lambda: discord.asked("POST", "/webhooks/"))
    assert discord.asked("POST", CALLBACK) == 1
