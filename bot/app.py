"""The composition root: the one place where parts are built and joined. Platforms come in by entry point."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from bot import content as contents
from bot.content import Content
from bot.errors import OperatorError, SettingsFault
from bot.runtime.clock import SkippingClock, SystemClock
from bot.runtime.core import Debriefing
from bot.runtime.ports import Platform, Plug
from bot.runtime.server import Server
from bot.runtime.timers.aps import ApsWaker
from bot.settings import Settings, open_vault, read
from bot.skills import SKILLS
from bot.storage.sqlite import Database
from bot.storage.store import SqliteStore

log = logging.getLogger(__name__)

CONTENT = Path(__file__).parent.parent / "content"
PLATFORMS = "debrief.platforms"


@dataclass(frozen=True, slots=True)
class Plugged:
    """A platform that will run, with its settings."""

    plug: Plug
    settings: Any


def content_texts(folder: Path = CONTENT) -> dict[str, str]:
    """Every YAML file below content/, by its path from there."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))}


def load_content(folder: Path = CONTENT) -> Content:
    """Raises ContentFault with every fault in content/."""
    signatures = {name: skill.signature for name, skill in SKILLS.items()}
    return contents.read(content_texts(folder), signatures, datetime.now(UTC).date())


def plugs() -> list[Plug]:
    return [point.load() for point in sorted(entry_points(group=PLATFORMS), key=lambda point: point.name)]


def settle_settings() -> tuple[Settings, list[Plugged]]:
    """Read every setting there is. Raises SettingsFault with all that is wrong, in one go."""
    faults: list[str] = []
    settings = _gathered(faults, Settings)
    found = [(plug, _gathered(faults, plug.settings)) for plug in plugs()]
    chosen = [Plugged(plug, own) for plug, own in found if own is not None and plug.configured(own)]
    for plugged in chosen:
        faults += plugged.plug.faults(plugged.settings)
    if not chosen:
        chosen = [Plugged(plug, own) for plug, own in found if plug.fallback and own is not None]
        if settings is not None and not settings.loopback:
            faults.append(
                f"HOST is {settings.host}, but no platform is set up, and the playground answers on this machine only. "
                "Set HOST=127.0.0.1, or set up Slack or Discord (README.md says how)."
            )
    if faults or settings is None:
        raise SettingsFault(*faults)
    return settings, chosen


def _gathered(faults: list[str], kind: Any) -> Any:
    try:
        return read(kind)
    except SettingsFault as fault:
        faults += fault.faults
        return None


@asynccontextmanager
async def running(settings: Settings, chosen: list[Plugged], content: Content) -> AsyncIterator[Server]:
    """Debrief, up and serving; on leaving, everything is stopped in the reverse order.

    Raises OperatorError when a part cannot start; nothing is left open then.
    """
    playground = all(plugged.plug.fallback for plugged in chosen)
    clock = SkippingClock() if playground else SystemClock()
    waker = ApsWaker(clock)
    store = SqliteStore(Database(settings.database_path), open_vault(settings))
    core = Debriefing(content, store, clock, waker)
    platforms: dict[str, Platform] = {}
    up = asyncio.Event()

    async def ready() -> bool:
        return up.is_set() and all([await platform.hears() for platform in platforms.values()])

    async with AsyncExitStack() as stack:
        await store.open()
        stack.push_async_callback(store.close)
        server = Server(settings.host, settings.port, ready)
        platforms |= {p.plug.name: p.plug.build(p.settings, core, server.routes) for p in chosen}
        core.delivery.platforms = platforms
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
        yield server


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
    with suppress(asyncio.CancelledError):
        await task


async def serve() -> None:
    """Run until a signal. Raises OperatorError with what to mend."""
    faults: list[str] = []
    try:
        settings, chosen = settle_settings()
    except SettingsFault as fault:
        faults += fault.faults
    try:
        content = load_content()
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
        async with running(settings, chosen, content) as server:
            names = ", ".join(plugged.plug.name for plugged in chosen)
            log.info("Debrief is up: %s on http://%s:%s", names, _in_url(settings.host), server.port)
            await asyncio.Event().wait()
    log.info("stopped")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
