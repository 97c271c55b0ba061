"""`debrief` without the platforms' own limits on messages a second: what is measured is the program."""

from bot.__main__ import main
from bot.runtime.ports import Pace
from handlers.discord.adapter import DiscordAdapter
from handlers.slack.adapter import SlackAdapter

DiscordAdapter.pace = SlackAdapter.pace = Pace(1_000_000)
main()
