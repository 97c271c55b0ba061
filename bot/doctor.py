"""`debrief doctor`: looks at everything Debrief needs, changes nothing, and says how to mend what is not well."""

from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import app
from bot.errors import OperatorError, SettingsFault, StorageFault
from bot.runtime.ports import Finding
from bot.settings import KEY_FILE, Settings, read


async def examine() -> list[Finding]:
    """Settings, time zone data, content, database and key, then each platform that is set up (over the network)."""
    findings = [_time_zones(), _content()]
    settings: Settings | None
    try:
        settings, chosen = app.settle_settings()
    except SettingsFault as fault:
        findings += [Finding("settings", ok=False, mend=mend) for mend in fault.faults]
        settings, chosen = _own_settings(), []
    if settings is not None:
        findings += [_key(settings), await _database(settings)]
    for plugged in chosen:
        findings += await plugged.plug.doctor(plugged.settings)
    return findings


def _own_settings() -> Settings | None:
    try:
        return read(Settings)
    except SettingsFault:
        return None


def _time_zones() -> Finding:
    try:
        ZoneInfo("America/Sao_Paulo")
        found = version("tzdata")
    except (ZoneInfoNotFoundError, PackageNotFoundError):
        return Finding("time zone data", ok=False, mend="Install the package tzdata; `make run` does.")
    return Finding(f"time zone data: {found}", ok=True)


def _content() -> Finding:
    try:
        content = app.load_content()
    except OperatorError as fault:
        return Finding("content", ok=False, mend="\n      ".join(fault.faults))
    return Finding(f"content: {len(content.flows)} flows, {len(content.steps)} steps", ok=True)


def _key(settings: Settings) -> Finding:
    path = settings.database_path.parent / KEY_FILE
    if settings.debrief_secret_keys.get_secret_value():
        return Finding("secret keys: from DEBRIEF_SECRET_KEYS", ok=True)
    if settings.shared:
        return Finding("secret keys: none", ok=False, mend="Set DEBRIEF_SECRET_KEYS, the same for every process.")
    if not path.exists():
        gone = settings.database_path.exists()
        mend = f"Restore {path}, or set DEBRIEF_SECRET_KEYS; the rows cannot be opened without it." if gone else ""
        return Finding(f"secret key: {'missing' if gone else 'will be made on the first run'}", ok=not gone, mend=mend)
    loose = path.stat().st_mode & 0o077
    mend = f"Others on this machine can read {path}: chmod 600 {path}" if loose else ""
    return Finding(f"secret key: {path}", ok=not loose, mend=mend)


async def _database(settings: Settings) -> Finding:
    database, _ = app.open_database(settings)
    where = "PostgreSQL" if settings.shared else str(settings.database_path)
    try:
        found = await database.version()
    except StorageFault as fault:
        return Finding(f"database: {where}", ok=False, mend="; ".join(fault.faults))
    return Finding(f"database: {where}, schema {found}" if found else f"database: {where}, still empty", ok=True)
