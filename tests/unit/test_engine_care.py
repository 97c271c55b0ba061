"""Sentences about advance() in care: what is remembered, what is never asked twice, and what an older button does."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.knocked import CARING
from bot.model import SAFETY, PlanCheckIn
from bot.skills import SKILLS
from bot.skills.base import Ask
from tests.kit import content
from tests.unit.talk import (
    DANGER,
    EVENING,
    FEAR,
    SELF_HARM,
    WORDS,
    Talk,
    at_planning,
    at_the_openers,
    at_the_table,
    led_to,
)

# Danger and self-harm


@pytest.mark.parametrize("then", [(), (FEAR,), (DANGER,), ("he is outside",)])
def test_thoughts_of_suicide_told_in_danger_are_asked_about_once_it_is_over(then: tuple[str, ...]) -> None:
    talk = Talk()
    for words in (DANGER, SELF_HARM, *then):
        talk.says(words)
        assert talk.screen.step == "care.danger"
    talk.picks("safe")
    assert talk.screen.step == "care.self_harm"
    assert "also" not in talk.slots


@pytest.mark.parametrize("way_out", [("back",), ("lines", "back")])
def test_thoughts_of_suicide_told_in_danger_are_asked_about_on_the_way_out_too(way_out: tuple[str, ...]) -> None:
    talk = Talk()
    for words in (DANGER, SELF_HARM):
        talk.says(words)
    for choice in way_out:
        talk.picks(choice)
    assert talk.screen.step == "care.self_harm"


def test_thoughts_of_suicide_told_in_one_breath_with_danger_are_asked_about_once_it_is_over() -> None:
    talk = Talk()
    talk.says(f"{DANGER} and {SELF_HARM}")
    assert talk.screen.step == "care.danger"
    talk.picks("safe")
    assert talk.screen.step == "care.self_harm"


def test_thoughts_of_suicide_are_asked_about_at_once_when_the_danger_is_over() -> None:
    talk = Talk()
    talk.says(DANGER)
    talk.picks("safe")
    assert talk.screen.step == "care.danger_over"
    talk.says(SELF_HARM)
    assert talk.screen.step == "care.self_harm"


@pytest.mark.parametrize("words", ["maybe", "i don't know", "Not really.", "🙃", "yes", SELF_HARM])
def test_any_words_in_answer_to_the_question_lead_on_as_yes_does(words: str) -> None:
    talk = Talk()
    talk.says(SELF_HARM)
    talk.says(words)
    assert talk.screen.step == "care.suicide"
    assert talk.slots["note"] == SELF_HARM if words == "yes" else talk.slots["note"].endswith(words)


@pytest.mark.parametrize("words", ["I'm not, but I'm hurting", "i’m not, but i’m hurting."])
def test_the_label_of_no_leads_where_it_says(words: str) -> None:
    talk = Talk()
    talk.says(SELF_HARM)
    talk.says(words)
    assert talk.screen.step == "care.hurting"


@pytest.mark.parametrize(
    "picks", [("yes",), ("yes", "near"), ("yes", "plan"), ("no",), ("yes", "lines")], ids=lambda picks: picks[-1]
)
def test_what_was_asked_once_is_not_asked_again(picks: tuple[str, ...]) -> None:
    talk = Talk()
    talk.says(SELF_HARM)
    talk.picks(*picks)
    step = talk.screen.step
    for words in (SELF_HARM, "I want to die"):
        talk.says(words)
        assert talk.screen.step == step
        assert talk.slots["note"].endswith(words)


# Older buttons


@pytest.mark.parametrize(
    ("press", "step"), [("danger", "care.danger"), ("self_harm", "care.self_harm"), ("afraid", "care.afraid")]
)
@pytest.mark.parametrize("meanwhile", [Talk.is_knocked, Talk.commands])
def test_a_button_of_care_does_what_it_says_whatever_has_come_since(
    meanwhile: Callable[[Talk], object], press: str, step: str
) -> None:
    talk = at_the_table()
    talk.picks(SAFETY)
    care = talk.screen
    talk.waits(timedelta(hours=1))
    meanwhile(talk)
    here = talk.screen.step
    talk.waits(timedelta(hours=1)).presses(care, press)
    assert talk.screen.step == step
    assert WORDS.stale not in talk.screen.text
    talk.picks("back")
    assert talk.screen.step == ("care.withheld" if content().steps[here].withhold and press != "self_harm" else here)


def test_a_button_that_an_older_screen_of_care_never_had_is_stale() -> None:
    talk = at_the_table()
    talk.picks(SAFETY)
    care = talk.screen
    talk.commands()
    talk.presses(care, "dance")
    assert talk.screen.step == "cool_down.hello"
    assert talk.screen.text.startswith(WORDS.stale)


# Countries


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("uk", "GB"),
        ("U.K.", "GB"),
        ("USA", "US"),
        ("the US", "US"),
        ("England", "GB"),
        ("I'm in Germany", "DE"),
        ("i’m in germany.", "DE"),
        ("the netherlands", "NL"),
        ("Norge", "NO"),
    ],
)
def test_a_country_is_known_by_the_names_that_people_write(words: str, code: str) -> None:
    talk = at_the_table()
    talk.picks(SAFETY, "afraid", "lines", "country")
    note = talk.slots["note"]
    talk.says(words)
    assert (talk.screen.step, talk.slots["country"], talk.slots["note"]) == ("care.domestic", code, note)


def test_every_other_name_of_a_country_leads_to_one_that_is_known() -> None:
    known = {code for code, _ in content().lines.countries()}
    for name, code in content().hearing.places.countries.items():
        slots = {"country_words": name}
        answer = SKILLS["find_country"].run(Ask(content(), slots, {}, EVENING))
        assert (answer.outcome, answer.slots.get("country")) == ("known", code), name
        assert code in known


def test_a_name_that_is_no_country_takes_the_known_one_away_from_nobody_and_is_kept() -> None:
    talk = at_the_table()
    talk.picks(SAFETY, "afraid", "lines", "country")
    talk.says("England")
    talk.picks("country")
    talk.says("Atlantis")
    assert talk.screen.step == "care.country_unknown"
    assert talk.slots["country"] == "GB"
    assert talk.slots["note"].endswith("\nAtlantis")
    assert "country_words" not in talk.slots


# Words that ask for help


@pytest.mark.parametrize("words", ["help me", "HELP ME!", "sos", "112", "emergency", "unsafe", "I need help"])
@pytest.mark.parametrize("begin", [Talk, at_the_table, at_the_openers])
def test_a_call_for_help_opens_care_from_anywhere(begin: Callable[[], Talk], words: str) -> None:
    talk = begin()
    talk.says(words)
    assert talk.screen.step == "care.start"
    assert words not in talk.slots.get("note", "")


@pytest.mark.parametrize("picks", [(), ("danger",), ("self_harm", "yes"), ("afraid", "lines", "country")])
def test_help_in_care_stays_with_care(picks: tuple[str, ...]) -> None:
    talk = at_the_table()
    talk.picks(SAFETY, *picks)
    talk.says("help")
    assert talk.screen.step == "care.start"
    talk.picks("back")
    talk.says("help")
    assert talk.screen.step == "help.start"


@pytest.mark.parametrize("words", ["stop", "settings", "forget me"])
def test_going_back_from_the_settings_finds_the_way_back_to_care(words: str) -> None:
    talk = at_the_table()
    talk.picks(SAFETY, "self_harm", "yes")
    talk.says(words)
    assert talk.screen.step.startswith("settings.")
    talk.picks("back")
    assert talk.screen.step == "care.suicide"
    talk.picks("back")
    assert talk.screen.step == "cool_down.meet"


# What is withheld


WITHHELD = {
    "check_in.calm": ("check-in", "open"),
    "check_in.hot": ("check-in", "open", "hot"),
    "check_in.safe": ("check-in", "open", "calm"),
    "follow_up.how": ("follow-up", "open"),
    "follow_up.well": ("follow-up", "open", "well"),
    "follow_up.mixed": ("follow-up", "open", "mixed"),
    "follow_up.not_yet": ("follow-up", "open", "none", "yes"),
    "follow_up.badly": ("follow-up", "open", "badly"),
    "follow_up.badly_next": ("follow-up", "open", "badly", "no"),
    "planning.when_follow": ("follow-up", "open", "well", "follow"),
}


@pytest.mark.parametrize("sign", [FEAR, DANGER])
@pytest.mark.parametrize("step", WITHHELD)
def test_after_a_sign_of_fear_going_back_shows_nothing_about_a_talk(step: str, sign: str) -> None:
    talk = led_to(step, *WITHHELD[step])
    talk.says(sign)
    assert talk.screen.step in ("care.afraid", "care.danger")
    talk.picks("back")
    assert talk.screen.step == "care.withheld"


@pytest.mark.parametrize(
    ("step", "no_label", "asks"),
    [("check_in.safe", "it depends", "care.unsure"), ("follow_up.badly", "only once", "follow_up.unsure")],
)
def test_own_words_about_fear_are_asked_about_and_kept(step: str, no_label: str, asks: str) -> None:
    talk = led_to(step, *WITHHELD[step])
    talk.says(no_label)
    assert talk.screen.step == asks
    assert talk.slots["note"].endswith(f"\n{no_label}")
    assert "withheld" not in talk.slots


@pytest.mark.parametrize("words", ["safe", "Safe.", "I feel safe", "yes", "feels safe"])
def test_less_than_the_whole_sentence_does_not_lift_the_gate(words: str) -> None:
    talk = Talk()
    talk.says(FEAR)
    talk.says("check-in")
    talk.picks("open")
    talk.says(words)
    assert talk.screen.step == "care.withheld"
    assert talk.slots["withheld"] == "yes"
    talk.says("i feel safe with my partner")
    assert talk.screen.step == "care.other_way"
    assert talk.slots["withheld"] == "yes"
    talk.says("I would not")
    assert talk.screen.step == "care.safe_again"
    assert "withheld" not in talk.slots


def test_no_knock_comes_between_somebody_and_the_help_that_just_showed() -> None:
    talk = at_planning(zone="Europe/London")
    talk.picks("morning")
    talk.says(SELF_HARM)
    turn = talk.is_knocked()
    assert turn.screen is None
    assert [effect.due_at - talk.now for effect in turn.effects if isinstance(effect, PlanCheckIn)] == [CARING]
    assert talk.screen.step == "care.self_harm"
    talk.waits(CARING + timedelta(minutes=1)).is_knocked()
    assert talk.screen.step == "check_in.knock"


def test_a_sign_that_is_a_way_in_too_is_heard_after_the_command() -> None:
    talk = Talk(locale="es-MX")
    talk.commands("estoy en peligro")
    assert (talk.screen.step, talk.slots["withheld"]) == ("care.start", "yes")
