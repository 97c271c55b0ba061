"""The composition root: the one place where parts are built and joined. Platforms come in by entry point."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

import msgspec

from bot import compiled
from bot.content import Content
from bot.errors import OperatorError, SettingsFault
from bot.flows.document import Signature
from bot.runtime.clock import SkippingClock, SystemClock
from bot.runtime.core import Debriefing
from bot.runtime.ports import CHECK_IN, Clock, Platform, Plug, Waker
from bot.runtime.server import Server
from bot.settings import Settings, open_vault, read
from bot.skills import SKILLS
from bot.storage.script import Database
from bot.storage.store import SqlStore
from bot.storage.turns import anywhere, at_once

log = logging.getLogger(__name__)

CONTENT = Path(__file__).parent.parent / "content"
PLATFORMS = "debrief.platforms"
WORKER = "worker"
# Objects made and not yet freed; the usual 700 would have the collector run several times within one message.
COLLECT_AFTER = 20_000


class Plugged(msgspec.Struct, frozen=True):
    """A platform that will run, with its settings."""

    plug: Plug
    settings: Any


def content_texts(folder: Path = CONTENT) -> dict[str, str]:
    """Every YAML file and every catalogue below content/, by its path from there."""
    paths = sorted(path for kind in ("*.yaml", "*.po") for path in folder.rglob(kind))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


def load_content(folder: Path = CONTENT) -> Content:
    """Content, read from its files. Raises ContentFault with every fault in them."""
    return _read(content_texts(folder), datetime.now(UTC).date())


def compiled_content(folder: Path = CONTENT) -> Content:
    """The same; where nothing has changed since an earlier start, as that one read it."""
    today = datetime.now(UTC).date()
    # The texts are many times what is kept of them: they are let go before that is loaded.
    place = compiled.place(folder, "content")
    kept = compiled.kept(place, content_key(content_texts(folder)), Content)
    # All that a day changes: crisis lines become too old to be shown, and reading them says so.
    if kept is not None and kept.lines.fresh(today):
        return kept
    texts = content_texts(folder)
    content = _read(texts, today)
    compiled.keep(place, content_key(texts), content)
    return content


def content_key(texts: Mapping[str, str]) -> bytes:
    """Of all that decides what reading them comes to."""
    return compiled.key(texts, compiled.CODE, compiled.tools("pyyaml", "pydantic", "babel", "msgspec"))


def _read(texts: Mapping[str, str], today: date) -> Content:
    from bot import reading  # noqa: PLC0415  few starts need it

    return reading.read(texts, signatures(), today)


def signatures() -> dict[str, Signature]:
    """What the skills that flows may call can answer."""
    return {name: skill.signature for name, skill in SKILLS.items()}


def plugs() -> list[Plug]:
    return [point.load() for point in sorted(entry_points(group=PLATFORMS), key=lambda point: point.name)]


def settle_settings(only: str = "") -> tuple[Settings, list[Plugged]]:
    """Read every setting there is. Raises SettingsFault with all that is wrong, in one go.

    `only` is a platform's name, or WORKER for none of them.
    """
    faults: list[str] = []
    settings = _gathered(faults, Settings)
    found = [(plug, _gathered(faults, plug.settings)) for plug in plugs()]
    if only:
        return _settle_one(only, settings, found, faults)
    chosen = [Plugged(plug, own) for plug, own in found if own is not None and plug.configured(own)]
    for plugged in chosen:
        faults += plugged.plug.faults(plugged.settings)
    if not chosen:
        chosen = [Plugged(plug, own) for plug, own in found if plug.fallback and own is not None]
        faults += _page_faults(settings)
    if faults or settings is None:
        raise SettingsFault(*faults)
    return settings, chosen


def _page_faults(settings: Settings | None) -> list[str]:
    if settings is None or settings.loopback:
        return []
    return [
        f"HOST is {settings.host}, but no platform is set up, and the playground answers on this machine only. "
        "Set HOST=127.0.0.1, or set up a platform (README.md says how)."
    ]


def _settle_one(
    only: str, settings: Settings | None, found: list[tuple[Plug, Any]], faults: list[str]
) -> tuple[Settings, list[Plugged]]:
    """What one of several processes needs: its own platform alone."""
    chosen = [Plugged(plug, own) for plug, own in found if plug.name == only and own is not None]
    names = [plug.name for plug, _ in found]
    if only not in (WORKER, *names):
        faults.append(f"--only {only} is not known: choose one of {', '.join((*names, WORKER))}.")
    if settings is not None and not settings.shared:
        faults.append(
            f"--only {only} is for several processes, and {settings.database_url} is for one. "
            "Run `debrief run` alone, or set DATABASE_URL=postgresql://..."
        )
    for plugged in chosen:
        if plugged.plug.fallback:
            faults += _page_faults(settings)
        elif not plugged.plug.configured(plugged.settings):
            faults.append(f"--only {only}: {only} is not set up. README.md says how.")
        faults += plugged.plug.faults(plugged.settings)
    if faults or settings is None:
        raise SettingsFault(*faults)
    return settings, chosen


def _gathered(faults: list[str], kind: Any) -> Any:
    try:
        return read(kind)
    except SettingsFault as fault:
        faults += fault.faults
        return None


def open_database(
    settings: Settings, kinds: Collection[str] = (), clock: Clock | None = None
) -> tuple[Database, Waker]:
    """The database that the settings name, and what wakes us over it. `kinds`: whose work is done here."""
    clock = clock or SystemClock()
    if settings.shared:
        # Only here: where SQLite serves, none of it is loaded.
        from bot.runtime.timers.pgq import PgqWaker  # noqa: PLC0415
        from bot.storage.postgres import PostgresDatabase  # noqa: PLC0415

        pgq = PgqWaker(settings.database_url, kinds, clock)
        return PostgresDatabase(settings.database_url, pgq.schedule, pgq.install), pgq
    from bot.runtime.timers.aps import ApsWaker  # noqa: PLC0415
    from bot.storage.sqlite import SqliteDatabase  # noqa: PLC0415

    return SqliteDatabase(settings.database_path), ApsWaker(clock)


@asynccontextmanager
async def running(
    settings: Settings, chosen: list[Plugged], content: Content, only: str = ""
) -> AsyncIterator[tuple[Server, asyncio.Task[None]]]:
    """Debrief, up and serving: its server, and the task that does what is due and never ends by itself.

    On leaving, everything is stopped in the reverse order. Raises OperatorError when a part cannot start; nothing is
    left open then.
    """
    playground = not only and all(plugged.plug.fallback for plugged in chosen)
    clock = SkippingClock() if playground else SystemClock()
    keeps_time = only in ("", WORKER)
    kinds = [plugged.plug.name for plugged in chosen] + [CHECK_IN] * keeps_time
    database, waker = open_database(settings, kinds, clock)
    store = SqlStore(database, open_vault(settings), at_once if playground else anywhere)
    core = Debriefing(content, store, clock, waker, keeps_time=keeps_time)
    platforms: dict[str, Platform] = {}
    up = asyncio.Event()

    async def ready() -> bool:
        return up.is_set() and all([await platform.hears() for platform in platforms.values()])

    async with AsyncExitStack() as stack:
        await store.open()
        stack.push_async_callback(store.close)
        server = Server(settings.host, settings.port, ready)
        platforms |= {p.plug.name: p.plug.build(p.settings, core, server.routes) for p in chosen}
        core.serve(platforms)
        stack.push_async_callback(server.stop)
        await _serve(server, settings)
        for platform in platforms.values():
            stack.push_async_callback(platform.stop)
            await platform.start()
        stack.push_async_callback(core.settled)
        pump = asyncio.create_task(waker.run(core.work))
        pump.add_done_callback(lambda _: up.clear())
        stack.push_async_callback(_cancel, pump)
        up.set()
        yield server, pump


async def _serve(server: Server, settings: Settings) -> None:
    try:
        await server.start()
    except OSError as error:
        raise SettingsFault(
            f"HOST={settings.host} PORT={settings.port} cannot be used: {error.strerror or error}. "
            "Set another PORT, or stop what uses it."
        ) from None


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def serve(only: str = "") -> None:
    """Run until a signal. Raises OperatorError with what to mend."""
    # What a start makes stays to the end: the collector need not look at it, neither now nor later.
    gc.disable()
    faults: list[str] = []
    try:
        settings, chosen = settle_settings(only)
    except SettingsFault as fault:
        faults += fault.faults
    try:
        content = compiled_content()
    except OperatorError as fault:
        faults += fault.faults
    if faults:
        raise OperatorError(*faults)
    task = cast("asyncio.Task[None]", asyncio.current_task())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Cancelling also ends a start that waits for a platform; a second signal ends a stop that does.
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        async with running(settings, chosen, content, only) as (server, pump):
            names = ", ".join(plugged.plug.name for plugged in chosen) or only
            log.info("Debrief is up: %s on http://%s:%s", names, _in_url(settings.host), server.port)
            gc.freeze()
            # What comes and goes with a message is freed without the collector; only few things wait for it.
            gc.set_threshold(COLLECT_AFTER)
            gc.enable()
            # Should it end, the process does: whoever keeps it running starts it anew.
            await pump
    log.info("stopped")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
