"""Setting Slack up: settings, the first connection, the doctor, the manifest. Every fault says how to mend it."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot.errors import PlatformRefused
from bot.runtime import environment
from bot.runtime.ports import Finding, Later
from handlers.slack import plug
from handlers.slack.adapter import SlackAdapter
from handlers.slack.settings import COMMAND, EVENTS, MANIFEST, SCOPES, SlackSettings
from tests.platforms.slack_kit import QUICK, TableCore, joined, settings, small_slack
from tests.platforms.slack_server import SlackServer
from tests.platforms.slack_world import Fault

ROOT = Path(__file__).parents[2]


def given(**values: str) -> SlackSettings:
    return environment.made(SlackSettings, {f"SLACK_{name.upper()}": value for name, value in values.items()})


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"bot_token": "xoxb-1", "app_token": "xapp-1"}, []),
        ({"bot_token": "xoxb-1", "signing_secret": "s"}, []),
        ({"app_token": "xapp-1"}, ["SLACK_BOT_TOKEN is missing"]),
        ({"bot_token": "xoxp-1", "app_token": "xapp-1"}, ["SLACK_BOT_TOKEN is not a bot token"]),
        ({"bot_token": "xoxb-1\u200b", "app_token": "xapp-1"}, ["SLACK_BOT_TOKEN is not a bot token"]),
        ({"bot_token": "xoxb-1", "app_token": "xoxb-1"}, ["SLACK_APP_TOKEN is not an app-level token"]),
        ({"bot_token": "xoxb-1"}, ["SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both missing"]),
        (
            {"bot_token": "nonsense", "api_url": "slack.example"},
            [
                "SLACK_BOT_TOKEN is not a bot token",
                "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both missing",
                "SLACK_API_URL is not a web address",
            ],
        ),
        ({"bot_token": "xoxb-1", "app_token": "xapp-1", "api_url": "ftp://x/"}, ["SLACK_API_URL is not a web"]),
        ({"bot_token": "xoxb-1", "app_token": "xapp-1", "api_url": "http://[::1"}, ["SLACK_API_URL is not a web"]),
    ],
)
def test_every_fault_in_the_settings_is_named_at_once(values: dict[str, str], named: list[str]) -> None:
    found = plug.faults(given(**values))
    assert len(found) == len(named)
    assert all(fault.startswith(name) for fault, name in zip(found, named, strict=True))
    assert not any(secret in fault for fault in found for secret in values.values() if len(secret) > 6)


def test_slack_is_set_up_when_any_of_its_tokens_is() -> None:
    assert not plug.configured(given())
    assert not plug.configured(given(api_url="https://slack-gov.com/api/"))
    assert all(plug.configured(given(**{name: "x"})) for name in ("bot_token", "app_token", "signing_secret"))


def test_the_settings_come_from_the_environment_and_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("SLACK_APP_TOKEN=xapp-file\nSLACK_API_URL=\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("SLACK_BOT_TOKEN", " xoxb-env\n")
    read = environment.made(SlackSettings, environment.given(env_file))
    assert read.bot_token.get_secret_value() == "xoxb-env"
    assert read.app_token.get_secret_value() == "xapp-file"
    assert read.api_url == "https://slack.com/api/"
    assert "xoxb" not in repr(read)


def test_the_api_address_gets_the_slash_it_lacks() -> None:
    assert given(api_url="https://slack-gov.com/api").api_url == "https://slack-gov.com/api/"


def test_the_plug_loads_without_the_slack_libraries() -> None:
    probe = "import sys, handlers.slack; print([m for m in sys.modules if m.startswith('slack_')])"
    told = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_manifest_asks_for_what_the_code_needs_and_no_more() -> None:
    manifest: dict[str, Any] = yaml.safe_load((ROOT / MANIFEST).read_text(encoding="utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == EVENTS
    assert [command["command"] for command in manifest["features"]["slash_commands"]] == [COMMAND]
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert manifest["settings"]["socket_mode_enabled"]
    assert manifest["features"]["app_home"]["messages_tab_enabled"]
    assert not manifest["features"]["app_home"]["messages_tab_read_only_enabled"]


@asynccontextmanager
async def refusing(**wrong: str) -> AsyncIterator[tuple[SlackServer, SlackAdapter]]:
    async with small_slack() as slack:
        config = settings(slack, **wrong)  # type: ignore[arg-type]
        yield slack, SlackAdapter(config, TableCore(), web.Application().router, QUICK)


@pytest.mark.asyncio
async def test_an_unknown_token_is_refused_at_the_start_with_what_to_do() -> None:
    async with refusing(bot_token="xoxb-old") as (_, adapter):
        with pytest.raises(PlatformRefused, match=r"SLACK_BOT_TOKEN \(invalid_auth\).*OAuth & Permissions"):
            await adapter.start()


@pytest.mark.asyncio
async def test_a_revoked_token_is_refused_at_the_start() -> None:
    async with refusing() as (slack, adapter):
        slack.revoked = True
        with pytest.raises(PlatformRefused, match=r"SLACK_BOT_TOKEN \(token_revoked\)"):
            await adapter.start()


@pytest.mark.asyncio
async def test_missing_scopes_are_named_at_the_start() -> None:
    async with refusing() as (slack, adapter):
        slack.granted -= {"im:history", "users:read"}
        with pytest.raises(PlatformRefused, match=r"im:history, users:read .*install the app again"):
            await adapter.start()


@pytest.mark.asyncio
async def test_an_unknown_app_token_is_refused_at_the_start_with_what_to_do() -> None:
    async with refusing(app_token="xapp-old") as (_, adapter):
        with pytest.raises(PlatformRefused, match=r"SLACK_APP_TOKEN \(invalid_auth\).*connections:write"):
            await adapter.start()


@pytest.mark.asyncio
async def test_a_parcel_before_the_start_waits() -> None:
    async with small_slack() as slack:
        adapter = SlackAdapter(settings(slack), TableCore(), web.Application().router, QUICK)
        async with joined(slack) as b:
            assert await adapter.send(b.parcel()) == Later()
        await adapter.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("trouble", ["nobody there", "auth.test", "apps.connections.open"])
async def test_when_slack_is_down_at_the_start_the_bot_connects_once_it_is_back(trouble: str) -> None:
    async with small_slack() as earlier:
        slack = SlackServer(earlier.port)
    if trouble != "nobody there":
        slack.fail(trouble, Fault(status=500))
        await slack.start()
    async with joined(slack) as b:
        if trouble == "nobody there":
            await slack.start()
        assert await (await b.ana.dm("hello")).ack() == 200
        assert slack.connections == 1
    await slack.stop()


@pytest.mark.asyncio
async def test_a_connection_that_dies_is_made_anew() -> None:
    async with small_slack() as slack, joined(slack) as b:
        await slack.drop()
        await slack.until(lambda: slack.connections > 1)
        assert await (await b.ana.dm("hello")).ack() == 200


@pytest.mark.asyncio
async def test_the_doctor_finds_all_well() -> None:
    async with small_slack() as slack:
        found = await plug.doctor(settings(slack))
        assert found == [
            Finding("Slack: bot token and scopes", ok=True),
            Finding("Slack: Socket Mode", ok=True),
        ]
        assert len(await plug.doctor(settings(slack, socket_mode=False))) == 1


@pytest.mark.asyncio
async def test_the_doctor_says_what_to_mend() -> None:
    async with small_slack() as slack:
        slack.granted.discard("chat:write")
        scopes, socket_mode = await plug.doctor(settings(slack, app_token="xapp-old"))
    assert not scopes.ok
    assert "chat:write" in scopes.mend
    assert not socket_mode.ok
    assert "connections:write" in socket_mode.mend
    unreachable, _ = await plug.doctor(settings(slack))
    assert "SLACK_API_URL" in unreachable.mend
