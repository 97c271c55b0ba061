"""The least that answers on Slack: slack-bolt over Socket Mode, one HTTP session for all calls."""

import asyncio
import os
import re
import sys
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"], session=session
        )
        app = AsyncApp(client=client)

        @app.event("message")
        async def said(event: dict[str, Any]) -> None:
            await client.chat_postMessage(channel=event["channel"], text=event["text"])

        @app.action(re.compile("."))
        async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            await client.chat_postMessage(channel=body["channel"]["id"], text=body["actions"][0]["value"])

        await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect_async()  # type: ignore[no-untyped-call]
        print("up", file=sys.stderr, flush=True)
        await asyncio.Event().wait()


asyncio.run(main())
