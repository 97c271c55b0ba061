"""Events by signed HTTP: slack-bolt checks the signature and answers Slack's verification of the address."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.line import library_log
from handlers.slack.socket_mode import Turn


class Signed:
    def __init__(self, client: AsyncWebClient, signing_secret: str, turn: Turn) -> None:
        self._turn = turn
        # Bolt's own authorization would acknowledge an event that it could not check: our turn comes before it.
        self._app = AsyncApp(
            name="debrief",
            client=client,
            signing_secret=signing_secret,
            before_authorize=self._checked,
            logger=library_log,
        )

    async def answer(self, request: web.Request) -> web.Response:
        try:
            bolt_request = await to_bolt_request(request)
        except ValueError:
            return web.Response(status=400)
        return await to_aiohttp_response(await self._app.async_dispatch(bolt_request))

    async def _checked(self, req: AsyncBoltRequest, next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        if req.body.get("type") == "url_verification":
            await next_()
            return None
        return BoltResponse(status=await self._turn(req.body))
