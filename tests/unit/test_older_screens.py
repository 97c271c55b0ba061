"""Buttons of screens that are no longer the last one, and screens that show once more."""

from datetime import timedelta

import pytest

from bot.model import RESUME, Conversation
from tests.unit.talk import WORDS, Talk, led_to


def asked_about_safety() -> Talk:
    """The check-in asks whether they would feel safe, and they have said that they would."""
    talk = led_to("check_in.safe", "check-in", "open", "calm")
    talk.picks("yes")
    return talk


@pytest.mark.parametrize("after", [timedelta(seconds=1), timedelta(minutes=5)])
def test_fear_is_heard_from_an_older_screen_too(after: timedelta) -> None:
    talk = asked_about_safety()
    asked = next(screen for screen in talk.seen if any(choice.id == "no" for choice in screen.choices))
    talk.waits(after).presses(asked, "no")
    assert (talk.screen.step, talk.slots.get("withheld")) == ("care.afraid", "yes")


def test_fear_is_heard_from_a_screen_of_before_somebody_was_forgotten() -> None:
    talk = asked_about_safety()
    asked = next(screen for screen in talk.seen if any(choice.id == "no" for choice in screen.choices))
    talk.conversation = Conversation()
    talk.presses(asked, "no")
    assert (talk.screen.step, talk.slots.get("withheld")) == ("care.afraid", "yes")


def test_a_file_comes_when_it_is_asked_for_and_not_with_each_word_after_it() -> None:
    talk = led_to("settings.export", "export")
    assert talk.screen.document
    talk.says("and then we drove home")
    assert talk.screen.step == "settings.export"
    assert not talk.screen.document
    assert WORDS.kept in talk.screen.text
    talk.presses(talk.screen, RESUME)
    assert talk.screen.document
