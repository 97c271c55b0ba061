"""The one HTTP server: /healthz (the process lives), /readyz (it can serve), and what platforms add."""

from collections.abc import Awaitable, Callable

from aiohttp import web


class Server:
    """`ready` says whether the rest is up. Port 0 takes a free one; `port` is the real one after start."""

    def __init__(self, host: str, port: int, ready: Callable[[], Awaitable[bool]]) -> None:
        self.host, self.port = host, port
        self._application = web.Application(client_max_size=1 << 20)
        self._ready = ready
        self._runner = web.AppRunner(self._application, access_log=None)
        self.routes.add_get("/healthz", self._healthz)
        self.routes.add_get("/readyz", self._readyz)

    @property
    def routes(self) -> web.UrlDispatcher:
        return self._application.router

    async def start(self) -> None:
        """Raises OSError when the address is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        ready = await self._ready()
        return web.Response(text="ready\n" if ready else "not ready\n", status=200 if ready else 503)
