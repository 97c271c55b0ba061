"""Sentences about advance(): presses, forms, and content that changed in between."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.engine import advance
from bot.errors import ProgramError
from bot.forms import form_at
from bot.model import (
    RESUME,
    SAFETY,
    ChoicePicked,
    Conversation,
    Event,
    Record,
)
from bot.walk import DOUBLED_PRESS, SECOND_FINGER
from tests.kit import content
from tests.unit.talk import EVENING, SOMEBODY, WORDS, Talk, at_planning, at_the_table


def test_a_doubled_press_is_silent_and_moves_nothing() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.picks("breathe")
    before = talk.conversation
    turn = talk.waits(DOUBLED_PRESS).presses(shown, "breathe")
    assert turn.screen is None
    assert turn.conversation == replace(before, revision=before.revision + 1)
    assert turn.effects == ()
    assert talk.presses(shown, "breathe").screen is None


def test_a_second_finger_on_the_screen_just_left_is_silent_too() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.picks("breathe")
    assert talk.waits(SECOND_FINGER).presses(shown, "steady").screen is None
    assert talk.conversation.step == "cool_down.heat_before"


def test_a_press_that_a_knock_came_before_is_answered_however_soon() -> None:
    talk = at_the_table(zone="Europe/London")
    talk.says("check-in")
    talk.picks("tomorrow")
    shown = talk.screen
    talk.waits(timedelta(seconds=1)).is_knocked()
    assert talk.presses(shown, "cancel").screen is not None
    assert talk.screen.text.startswith(WORDS.stale)


def test_another_button_of_the_screen_just_left_is_told_where_we_are() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.picks("breathe")
    talk.waits(SECOND_FINGER + timedelta(seconds=1)).presses(shown, "steady")
    assert talk.screen.step == "cool_down.heat_before"
    assert talk.screen.text.startswith(WORDS.stale)


def test_a_second_finger_on_a_screen_of_care_is_answered() -> None:
    talk = at_the_table()
    talk.picks(SAFETY)
    shown = talk.screen
    talk.picks("self_harm")
    assert talk.presses(shown, "danger").screen is not None


def test_a_press_after_that_is_told_where_we_are() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.picks("breathe")
    talk.waits(DOUBLED_PRESS + timedelta(seconds=1)).presses(shown, "breathe")
    assert talk.screen.step == "cool_down.heat_before"
    assert talk.screen.text.startswith(WORDS.stale)


def test_a_press_from_two_screens_back_is_stale_at_once() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.picks("breathe", "8")
    talk.presses(shown, "breathe")
    assert talk.screen.step == "cool_down.breathe"
    assert talk.screen.text.startswith(WORDS.stale)


def test_a_button_of_an_earlier_copy_of_the_showing_screen_counts() -> None:
    talk = at_the_table()
    first = talk.screen
    talk.says("and his brother")
    assert talk.screen.visit == first.visit
    talk.presses(first, "steady")
    assert talk.screen.step == "cool_down.heat_before"


def test_a_choice_that_the_screen_does_not_have_is_stale() -> None:
    talk = at_the_table()
    talk.picks("dance")
    assert talk.screen.text.startswith(WORDS.stale)


def test_a_press_on_a_choice_that_opens_a_form_moves_nothing() -> None:
    talk = at_the_table()
    visit = talk.screen.visit
    talk.picks("note")
    assert (talk.screen.step, talk.screen.visit) == ("cool_down.meet", visit)


def test_the_safety_button_works_from_any_screen_however_old() -> None:
    talk = at_the_table()
    old = talk.screen
    talk.picks("breathe", "8", "stop", "5")
    talk.waits(timedelta(days=2)).presses(old, SAFETY)
    assert talk.screen.step == "care.start"
    talk.picks("back")
    assert talk.screen.step == "planning.ask"


def test_resume_shows_the_screen_again_as_it_was() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.waits(timedelta(hours=3)).picks(RESUME)
    assert talk.screen == shown


def test_a_button_pressed_by_somebody_unknown_leads_to_the_first_screen() -> None:
    talk = Talk()
    old = at_planning().screen
    talk.presses(old, RESUME)
    assert talk.screen.step == "cool_down.meet"
    assert WORDS.stale not in talk.screen.text


def test_a_button_of_help_or_care_still_works_when_nothing_is_known_of_the_person() -> None:
    somebody_else = at_the_table()
    somebody_else.picks(SAFETY)
    talk = Talk()
    talk.presses(somebody_else.screen, "self_harm")
    assert talk.screen.step == "care.self_harm"


# Forms


def test_a_late_form_is_kept_and_the_screen_stays() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.picks("breathe")
    talk.fills("note", {"note": "It was his birthday.", "feeling": "sad"}, shown)
    assert talk.screen.step == "cool_down.heat_before"
    assert talk.screen.text.startswith(WORDS.kept)
    assert talk.slots["note"] == "he just laughed along\nIt was his birthday."


def test_a_form_from_somebody_unknown_begins_a_debrief_with_its_words() -> None:
    talk = Talk()
    talk.fills("note", {"note": "It was his birthday."}, at_the_table().screen)
    assert talk.slots["note"] == "It was his birthday."
    assert talk.screen.step == "cool_down.meet"
    assert talk.conversation.debrief == 1


def test_a_form_that_content_no_longer_has_still_keeps_its_words() -> None:
    talk = at_the_table()
    gone = replace(talk.screen, step="cool_down.no_more")
    talk.fills("note", {"story": "It was his birthday."}, gone)
    assert talk.slots["note"].endswith("It was his birthday.")


@pytest.mark.parametrize("values", [{}, {"note": " \n "}, {"feeling": "purple"}, {"unheard_of": "x"}])
def test_a_form_with_nothing_in_it_is_said_and_loses_nothing(values: dict[str, str]) -> None:
    talk = at_the_table()
    talk.fills("note", values)
    assert talk.screen.step == "cool_down.meet"
    assert talk.screen.text.startswith(WORDS.empty)
    assert talk.slots["note"] == "he just laughed along"


def test_only_the_forms_own_fields_and_options_are_kept() -> None:
    talk = at_the_table()
    talk.fills("note", {"note": "Again.", "feeling": "purple", "withheld": "no", "met": "never", "heat_before": "7"})
    assert set(talk.slots) == {"note", "heat_before", "met", "began", "versions"}
    assert talk.slots["met"] == "yes"


def test_a_form_is_known_by_its_step_and_choice_alone() -> None:
    form = form_at(content(), "cool_down.meet", "note")
    assert form is not None
    assert [field.id for field in form.fields] == ["note", "feeling", "heat_before"]
    assert [option.id for option in form.fields[2].options] == [str(n) for n in range(11)]
    assert form_at(content(), "cool_down.meet", "breathe") is None
    assert form_at(content(), "cool_down.no_more", "note") is None


@pytest.mark.parametrize("values", [{"feeling": "sad"}, {"note": "", "feeling": "sad"}])
def test_a_question_left_blank_takes_no_earlier_answer_away(values: dict[str, str]) -> None:
    talk = at_the_table()
    talk.fills("note", values)
    assert talk.screen.step == "cool_down.noted"
    assert talk.slots["note"] == "he just laughed along"


# Content that changed in between


@pytest.mark.parametrize("gone", ["cool_down.no_more", "no_more.start", "nonsense", "cool_down.start"])
def test_a_step_that_content_no_longer_shows_restarts_kindly_and_keeps_the_note(gone: str) -> None:
    talk = at_planning()
    for leave in (Talk.says, Talk.commands, Talk.picks):
        again = Talk(replace(talk.conversation, step=gone, back=gone))
        again.seen = [replace(talk.screen, step=gone)]
        leave(again, "breathe")
        assert again.screen.step == "cool_down.hello"
        assert WORDS.stale not in again.screen.text
        kept = [effect.slots["note"] for effect in again.turn.effects if isinstance(effect, Record)]
        assert "he just laughed along" in [*kept, again.slots.get("note")]


def test_a_form_from_a_step_that_content_no_longer_shows_begins_anew_as_a_message_does() -> None:
    talk = at_planning()
    talk.conversation = replace(talk.conversation, step="cool_down.no_more")
    turn = talk.fills("note", {"note": "It was his birthday."}, talk.seen[0])
    assert [type(effect) for effect in turn.effects] == [Record]
    assert talk.slots["note"] == "It was his birthday."


def test_what_is_said_once_is_not_said_again_when_words_join_the_note() -> None:
    talk = at_the_table()
    assert "I'm a program" in talk.screen.text
    talk.says("and his brother")
    assert "I'm a program" not in talk.screen.text


def test_a_way_back_that_content_no_longer_has_leads_home() -> None:
    talk = at_the_table()
    talk.picks(SAFETY)
    talk.conversation = replace(talk.conversation, back="cool_down.no_more")
    talk.picks("back")
    assert talk.screen.step == "cool_down.rest"


def test_each_way_back_leads_one_screen_back_and_then_to_where_they_were() -> None:
    talk = at_the_table()
    talk.says("help")
    talk.picks("keeps", "forget")
    assert talk.conversation.back == "help.keeps cool_down.meet"
    talk.picks("back")
    assert talk.screen.step == "help.keeps"
    talk.picks("back")
    assert (talk.screen.step, talk.conversation.back) == ("cool_down.meet", "")


def test_a_screen_reached_through_silent_steps_is_gone_back_from_once() -> None:
    talk = at_the_table()
    talk.says("help")
    talk.says("stop")
    assert talk.conversation.back == "help.start cool_down.meet"
    talk.picks("back", "back")
    assert (talk.screen.step, talk.conversation.back) == ("cool_down.meet", "")


# advance itself


def test_the_conversation_before_is_not_changed() -> None:
    talk = at_the_table()
    before = talk.conversation
    slots = dict(before.slots)
    talk.picks("breathe", "8")
    assert before.slots == slots


def test_the_same_event_comes_to_the_same_turn() -> None:
    talk = at_planning(zone="Europe/London")
    event = ChoicePicked(
        delivery_id="1",
        person=SOMEBODY,
        at=EVENING,
        step=talk.screen.step,
        visit=talk.screen.visit,
        choice="morning",
    )
    assert advance(content(), talk.conversation, event) == advance(content(), talk.conversation, event)


def test_an_event_of_no_kind_is_a_bug_of_ours() -> None:
    with pytest.raises(ProgramError):
        advance(content(), Conversation(), Event(delivery_id="1", person=SOMEBODY, at=EVENING))
