"""Discord shuts out an address that got 10,000 answers of 401, 403 or 429 in ten minutes: ours stops well before."""

import pytest
from msgspec.structs import replace

from bot.runtime.ports import Later, Refused, Sent, Unknown
from handlers.discord.invalid import BUCKET_S, MOST, WINDOW_S, InvalidAnswers
from tests.platforms import discord_kit as kit
from tests.platforms.discord_kit import FakeCore, connected
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer

MESSAGES = "/messages"


def test_our_share_leaves_half_of_discords_limit() -> None:
    assert (MOST, WINDOW_S) == (5_000, 600)


def test_nothing_waits_below_our_share_and_everything_at_it() -> None:
    count = InvalidAnswers(most=3)
    assert [count.add(30.0), count.add(31.0)] == [False, False]
    assert count.wait_s(31.0) == 0
    assert count.add(32.0)
    assert count.wait_s(32.0) == BUCKET_S + WINDOW_S - 32.0


def test_the_wait_ends_when_enough_has_left_the_window_and_not_before() -> None:
    count = InvalidAnswers(most=3)
    for now_s in (0.0, 61.0, 130.0, 131.0):
        count.add(now_s)
    # The first and the second have to leave: one of the last two may stay.
    assert count.wait_s(200.0) == 720.0 - 200.0
    assert count.wait_s(719.0) == 1.0
    assert count.wait_s(720.0) == 0
    assert count.wait_s(10_000.0) == 0


def test_no_ten_minutes_ever_hold_more_than_our_share() -> None:
    count, asked_at = InvalidAnswers(most=50), list[float]()
    now_s = 1_234.5
    while now_s < 8_000.0:
        if count.wait_s(now_s) == 0:
            count.add(now_s)
            asked_at.append(now_s)
        now_s += 1.7
    assert len(asked_at) > 400
    assert all(later - earlier > WINDOW_S for earlier, later in zip(asked_at, asked_at[50:], strict=False))


def test_the_operator_is_told_once_in_each_window() -> None:
    count = InvalidAnswers(most=2)
    told = [now_s for now_s in range(1, 1_500, 50) if count.add(float(now_s))]
    assert told == [51, 651, 1251]


@pytest.mark.asyncio
async def test_when_our_share_is_used_up_direct_messages_wait_and_answers_to_interactions_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with DiscordServer(kit.TOKEN) as discord:
        core, ann = FakeCore(discord), Person(discord)
        async with connected(discord, core, most_invalid=3):
            discord.closed.add(ann.id)
            discord.fault("POST", MESSAGES, "limited", after_s=0.0)
            parcel = replace(await core.check_in(ann), reach=str(ann.dm_channel))
            closed = Refused("discord 403 50007")
            assert [await core.send(parcel) for _ in range(3)] == [Later(0.0), closed, closed]
            asked = len(discord.requests)
            for person in (ann, Person(discord)):
                receipt = await core.send(await core.check_in(person))
                assert isinstance(receipt, Later)
                assert receipt.everyone
                assert WINDOW_S < receipt.after_s <= WINDOW_S + BUCKET_S
            assert await core.send(replace(parcel, again=True)) == Unknown()
            assert len(discord.requests) == asked
            await ann.command("server")
            assert (await ann.sees_new()).content == "Screen 1"
            await discord.until(lambda: core.receipts[-1] == Sent())
    assert caplog.text.count("turned down too many requests") == 1


@pytest.mark.asyncio
async def test_a_limit_that_is_shared_with_others_and_what_is_not_found_do_not_count() -> None:
    async with DiscordServer(kit.TOKEN) as discord:
        core, ann = FakeCore(discord), Person(discord)
        async with connected(discord, core, most_invalid=1):
            discord.fault("POST", MESSAGES, "limited", after_s=0.0, scope="shared")
            discord.fault("POST", MESSAGES, "broken", accepted=False, status=404)
            parcel = replace(await core.check_in(ann), reach=str(ann.dm_channel))
            assert isinstance(await core.send(parcel), Later)
            assert isinstance(await core.send(parcel), Refused)
            assert await core.send(parcel) == Sent()
