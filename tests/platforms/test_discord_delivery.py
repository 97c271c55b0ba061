"""Screens on their way to a person on Discord: what each answer of Discord's means, and that nothing is doubled."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.model import RESUME, Choice, Handle
from bot.runtime.ports import Later, Refused, Sent, Unknown
from handlers.discord.adapter import DiscordAdapter
from handlers.discord.inbound import Reply
from tests.platforms import discord_kit as kit
from tests.platforms.discord_answers import COMMAND, DEFERRED_MESSAGE
from tests.platforms.discord_kit import FakeCore, connected
from tests.platforms.discord_person import Person
from tests.platforms.discord_rules import EPHEMERAL, LOADING
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_world import APPLICATION, BOT, SERVER_CHANNEL, Interaction

pytestmark = pytest.mark.asyncio

SOON, MUCH_LATER = timedelta(seconds=20), timedelta(minutes=5)
MESSAGES, CALLBACK, OPENING = "/messages", "/callback", "/users/@me/channels"


@pytest_asyncio.fixture
async def core(discord: DiscordServer) -> AsyncIterator[FakeCore]:
    core = FakeCore(discord)
    async with connected(discord, core):
        yield core


async def test_a_check_in_is_a_direct_message_that_may_ring_and_says_no_more_than_its_glance(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    parcel = await core.check_in(ann)
    assert await core.send(parcel) == Sent()
    (message,) = ann.sees()
    assert (message.content, message.silent, message.nonce) == (kit.GLANCE, False, parcel.key)
    assert (message.sent["enforce_nonce"], message.sent["allowed_mentions"]) == (True, {"parse": []})


async def test_only_a_neutral_message_may_ring(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    knock = await core.check_in(ann)
    telling = replace(knock, check_in=0)
    waiting = replace(telling, key="w", screen=kit.screen(3, "A message waits.", choices=(Choice(RESUME, "Show it"),)))
    assert [await core.send(parcel) for parcel in (telling, waiting)] == [Sent(), Sent()]
    assert [message.silent for message in ann.sees()] == [True, False]


@pytest.mark.parametrize(("passed", "histories"), [(SOON, 0), (MUCH_LATER, 1)])
@pytest.mark.parametrize("kind", ["silent", "cut", "broken"])
async def test_a_message_that_did_arrive_is_not_sent_twice(
    impatient: FakeCore, ann: Person, kind: str, passed: timedelta, histories: int
) -> None:
    discord, parcel = ann.discord, await impatient.check_in(ann)
    discord.fault("POST", MESSAGES, kind)
    assert await impatient.send(parcel) == Unknown()
    discord.skip(passed)
    assert await impatient.send(replace(parcel, again=True, attempt=2)) == Sent()
    assert len(ann.sees()) == 1
    assert discord.asked("GET", MESSAGES) == histories


@pytest.mark.parametrize("passed", [SOON, MUCH_LATER])
async def test_a_message_that_did_not_arrive_is_sent_once_more(
    discord: DiscordServer, core: FakeCore, ann: Person, passed: timedelta
) -> None:
    parcel = await core.check_in(ann)
    discord.fault("POST", MESSAGES, "cut", accepted=False)
    assert await core.send(parcel) == Unknown()
    discord.skip(passed)
    assert await core.send(replace(parcel, again=True, attempt=2)) == Sent()
    assert len(ann.sees()) == 1


async def test_a_message_that_was_answered_in_the_meantime_is_known_by_its_words(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    parcel = await core.check_in(ann, "Your *check-in*, as you asked.")
    discord.fault("POST", MESSAGES, "cut")
    assert await core.send(parcel) == Unknown()
    (message,) = ann.sees()
    await ann.press(message, "Breathe with me")
    await ann.sees_new([message])
    assert message.buttons == []
    discord.skip(MUCH_LATER)
    assert await core.send(replace(parcel, again=True)) == Sent()
    assert len(ann.sees()) == 2


async def test_the_same_words_from_another_day_are_another_message(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    assert await core.send(await core.check_in(ann)) == Sent()
    (yesterdays,) = ann.sees()
    yesterdays.edit({"components": []})
    discord.skip(timedelta(days=1))
    parcel = await core.check_in(ann)
    discord.skip(MUCH_LATER)
    assert await core.send(replace(parcel, again=True)) == Sent()
    assert len(ann.sees()) == 2


@pytest.mark.parametrize(("kind", "part"), [("limited", MESSAGES), ("cut", OPENING)])
async def test_not_yet_is_not_said_while_an_earlier_try_is_open(
    discord: DiscordServer, core: FakeCore, ann: Person, kind: str, part: str
) -> None:
    discord.fault("POST", part, kind)
    assert await core.send(replace(await core.check_in(ann), again=True)) == Unknown()


async def test_a_history_that_cannot_be_read_settles_nothing(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    parcel = await core.check_in(ann)
    discord.skip(MUCH_LATER)
    discord.fault("GET", MESSAGES, "broken", status=503)
    assert await core.send(replace(parcel, again=True)) == Unknown()
    assert ann.sees() == []


async def test_a_closed_conversation_is_a_permanent_no(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    discord.closed.add(ann.id)
    assert await core.send(await core.check_in(ann)) == Refused("discord 403 50007")
    assert discord.asked("POST", MESSAGES) == 1


async def test_an_account_that_is_gone_is_a_permanent_no(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    discord.people.clear()
    assert await core.send(await core.check_in(ann)) == Refused("discord 404 10013")


async def test_a_rate_limit_is_handed_to_the_core_and_not_sat_out(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    discord.fault("POST", MESSAGES, "limited", after_s=7.5)
    parcel = await core.check_in(ann)
    assert await core.send(parcel) == Later(7.5)
    assert discord.asked("POST", MESSAGES) == 1
    assert await core.send(parcel) == Sent()


@pytest.mark.parametrize(
    ("kind", "part", "everywhere"),
    [("limited", MESSAGES, True), ("limited", OPENING, False), ("banned", MESSAGES, False)],
)
async def test_where_discord_wants_quiet_from_all_nobody_else_is_written_to(
    core: FakeCore, ann: Person, kind: str, part: str, everywhere: bool
) -> None:
    discord = ann.discord
    discord.fault("POST", part, kind, after_s=30.0, everywhere=everywhere)
    assert await core.send(await core.check_in(ann)) == Later(30.0, everyone=everywhere or kind == "banned")
    asked = len(discord.requests)
    receipt = await core.send(await core.check_in(Person(discord)))
    assert isinstance(receipt, Later)
    assert 0 < receipt.after_s <= 30.0
    assert len(discord.requests) == asked


@pytest.mark.parametrize(("status", "receipt"), [(500, Unknown()), (502, Unknown()), (503, Later()), (504, Unknown())])
async def test_a_broken_discord_is_asked_once(
    discord: DiscordServer, core: FakeCore, ann: Person, status: int, receipt: object
) -> None:
    discord.fault("POST", MESSAGES, "broken", accepted=False, status=status)
    assert await core.send(await core.check_in(ann)) == receipt
    assert discord.asked("POST", MESSAGES) == 1


async def test_nothing_was_shown_when_the_conversation_could_not_be_opened(
    discord: DiscordServer, impatient: FakeCore, ann: Person
) -> None:
    discord.fault("POST", OPENING, "silent")
    assert await impatient.send(await impatient.check_in(ann)) == Later()


async def test_a_used_up_allowance_does_not_hold_what_was_sent(
    discord: DiscordServer, impatient: FakeCore, ann: Person
) -> None:
    discord.fault("POST", MESSAGES, "spent", after_s=30.0)
    assert await impatient.send(await impatient.check_in(ann)) == Sent()
    assert isinstance(await impatient.send(await impatient.check_in(ann)), Later)
    assert len(ann.sees()) == 1


async def test_a_token_that_was_revoked_keeps_what_waits(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    discord.token = "another"
    assert await core.send(await core.check_in(ann)) == Later(300.0)


async def test_nothing_is_lost_while_discord_cannot_be_reached(core: FakeCore) -> None:
    async with DiscordServer(kit.TOKEN) as gone:
        ann, own = Person(gone), FakeCore(gone)
        async with connected(gone, own):
            await gone.__aexit__()
            assert await own.send(await own.check_in(ann)) == Later()


async def test_before_it_is_up_everything_waits(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    adapter = DiscordAdapter(kit.settings(discord), core)
    assert await adapter.send(await core.check_in(ann)) == Later()
    await adapter.stop()


async def test_an_answer_whose_arrival_is_unknown_is_edited_into_place(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    discord.fault("POST", CALLBACK, "cut")
    await ann.command("server")
    await discord.until(lambda: core.receipts)
    assert core.receipts == [Unknown()]
    assert await core.send(replace(core.parcels[0], again=True)) == Sent()
    assert [message.content for message in ann.sees()] == ["Screen 1"]


async def test_an_answer_that_was_put_off_before_a_restart_is_still_given_in_private(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    asked = Interaction(
        discord.new_id(), "token", COMMAND, ann.id, SERVER_CHANNEL, discord.now(), answer=DEFERRED_MESSAGE
    )
    asked.original = discord.add(SERVER_CHANNEL, BOT, {"flags": EPHEMERAL | LOADING})
    discord.interactions.append(asked)
    handle = Handle(Reply(APPLICATION, asked.id, asked.token).dump(), discord.now() + timedelta(minutes=1))
    assert await core.send(replace(await core.check_in(ann), handle=handle)) == Sent()
    (answer,) = ann.sees()
    assert (answer.content, answer.ephemeral, answer.loading) == ("Your check-in, as you asked.", True, False)


async def test_a_command_whose_answer_did_not_come_through_leaves_no_thinking_behind(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    discord.fault("POST", CALLBACK, "broken", accepted=False, status=503)
    await ann.command("server")
    await discord.until(lambda: discord.asked("DELETE", "@original"))
    assert core.receipts == [Later()]
    assert ann.sees() == []


@pytest.mark.parametrize(("why", "code"), [("never answered", 10015), ("too old", 50027), ("dismissed", 10008)])
async def test_a_dead_handle_is_for_the_core_to_replace(
    discord: DiscordServer, core: FakeCore, ann: Person, why: str, code: int
) -> None:
    asked = await ann.command("server")
    answer = await ann.sees_new()
    await discord.until(lambda: core.receipts)
    if why == "never answered":
        asked.answer = 0
    elif why == "too old":
        discord.skip(timedelta(minutes=16))
    else:
        answer.deleted = True
    assert await core.send(core.parcels[0]) == Later()
    assert [refusal.code for refusal in discord.refusals] == [code]


async def test_a_form_that_cannot_be_opened_any_more_is_not_a_crash(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    await ann.dm("hello")
    first = await ann.sees_new()
    discord.fault("POST", CALLBACK, "cut", accepted=False)
    await ann.press(first, "Write it down")
    await discord.until(lambda: not discord.faults)
    await ann.press(first, "Breathe with me")
    await ann.sees_new([first])
