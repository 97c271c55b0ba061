"""Debrief and Discord getting to know each other: starting, stopping, what is refused, and what the doctor sees."""

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import PlatformRefused
from bot.runtime import environment
from handlers.discord import plug
from handlers.discord.settings import DiscordSettings
from tests.platforms import discord_kit as kit
from tests.platforms.discord_answers import COMMAND, MESSAGE
from tests.platforms.discord_gateway import DIRECT_MESSAGES
from tests.platforms.discord_kit import FakeCore, connected
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer


def own_settings() -> DiscordSettings:
    """Of the environment alone."""
    return environment.made(DiscordSettings, environment.given(Path("there is none")))


@pytest.mark.asyncio
async def test_no_privileged_intent_is_asked_for(discord: DiscordServer, core: FakeCore) -> None:
    async with connected(discord, core):
        pass
    assert [hello["intents"] for hello in discord.gateway.identified] == [DIRECT_MESSAGES]


@pytest.mark.asyncio
async def test_what_happened_while_the_connection_was_lost_is_heard(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    async with connected(discord, core):
        await discord.gateway.lose()
        await ann.dm("are you there")
        await ann.sees_new()
    assert discord.gateway.resumed == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("event", ["MESSAGE_CREATE", "INTERACTION_CREATE"])
@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": 0, "author": None},
        {"type": 2, "data": {"name": "debrief"}},
        {"type": 3, "data": {"custom_id": "d1|test.step1|1|breathe||x"}},
        {"type": 3, "data": {"custom_id": "another app's"}},
        {"type": 77, "data": {}},
    ],
)
async def test_an_event_that_is_not_understood_keeps_nobody_from_being_heard(
    discord: DiscordServer, core: FakeCore, ann: Person, event: str, payload: dict[str, object]
) -> None:
    async with connected(discord, core):
        await discord.gateway.dispatch(event, payload)
        await ann.dm("hello")
        await ann.sees_new()
    assert (len(core.events), len(discord.gateway.identified), discord.gateway.resumed) == (1, 1, 0)


@pytest.mark.asyncio
async def test_a_command_that_is_not_ours_is_left_alone(discord: DiscordServer, core: FakeCore, ann: Person) -> None:
    async with connected(discord, core):
        other = await ann.interact(COMMAND, "server", {"id": "9", "name": "debrief2", "type": 1, "options": []})
        asked = await ann.command("server")
        await discord.until(lambda: asked.answer)
    assert (other.answer, len(core.events)) == (0, 1)


@pytest.mark.asyncio
async def test_the_command_is_registered_once_and_again_only_when_it_differs(
    discord: DiscordServer, core: FakeCore
) -> None:
    for _ in range(2):
        async with connected(discord, core):
            pass
    assert discord.registrations == 1
    assert (discord.commands[0]["contexts"], discord.commands[0]["integration_types"]) == ([0, 1, 2], [0, 1])
    discord.commands[0]["description"] = "An older one"
    async with connected(discord, core):
        pass
    assert discord.registrations == 2


@pytest.mark.asyncio
async def test_stopping_lets_a_turn_under_way_end_and_leaves_nothing_running(
    discord: DiscordServer, core: FakeCore, ann: Person
) -> None:
    before = asyncio.all_tasks()
    async with connected(discord, core) as adapter:
        core.open.clear()
        asked = await ann.command("server")
        await discord.until(lambda: core.taking)
        stopping = asyncio.create_task(adapter.stop())
        core.open.set()
        await stopping
        assert asked.answer == MESSAGE
    own = [task for task in asyncio.all_tasks() - before if "aiohttp" not in repr(task.get_coro())]
    assert own == []


@pytest.mark.asyncio
async def test_no_log_holds_a_persons_words_or_a_token(
    discord: DiscordServer, core: FakeCore, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "discord"):
        caplog.set_level(logging.DEBUG, name)
    async with connected(discord, core):
        await ann.dm("nobody should read this")
        await ann.sees_new()
        asked = await ann.command("server", "nor this")
        await discord.until(lambda: asked.answer)
    mine = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("discord", "handlers"))
    )
    assert mine
    for secret in ("nobody should", "nor this", "Screen", kit.TOKEN, asked.token, str(ann.id)):
        assert secret not in mine


@pytest.mark.asyncio
async def test_a_bad_token_is_refused_with_how_to_mend_it(discord: DiscordServer, core: FakeCore) -> None:
    discord.token = "another"
    with pytest.raises(PlatformRefused, match=r"does not accept DISCORD_TOKEN\. Copy a new one .* Reset Token"):
        async with connected(discord, core):
            pass


@pytest.mark.parametrize(("code", "words"), [(4004, "DISCORD_TOKEN"), (4014, "intents"), (4013, "4013")])
@pytest.mark.asyncio
async def test_a_gateway_that_closes_for_good_is_reported(
    discord: DiscordServer, core: FakeCore, code: int, words: str
) -> None:
    discord.gateway.refuses = code
    with pytest.raises(PlatformRefused, match=words):
        async with connected(discord, core):
            pass


@pytest.mark.asyncio
async def test_the_doctor_says_what_is_wrong_and_gives_the_invitations(discord: DiscordServer) -> None:
    discord.app = {"flags": 1 << 19, "integration_types_config": {"0": {}}, "interactions_endpoint_url": "https://x"}
    findings = await plug.doctor(kit.settings(discord))
    assert [finding.ok for finding in findings] == [True, False, False, True, False]
    said = "\n".join(f"{finding.what} {finding.mend}" for finding in findings)
    for words in (
        "message content",
        "Interactions Endpoint URL",
        "scope=bot+applications.commands",
        "integration_type=1",
    ):
        assert words in said


@pytest.mark.asyncio
async def test_the_doctor_finds_nothing_wrong_where_nothing_is(discord: DiscordServer) -> None:
    configs: tuple[dict[str, dict[str, str]], ...] = ({"0": {}, "1": {}}, {})
    for config in configs:
        discord.app = {"flags": 0, "integration_types_config": config}
        assert all(finding.ok and not finding.mend for finding in await plug.doctor(kit.settings(discord)))


@pytest.mark.asyncio
async def test_the_doctor_names_a_token_that_is_not_accepted(discord: DiscordServer) -> None:
    findings = await plug.doctor(kit.settings(discord, token="x"))
    assert "DISCORD_TOKEN" in findings[0].mend


def test_the_plug_loads_no_discord_library() -> None:
    asked = "import sys, handlers.discord as h; print(h.plug.name, 'discord' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["discord", "False"]


def test_discord_is_set_up_by_its_token_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not plug.configured(own_settings())
    monkeypatch.setenv("DISCORD_TOKEN", f" {kit.TOKEN} ")
    own = own_settings()
    assert plug.configured(own)
    assert plug.faults(own) == []
    assert kit.TOKEN not in repr(own)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", "Bot x.y.z"),
        ("DISCORD_TOKEN", "0123456789abcdef0123456789abcdef"),
        ("DISCORD_API_URL", "discord.com/api/v10"),
        ("DISCORD_API_URL", "http://discord.com/api/v10"),
        ("DISCORD_API_URL", "https://[discord.com/api/v10"),
        ("DISCORD_GATEWAY_URL", "https://gateway.discord.gg"),
    ],
)
def test_a_wrong_setting_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", kit.TOKEN)
    monkeypatch.setenv(name, value)
    (fault,) = plug.faults(own_settings())
    assert fault.startswith(name)
    assert name != "DISCORD_TOKEN" or value not in fault
