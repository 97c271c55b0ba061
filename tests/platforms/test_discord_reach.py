"""Where a person is reached on Discord: at the address their events brought, and at no other."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.runtime.ports import Later, Receipt, Refused, Sent, Unknown
from tests.platforms import discord_kit as kit
from tests.platforms.discord_kit import FakeCore, connected, knock
from tests.platforms.discord_person import Person, Where
from tests.platforms.discord_rules import EPHEMERAL
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import FRIENDS_CHAT, GROUP_CHAT, SERVER_CHANNEL

pytestmark = pytest.mark.asyncio

MUCH_LATER = timedelta(minutes=5)
MESSAGES, OPENING = "/messages", "/users/@me/channels"
UNKNOWN_CHANNEL, MISSING_ACCESS = Refused("discord 404 10003"), Refused("discord 403 50001")


@pytest.fixture
def core(impatient: FakeCore) -> FakeCore:
    return impatient


def contents_of(discord: DiscordServer, channel: int) -> list[str]:
    return [message.content for message in discord.messages if message.channel == channel]


# What an event says of the address.


async def test_what_is_said_used_pressed_and_filled_in_the_bots_messages_brings_their_address(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    await ann.dm("hello")
    first = await ann.sees_new()
    opened = await ann.press(first, "Write it down")
    await discord.until(lambda: opened.modal)
    await ann.fill(opened, {"The strongest feeling": "Hurt", "How hot is it": "4 of 10"})
    second = await ann.sees_new([first])
    await ann.press(second, "Breathe with me")
    third = await ann.sees_new([first, second])
    await ann.command("dm")
    await ann.sees_new([first, second, third])
    assert [event.reach for event in core.events] == [str(ann.dm_channel)] * 4


@pytest.mark.parametrize(
    ("where", "channel"), [("server", SERVER_CHANNEL), ("group", GROUP_CHAT), ("friend", FRIENDS_CHAT)]
)
async def test_what_is_used_in_a_conversation_with_others_brings_no_address_and_shows_them_nothing(
    discord: DiscordServer, core: FakeCore, ann: Person, where: Where, channel: int
) -> None:
    """Discord names the direct messages of two people as it does the bot's own: the context alone tells them apart."""
    await ann.command(where)
    answer = await ann.sees_new()
    opened = await ann.press(answer, "Write it down")
    await discord.until(lambda: opened.modal)
    await ann.fill(opened, {"The strongest feeling": "Hurt", "How hot is it": "4 of 10"})
    await discord.until(lambda: len(core.receipts) == 2)
    await ann.press(answer, "Breathe with me")
    await discord.until(lambda: len(core.receipts) == 3)
    assert [event.reach for event in core.events] == [""] * 3
    assert all(message.flags & EPHEMERAL for message in discord.messages if message.channel == channel)
    assert discord.asked("POST", MESSAGES) == 0


