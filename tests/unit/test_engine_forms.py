"""Sentences about advance(): forms sent twice, a sign that is typed into one, a story in place of an answer."""

from datetime import timedelta

import pytest

from tests.unit.talk import DANGER, FEAR, SELF_HARM, WORDS, at_planning, at_the_table, led_to

STORY = "they laughed and nobody said a word"


# A sign in a form


@pytest.mark.parametrize("sign", [DANGER, SELF_HARM, FEAR])
def test_a_sign_in_the_form_for_what_happened_is_in_the_note_and_in_no_opener(sign: str) -> None:
    talk = led_to("openers.happened", "check-in", "open", "calm", "yes", "on", "talk", "skip", "skip")
    talk.fills("write", {"happened": f"when {sign}"})
    assert talk.screen.step.startswith("care.")
    assert talk.slots["note"].endswith(f"\nwhen {sign}")
    assert "happened" not in talk.slots
    talk.says("check-in")
    talk.picks("open")
    if talk.screen.step == "care.withheld":
        talk.picks("feels_safe", "no", "on")
    talk.picks("calm", "yes", "on", "talk", "skip", "skip", "plain")
    assert talk.screen.step == "openers.shown"
    assert sign not in talk.screen.text


@pytest.mark.parametrize("sign", [DANGER, SELF_HARM, FEAR])
@pytest.mark.parametrize(("choice", "slot"), [("pick", "when"), ("answer", "clock")])
def test_a_sign_in_a_form_for_a_time_is_in_the_note_and_nowhere_else(choice: str, slot: str, sign: str) -> None:
    talk = at_planning()
    if slot == "clock":
        talk.picks("morning")
    before = talk.slots.get(slot)
    turn = talk.fills(choice, {slot: sign})
    assert talk.screen.step.startswith("care.")
    assert talk.slots["note"].endswith(f"\n{sign}")
    assert talk.slots.get(slot) == before
    assert turn.effects == ()


def test_a_picked_answer_beside_a_sign_is_kept() -> None:
    talk = at_the_table()
    talk.fills("note", {"note": FEAR, "feeling": "small"})
    assert (talk.screen.step, talk.slots["feeling"]) == ("care.afraid", "small")


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=1)])
def test_a_sign_in_a_late_or_doubled_form_is_heard(late: timedelta) -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.fills("note", {"note": "It was his birthday."})
    talk.waits(late).fills("note", {"note": SELF_HARM}, shown)
    assert talk.screen.step == "care.self_harm"
    assert talk.slots["note"].endswith(f"\n{SELF_HARM}")


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=1)])
def test_a_sign_in_a_late_or_doubled_form_for_a_time_is_heard(late: timedelta) -> None:
    talk = at_planning(zone="Europe/London")
    shown = talk.screen
    talk.fills("pick", {"when": "tomorrow 9:30"})
    talk.waits(late).fills("pick", {"when": DANGER}, shown)
    assert talk.screen.step == "care.danger"
    assert talk.slots["note"].endswith(f"\n{DANGER}")


# A story in place of an answer


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ("cool_down.steady", ("start", "steady", "skip")),
        ("check_in.feel", ("check-in", "open", "calm", "yes", "on", "talk")),
        ("planning.ask_clock", ("settings", "zone")),
    ],
)
def test_a_story_in_place_of_an_answer_joins_the_note_and_the_screen_stays(step: str, path: tuple[str, ...]) -> None:
    talk = led_to(step, *path)
    visit = talk.screen.visit
    talk.says(STORY)
    assert (talk.screen.step, talk.screen.visit) == (step, visit)
    assert talk.screen.text.startswith(WORDS.kept)
    assert talk.slots["note"].endswith(f"\n{STORY}")
    assert STORY not in [value for name, value in talk.slots.items() if name != "note"]


# A form sent twice


def test_a_form_sent_twice_is_kept_once_and_the_second_is_silent() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.fills("note", {"note": "It was his birthday."})
    note = talk.slots["note"]
    assert talk.fills("note", {"note": "It was his birthday."}, shown).screen is None
    assert talk.slots["note"] == note


def test_a_form_sent_twice_long_after_is_told_where_we_are_and_still_kept_once() -> None:
    talk = at_the_table()
    shown = talk.screen
    talk.fills("note", {"note": "It was his birthday."})
    note = talk.slots["note"]
    talk.waits(timedelta(hours=1)).fills("note", {"note": "It was his birthday."}, shown)
    assert talk.screen.text.startswith(WORDS.stale)
    assert talk.slots["note"] == note
