"""Whether a message to somebody on Discord arrived: found out without sending, or not known."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.runtime.ports import Later, Sent, Unknown
from tests.platforms.discord_kit import FakeCore, knock
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import BOT, FRIENDS_CHAT

pytestmark = pytest.mark.asyncio

MUCH_LATER = timedelta(minutes=5)
MESSAGES, OPENING = "/messages", "/users/@me/channels"


@pytest.fixture
def core(impatient: FakeCore) -> FakeCore:
    return impatient


@pytest.mark.parametrize("passed", [timedelta(), MUCH_LATER])
async def test_looking_finds_what_arrived_and_sends_nothing(
    discord: DiscordServer, core: FakeCore, ann: Person, passed: timedelta
) -> None:
    parcel = await knock(core, ann)
    discord.fault("POST", MESSAGES, "cut")
    assert await core.send(parcel) == Unknown()
    discord.skip(passed)
    assert await core.send(replace(parcel, again=True, only_look=True)) == Sent()
    assert discord.asked("POST", MESSAGES) == 1


async def test_looking_answers_no_interaction(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    await ann.command("server")
    answer = await ann.sees_new()
    handle = core.events[0].handle
    assert await core.send(replace(await knock(core, ann), handle=handle, again=True, only_look=True)) == Later()
    assert ann.sees() == [answer]
    assert answer.content == "Screen 1"


@pytest.mark.parametrize("known", [True, False])
async def test_looking_says_that_nothing_arrived_and_sends_nothing(
    discord: DiscordServer, core: FakeCore, ann: Person, known: bool
) -> None:
    await ann.dm("hello")
    await ann.sees_new()
    parcel = replace(await knock(core, ann), again=True, only_look=True)
    assert await core.send(parcel if known else replace(parcel, reach="")) == Later()
    assert discord.asked("POST", MESSAGES) == 1
    assert discord.asked("POST", OPENING) == (0 if known else 1)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "how",
    [
        {"kind": "limited"},
        {"kind": "broken", "status": 500},
        {"kind": "broken", "status": 503},
        {"kind": "silent"},
        {"kind": "cut"},
    ],
)
async def test_what_cannot_be_looked_at_stays_unknown(
    discord: DiscordServer, core: FakeCore, ann: Person, known: bool, how: dict[str, object]
) -> None:
    # aiohttp itself asks again after the first cut of a question.
    for _ in range(2 if how["kind"] == "cut" else 1):
        method, part = ("GET", MESSAGES) if known else ("POST", OPENING)
        discord.fault(method, part, **how)
    parcel = replace(await knock(core, ann), again=True, only_look=True)
    assert await core.send(parcel if known else replace(parcel, reach="")) == Unknown()
    assert discord.messages == []


@pytest.mark.parametrize("gone", [17, FRIENDS_CHAT])
async def test_what_may_lie_at_an_address_that_is_gone_stays_unknown(
    discord: DiscordServer, core: FakeCore, ann: Person, gone: int
) -> None:
    assert await core.send(replace(await knock(core, ann, gone), again=True, only_look=True)) == Unknown()
    assert discord.messages == []


async def test_a_person_who_is_gone_stays_unknown(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    discord.people.clear()
    assert await core.send(replace(await core.check_in(ann), again=True, only_look=True)) == Unknown()


async def test_while_discord_wants_quiet_nothing_is_looked_at(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    discord.fault("POST", MESSAGES, "limited", after_s=30.0, everywhere=True)
    parcel = await knock(core, ann)
    assert await core.send(parcel) == Later(30.0, everyone=True)
    assert await core.send(replace(parcel, again=True, only_look=True)) == Unknown()
    assert discord.asked("GET", MESSAGES) == 0


async def test_an_earlier_try_is_found_behind_hundreds_of_messages_and_beyond_five_hundred_it_is_unknown(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    parcel = await knock(core, ann)
    assert await core.send(parcel) == Sent()
    look = replace(parcel, again=True, only_look=True)
    for number in range(499):
        discord.add(ann.dm_channel, BOT, {"content": f"{number}"})
    assert (await core.send(look), discord.asked("GET", MESSAGES)) == (Sent(), 5)
    discord.add(ann.dm_channel, BOT, {"content": "one too many"})
    assert await core.send(look) == Unknown()


async def test_nobody_reads_further_back_than_to_when_the_parcel_was_made(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    for number in range(300):
        discord.add(ann.dm_channel, BOT, {"content": f"{number}"})
    discord.skip(timedelta(hours=1))
    assert await core.send(replace(await knock(core, ann), only_look=True)) == Later()
    assert discord.asked("GET", MESSAGES) == 1
