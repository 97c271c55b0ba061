"""The least that a bot on both platforms loads."""

import sys
import time

import discord
import slack_bolt.app.async_app
import slack_sdk.socket_mode.aiohttp

LIBRARIES = (discord, slack_bolt.app.async_app, slack_sdk.socket_mode.aiohttp)

print("up", file=sys.stderr, flush=True)
time.sleep(3600)
