"""One conversation with the engine alone, event by event, and the places where tests begin."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.engine import advance
from bot.model import (
    CheckIn,
    ChoicePicked,
    CommandInvoked,
    Conversation,
    Event,
    FormSubmitted,
    MessageReceived,
    Person,
    Screen,
    TimerFired,
    Turn,
)
from tests.kit import content

EVENING = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
SOMEBODY = Person("play", "", "somebody")
DANGER, FEAR = "he has got a knife and he is drunk", "he goes through my phone every night"
SELF_HARM = "I keep thinking about suicide"
WORDS = content().words


class Talk:
    """One conversation, event by event. `turn` is what the last event came to."""

    def __init__(self, conversation: Conversation | None = None, *, zone: str = "", locale: str = "") -> None:
        self.conversation = conversation or Conversation()
        self.now = EVENING
        self.zone, self.locale = zone, locale
        self.seen: list[Screen] = []
        self.turn = Turn(self.conversation)

    @property
    def screen(self) -> Screen:
        return self.seen[-1]

    @property
    def slots(self) -> Mapping[str, str]:
        return self.conversation.slots

    def says(self, text: str, **more: Any) -> Turn:
        return self._take(MessageReceived(text=text, **self._base(**more)))

    def commands(self, text: str = "") -> Turn:
        return self._take(CommandInvoked(text=text, **self._base()))

    def picks(self, *choices: str) -> Turn:
        for choice in choices:
            self.presses(self.screen, choice)
        return self.turn

    def presses(self, screen: Screen, choice: str) -> Turn:
        return self._take(ChoicePicked(step=screen.step, visit=screen.visit, choice=choice, **self._base()))

    def fills(self, choice: str, values: Mapping[str, str], screen: Screen | None = None) -> Turn:
        at = screen or self.screen
        return self._take(
            FormSubmitted(step=at.step, visit=at.visit, choice=choice, values=values, **self._base()),
        )

    def is_knocked(self, flow: str = "check_in", due: datetime | None = None) -> Turn:
        return self._take(TimerFired(check_in=CheckIn(1, SOMEBODY, flow, 1, due or self.now, 0), **self._base()))

    def waits(self, by: timedelta) -> "Talk":
        self.now += by
        return self

    def missed(self, text: str) -> Turn:
        return self._take(MessageReceived(text=text, **self._base()), missed=True)

    def _base(self, **more: Any) -> dict[str, Any]:
        return {"delivery_id": "1", "person": SOMEBODY, "at": self.now, "zone": self.zone, "locale": self.locale} | more

    def _take(self, event: Event, *, missed: bool = False) -> Turn:
        self.turn = advance(content(), self.conversation, event, missed=missed)
        self.conversation = self.turn.conversation
        self.seen += [self.turn.screen] if self.turn.screen else []
        return self.turn


def at_the_table(*, zone: str = "", locale: str = "") -> Talk:
    talk = Talk(zone=zone, locale=locale)
    talk.says("he just laughed along")
    return talk


def at_planning(*, zone: str = "", locale: str = "") -> Talk:
    talk = at_the_table(zone=zone, locale=locale)
    talk.picks("breathe", "skip", "stop")
    assert talk.screen.step == "planning.ask"
    return talk


def at_the_openers() -> Talk:
    talk = at_the_table(zone="Europe/London")
    talk.says("check-in")
    talk.picks("open", "calm", "yes", "on", "talk", "skip", "skip", "skip", "plain")
    assert talk.screen.step == "openers.shown"
    return talk


def led_to(step: str, said: str, *picks: str) -> Talk:
    """From the table to a step, by a word and then by buttons."""
    talk = at_the_table(zone="Europe/London")
    talk.says(said)
    talk.picks(*picks)
    assert talk.screen.step == step
    return talk
