"""An evening on the small Slack, for tests that run processes of their own."""

from tests.platforms.slack_person import SlackPerson
from tests.platforms.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.platforms.slack_world import Posted


def settings(slack: SlackServer) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}


async def plan(ana: SlackPerson, slack: SlackServer) -> None:
    """From the first words to a planned check-in."""
    await ana.dm("they let it pass")
    heat = await press(ana, slack, await slack.message(0), "Breathe with me")
    await ana.pick(heat, "8")
    after = await press(ana, slack, await slack.message(2), "Stop here")
    await ana.pick(after, "4")
    assert "Planned for" in (await press(ana, slack, await slack.message(4), "Tomorrow morning")).words


async def press(ana: SlackPerson, slack: SlackServer, message: Posted, button: str) -> Posted:
    seen = len(slack.messages)
    await ana.press(message, button)
    return await slack.message(seen)