async def test_an_interaction_that_does_not_say_where_it_was_brings_no_address(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    asked = await ann.command("dm")
    await ann.sees_new()
    for number, missing in enumerate(("context", "channel"), start=1):
        payload = {key: value for key, value in asked.payload.items() if key != missing}
        await discord.gateway.dispatch("INTERACTION_CREATE", {**payload, "id": str(number)})
        await discord.until(lambda number=number: len(core.events) > number)  # type: ignore[misc]
    assert [event.reach for event in core.events] == [str(ann.dm_channel), "", ""]


# Sending.


async def test_a_known_address_is_written_to_without_opening_it(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    assert await core.send(await knock(core, ann)) == Sent()
    assert [message.content for message in ann.sees()] == [kit.GLANCE]
    assert (discord.asked("POST", OPENING), discord.asked("POST", MESSAGES)) == (0, 1)


@pytest.mark.parametrize("gone", [17, FRIENDS_CHAT, GROUP_CHAT])
async def test_from_an_address_that_is_gone_the_message_goes_once_to_the_one_discord_opens(
    discord: DiscordServer, core: FakeCore, ann: Person, gone: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert [await core.send(await knock(core, ann, gone)) for _ in range(2)] == [Sent(), Sent()]
    assert [message.content for message in ann.sees()] == [kit.GLANCE] * 2
    assert contents_of(discord, gone) == []
    assert (discord.asked("POST", OPENING), discord.asked("POST", MESSAGES)) == (1, 3)
    assert "refused" not in caplog.text


async def test_a_person_who_closed_their_messages_is_written_to_once(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    discord.closed.add(ann.id)
    assert await core.send(await knock(core, ann)) == Refused("discord 403 50007")
    assert (discord.asked("POST", OPENING), discord.asked("POST", MESSAGES)) == (0, 1)


@pytest.mark.parametrize(
    ("how", "receipt"),
    [
        ({"kind": "cut"}, Unknown()),
        ({"kind": "silent"}, Unknown()),
        ({"kind": "broken", "status": 500}, Unknown()),
        ({"kind": "broken", "status": 503}, Later()),
        ({"kind": "limited", "after_s": 7.5}, Later(7.5)),
    ],
)
async def test_no_other_address_is_tried_unless_discord_says_that_this_one_is_gone(
    discord: DiscordServer, core: FakeCore, ann: Person, how: dict[str, object], receipt: Receipt
) -> None:
    discord.fault("POST", MESSAGES, **how)
    assert await core.send(await knock(core, ann)) == receipt
    assert (discord.asked("POST", OPENING), discord.asked("POST", MESSAGES)) == (0, 1)


@pytest.mark.parametrize(("gone", "receipt"), [(17, UNKNOWN_CHANNEL), (FRIENDS_CHAT, MISSING_ACCESS)])
@pytest.mark.parametrize("passed", [timedelta(), MUCH_LATER])
async def test_while_an_earlier_try_may_lie_at_an_address_that_is_gone_nothing_is_sent_elsewhere(
    core: FakeCore, ann: Person, gone: int, receipt: Receipt, passed: timedelta
) -> None:
    parcel = replace(await knock(core, ann, gone), again=True)
    ann.discord.skip(passed)
    assert await core.send(parcel) == receipt
    assert ann.discord.messages == []


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("passed", [timedelta(), MUCH_LATER])
async def test_an_earlier_try_that_went_to_the_opened_address_is_found_there(
    discord: DiscordServer, core: FakeCore, ann: Person, restarted: bool, passed: timedelta
) -> None:
    parcel = await knock(core, ann, 17)
    discord.fault("POST", f"{ann.dm_channel}{MESSAGES}", "cut")
    assert await core.send(parcel) == Unknown()
    discord.skip(passed)
    again = replace(parcel, again=True, attempt=2)
    if restarted:
        anew = FakeCore(discord)
        async with connected(discord, anew):
            assert await anew.send(again) == Sent()
    else:
        assert await core.send(again) == Sent()
    assert len(ann.sees()) == 1


@pytest.mark.parametrize("wrong_by", [timedelta(days=1), timedelta(days=-1)])
async def test_a_clock_that_was_wrong_by_a_day_does_not_hide_what_arrived_nor_stretch_what_a_nonce_guards(
    discord: DiscordServer, core: FakeCore, ann: Person, wrong_by: timedelta
) -> None:
    parcel = replace(await knock(core, ann), made_at=discord.now() + wrong_by)
    assert await core.send(parcel) == Sent()
    discord.add(ann.dm_channel, ann.id, {"content": "later"})
    discord.skip(MUCH_LATER)
    assert await core.send(replace(parcel, again=True)) == Sent()
    assert len(ann.sees()) == 1


@pytest.mark.parametrize(
    ("how", "wait_s"),
    [({"kind": "limited", "after_s": 30.0}, 30.0), ({"kind": "broken", "status": 403, "code": 40003}, 60.0)],
)
async def test_where_no_more_may_be_opened_known_addresses_are_written_to_all_the_same(
    discord: DiscordServer, core: FakeCore, ann: Person, how: dict[str, object], wait_s: float
) -> None:
    discord.fault("POST", OPENING, **how)
    assert await core.send(await core.check_in(Person(discord))) == Later(wait_s)
    receipt = await core.send(await core.check_in(Person(discord)))
    assert isinstance(receipt, Later)
    assert 0 < receipt.after_s <= wait_s
    assert discord.asked("POST", OPENING) == 1
    assert await core.send(await knock(core, ann)) == Sent()
