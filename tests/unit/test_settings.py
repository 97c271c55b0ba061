"""Settings: every fault at once, each with its mend, before anything connects."""

import stat
from pathlib import Path

import pytest

from bot import app
from bot.errors import SettingsFault
from bot.settings import KEY_FILE, Settings, open_vault, read
from bot.storage.vault import new_key

NAMES = ("HOST", "PORT", "DATABASE_URL", "DEBRIEF_SECRET_KEYS", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
MORE = ("SLACK_SIGNING_SECRET", "SLACK_API_URL", "DISCORD_TOKEN", "DISCORD_API_URL", "DISCORD_GATEWAY_URL")


@pytest.fixture(autouse=True)
def _empty_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine and no .env."""
    for name in (*NAMES, *MORE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_with_nothing_set_the_playground_opens_on_this_machine() -> None:
    settings, chosen = app.settle_settings()
    assert [plugged.plug.name for plugged in chosen] == ["web"]
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8080, "sqlite:///data/debrief.db")


def test_all_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"PORT": "eighty", "DEBRIEF_SECRET_KEYS": "x", "SLACK_BOT_TOKEN": "nonsense", "DISCORD_TOKEN": "nonsense"}
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsFault) as caught:
        app.settle_settings()
    said = "\n".join(caught.value.faults)
    assert [name for name in ("PORT", "SLACK_BOT_TOKEN", "DISCORD_TOKEN") if name not in said] == []
    assert "eighty" not in said
    assert "nonsense" not in said


def test_a_wrong_key_and_a_wrong_database_are_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_SECRET_KEYS", "short")
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(SettingsFault) as caught:
        app.settle_settings()
    said = "\n".join(caught.value.faults)
    assert [name for name in ("DEBRIEF_SECRET_KEYS", "DATABASE_URL", "PORT") if name not in said] == []


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:", "debrief.db", "mysql://x/y"])
def test_a_database_that_is_no_file_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsFault, match="DATABASE_URL is wrong: it must be sqlite:///"):
        read(Settings)


def test_a_dot_env_that_is_no_text_is_named() -> None:
    Path(".env").write_bytes("PORT=1".encode("utf-16"))
    with pytest.raises(SettingsFault, match="Save it as UTF-8"):
        read(Settings)


def test_the_playground_refuses_every_address_but_this_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    with pytest.raises(SettingsFault, match=r"HOST is 0\.0\.0\.0"):
        app.settle_settings()


def test_an_open_address_is_fine_where_a_platform_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s")
    _, chosen = app.settle_settings()
    assert [plugged.plug.name for plugged in chosen] == ["slack"]


def test_settings_come_from_dot_env_too() -> None:
    Path(".env").write_text("PORT=9999\n")
    assert read(Settings).port == 9999


def test_the_example_file_lists_every_setting_there_is() -> None:
    example = (app.CONTENT.parent / ".env.example").read_text()
    listed = {line.partition("=")[0] for line in example.splitlines() if line and not line.startswith("#")}
    assert listed == {*NAMES, *MORE}


def test_a_copied_example_file_starts_the_playground() -> None:
    Path(".env").write_text((app.CONTENT.parent / ".env.example").read_text())
    _, chosen = app.settle_settings()
    assert [plugged.plug.name for plugged in chosen] == ["web"]


def test_the_first_run_makes_a_key_that_only_its_owner_can_read() -> None:
    settings = read(Settings)
    sealed = open_vault(settings).seal(b"words", None)
    path = settings.database_path.parent / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert open_vault(settings).unseal(sealed, None) == b"words"


def test_a_lost_key_file_is_never_replaced_in_silence() -> None:
    settings = read(Settings)
    open_vault(settings)
    settings.database_path.touch()
    (settings.database_path.parent / KEY_FILE).unlink()
    with pytest.raises(SettingsFault, match="Restore the key file"):
        open_vault(settings)


def test_a_spoilt_key_file_is_named() -> None:
    settings = read(Settings)
    open_vault(settings)
    (settings.database_path.parent / KEY_FILE).write_text("spoilt")
    with pytest.raises(SettingsFault, match="cannot be read as keys"):
        open_vault(settings)


def test_keys_in_the_environment_need_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_SECRET_KEYS", f"{new_key()}, {new_key()}")
    settings = read(Settings)
    open_vault(settings)
    assert not settings.database_path.parent.exists()


@pytest.mark.parametrize("port", ["eighty", "-1", "65536", "1e3", "8080.0", "9" * 5000, "\u0663"])
def test_a_port_is_a_whole_number(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SettingsFault, match="PORT is wrong: it must be a whole number from 0 to 65535"):
        read(Settings)


def test_the_environment_comes_before_dot_env_and_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("export port='9999' # a port\nHOST=::1\nDATABASE_URL=\n")
    monkeypatch.setenv("PORT", " 7777 ")
    monkeypatch.setenv("HOST", "")
    settings = read(Settings)
    assert (settings.port, settings.host, settings.database_url) == (7777, "::1", "sqlite:///data/debrief.db")


def test_no_key_is_shown_where_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key()
    monkeypatch.setenv("DEBRIEF_SECRET_KEYS", key)
    settings = read(Settings)
    assert settings.debrief_secret_keys.get_secret_value() == key
    assert key not in f"{settings!r} {settings}"
