"""Sentences about advance(): the note, signs of danger, what is known of a person, and where a debrief ends."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import (
    NOTE_LONGEST_CHARS,
    SAFETY,
    SCREEN_LONGEST_CHARS,
    CancelCheckIns,
    Conversation,
    Forget,
    PlanCheckIn,
    Record,
    SettleCheckIn,
)
from bot.skills.check_ins import WINDOW
from bot.skills.promises import promised
from tests.unit.talk import DANGER, EVENING, FEAR, WORDS, Talk, at_planning, at_the_openers, at_the_table

# The note


def test_a_full_note_is_said_aloud_and_nothing_is_cut() -> None:
    talk = Talk()
    talk.says("a" * NOTE_LONGEST_CHARS)
    assert len(talk.slots["note"]) == NOTE_LONGEST_CHARS
    talk.says("one more thing")
    assert talk.screen.text.startswith(WORDS.full)
    assert WORDS.kept not in talk.screen.text
    assert talk.slots["note"] == "a" * NOTE_LONGEST_CHARS


def test_a_form_that_does_not_fit_stays_open_to_a_shorter_one() -> None:
    talk = Talk()
    talk.says("a" * (NOTE_LONGEST_CHARS - 100))
    talk.fills("note", {"note": "b" * 100})
    assert talk.screen.step == "cool_down.meet"
    assert talk.screen.text.startswith(WORDS.full)
    talk.fills("note", {"note": "b" * 99})
    assert talk.screen.step == "cool_down.noted"
    assert len(talk.slots["note"]) == NOTE_LONGEST_CHARS


def test_a_very_long_note_is_shown_in_part_on_one_screen() -> None:
    talk = Talk(zone="Europe/London")
    talk.says("he laughed " * 1_000)
    talk.says("check-in")
    talk.picks("open", "calm", "yes")
    assert talk.screen.step == "check_in.look"
    assert talk.screen.text.endswith("…")
    assert len(talk.screen.text) < SCREEN_LONGEST_CHARS


def test_words_are_kept_without_what_cannot_be_sent() -> None:
    talk = Talk()
    talk.says("he\x00 said\ud800 \x1b[31mnothing\x7f\r\nnot\ta word\r")
    assert talk.slots["note"] == "he said [31mnothing\nnot\ta word"
    talk.fills("note", {"note": "\ud83d and\x00 again"})
    assert talk.slots["note"].endswith("\nand again")


def test_words_made_of_nothing_that_can_be_sent_are_an_empty_message() -> None:
    talk = Talk()
    talk.says("\x00\ud800\x85")
    assert "note" not in talk.slots
    assert talk.screen.step == "cool_down.meet"


# Signs


def test_a_sign_of_danger_is_answered_first_even_when_the_note_is_full() -> None:
    talk = Talk()
    talk.says("a" * NOTE_LONGEST_CHARS)
    talk.says(DANGER)
    assert talk.screen.step == "care.danger"
    assert talk.screen.text.startswith("Call ")
    assert talk.screen.text.endswith(WORDS.full)


def test_a_sign_of_danger_in_a_form_is_heard_even_when_the_note_is_full() -> None:
    talk = Talk()
    talk.says("a" * NOTE_LONGEST_CHARS)
    talk.fills("note", {"note": DANGER})
    assert talk.screen.step == "care.danger"
    assert talk.slots["withheld"] == "yes"


def test_a_late_press_in_danger_does_not_push_the_number_down() -> None:
    talk = at_the_table()
    old = talk.screen
    talk.says(DANGER)
    talk.waits(timedelta(minutes=1)).presses(old, "breathe")
    assert talk.screen.step == "care.danger"
    assert talk.screen.text.startswith("Call ")


def test_a_sign_of_fear_on_an_opener_leads_away_from_it_for_good() -> None:
    talk = at_the_openers()
    talk.says(FEAR)
    assert talk.screen.step == "care.afraid"
    talk.picks("back")
    assert talk.screen.step == "care.withheld"
    talk.says("check-in")
    talk.picks("open")
    assert talk.screen.step == "care.withheld"


def test_a_sign_of_fear_counts_beside_a_more_urgent_one() -> None:
    talk = Talk()
    talk.says(f"I want to die and {FEAR}")
    assert talk.screen.step == "care.self_harm"
    assert talk.slots["withheld"] == "yes"


def test_a_sign_of_fear_outlives_the_debrief_in_which_it_was_heard() -> None:
    talk = at_the_table()
    talk.says(FEAR)
    talk.waits(timedelta(days=2)).says("he laughed again")
    assert talk.conversation.debrief == 2
    assert talk.slots["withheld"] == "yes"


def test_going_back_after_a_new_evening_does_not_lead_into_the_old_one() -> None:
    talk = at_the_openers()
    talk.picks(SAFETY, "self_harm", "no", "breathe")
    assert talk.screen.step == "cool_down.breathe"
    talk.waits(timedelta(days=2)).says("I keep thinking about suicide")
    talk.picks("back")
    assert talk.screen.step == "cool_down.rest"


# What is known of the person


def test_what_the_platform_knows_is_kept_and_an_empty_hint_takes_nothing_away() -> None:
    talk = at_the_table(zone="Europe/Paris", locale="fr-FR")
    talk.says("again", zone="", locale="")
    assert (talk.slots["zone"], talk.slots["locale"]) == ("Europe/Paris", "fr-FR")


@pytest.mark.parametrize("zone", ["Mars/Olympus_Mons", "Europe", "../etc/passwd", "\x00", "x" * 400])
def test_a_zone_that_is_none_is_not_kept(zone: str) -> None:
    talk = at_the_table(zone=zone)
    assert "zone" not in talk.slots
    talk.zone = "Europe/Paris"
    talk.says("again")
    talk.says("again", zone=zone)
    assert talk.slots["zone"] == "Europe/Paris"


def test_a_zone_that_was_set_by_hand_stands_until_the_platform_has_news() -> None:
    talk = at_the_table(zone="Europe/London")
    talk.says("settings")
    talk.picks("zone")
    talk.says("New York")
    assert talk.screen.step == "settings.zone_set"
    talk.says("again")
    assert talk.slots["zone"] == "America/New_York"
    talk.says("again", zone="Europe/Paris")
    assert talk.slots["zone"] == "Europe/Paris"


def test_forget_me_leaves_an_empty_conversation_and_the_one_effect() -> None:
    talk = at_planning(zone="Europe/London", locale="en-GB")
    talk.picks("morning")
    talk.says("forget me")
    turn = talk.picks("forget")
    assert turn.conversation == Conversation()
    assert turn.effects == (Forget(),)
    assert talk.screen.step == "settings.forgotten"
    assert talk.screen.forgets
    assert not talk.screen.choices


def test_a_doubled_press_on_forget_me_remembers_nothing_either() -> None:
    talk = at_the_table()
    talk.says("forget me")
    shown = talk.screen
    talk.picks("forget")
    turn = talk.presses(shown, "forget")
    assert turn.conversation == Conversation()
    assert turn.effects == (Forget(),)


def test_forget_me_puts_nothing_away_first() -> None:
    talk = at_the_openers()
    talk.picks("on", "badly", "done")
    talk.says("forget me")
    assert talk.picks("forget").effects == (Forget(),)


# Debriefs


def test_a_new_evening_puts_the_last_debrief_away_with_all_that_was_told() -> None:
    talk = at_the_table(zone="Europe/London", locale="en-GB")
    talk.picks("breathe", "8")
    turn = talk.waits(timedelta(hours=13)).says("and tonight again")
    told = {"began": EVENING.isoformat(), "note": "he just laughed along", "cool": "breathe", "heat_before": "8"}
    assert turn.effects == (Record(1, told),)
    assert turn.conversation.debrief == 2
    assert dict(talk.slots) == {
        "note": "and tonight again",
        "began": talk.now.isoformat(),
        "versions": "cool_down.meet=0 cool_down.hello=0",
        "zone": "Europe/London",
        "platform_zone": "Europe/London",
        "locale": "en-GB",
        "met": "yes",
    }


@pytest.mark.parametrize("word", ["stop", "help", "settings", "check-in"])
def test_a_word_that_asks_for_something_does_not_begin_a_new_evening(word: str) -> None:
    talk = at_the_table(zone="Europe/London")
    turn = talk.waits(timedelta(hours=13)).says(word)
    assert not [effect for effect in turn.effects if isinstance(effect, Record)]
    assert talk.slots["note"] == "he just laughed along"


@pytest.mark.parametrize("first", ["help", "stop", "settings"])
def test_what_is_told_after_a_first_word_of_another_kind_is_not_lost(first: str) -> None:
    talk = Talk()
    talk.says(first)
    talk.says("he just laughed along")
    turn = talk.waits(timedelta(hours=13)).says("and tonight again")
    assert turn.effects == (Record(1, {"began": EVENING.isoformat(), "note": "he just laughed along"}),)
    assert turn.conversation.debrief == 2


def test_the_last_screen_of_a_closed_debrief_begins_the_next_one() -> None:
    talk = at_the_openers()
    talk.picks("on", "badly", "done")
    assert talk.slots["closed"] == "yes"
    turn = talk.fills("note", {"note": "Something new."})
    assert [type(effect) for effect in turn.effects] == [Record]
    assert talk.conversation.debrief == 2
    assert talk.slots["note"] == "Something new."


def test_a_debrief_whose_check_in_still_waits_is_not_over_when_it_was_opened_early() -> None:
    talk = at_planning(zone="Europe/London")
    talk.picks("morning")
    talk.says("check-in")
    talk.picks("open", "calm", "yes", "on", "talk", *["skip"] * 3, "plain", "on", "done")
    note = talk.slots["note"]
    talk.says("another joke")
    assert (talk.conversation.debrief, talk.slots["note"]) == (1, f"{note}\nanother joke")
    talk.says("settings")
    talk.picks("planned")
    assert talk.screen.step == "settings.planned_list"


def test_a_knock_takes_its_promise_back_and_opens_its_own_flow() -> None:
    talk = at_planning(zone="Europe/London")
    talk.picks("morning")
    assert promised(talk.slots)
    talk.waits(timedelta(hours=12)).is_knocked()
    assert talk.screen.step == "check_in.knock"
    assert not promised(talk.slots)
    talk.is_knocked("follow_up")
    assert talk.screen.step == "follow_up.knock"
    talk.is_knocked("a_flow_of_last_year")
    assert talk.screen.step == "check_in.knock"


def test_a_knock_shows_nothing_but_the_knock() -> None:
    talk = Talk(zone="Europe/London")
    talk.says("a secret")
    talk.is_knocked()
    assert talk.screen.text == "Your check-in, as you asked. Open it when it suits you."
    assert talk.screen.glance == "Your check-in, as you asked."


def test_a_new_promise_of_another_kind_cancels_the_one_that_waits() -> None:
    talk = at_planning(zone="Europe/London")
    talk.picks("morning")
    talk.says("follow-up")
    turn = talk.picks("tomorrow")
    assert turn.effects == (
        CancelCheckIns("check_in"),
        PlanCheckIn("follow_up", datetime(2026, 11, 21, 22, 15, tzinfo=UTC), WINDOW),
    )


def test_opening_settles_the_check_in_that_was_sent() -> None:
    talk = Talk(zone="Europe/London")
    talk.is_knocked()
    assert [effect.state for effect in talk.picks("open").effects if isinstance(effect, SettleCheckIn)] == ["opened"]


def test_what_could_not_be_sent_is_said_at_the_next_visit() -> None:
    talk = Talk()
    talk.missed("hello")
    assert talk.screen.text.startswith(WORDS.missed)
    talk.missed(DANGER)
    assert talk.screen.text.startswith("Call ")
