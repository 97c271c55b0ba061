"""The card, the if-then plan and the held draft, put together from any answers there can be."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.skills import SKILLS
from bot.skills.base import Ask
from bot.skills.held import SHOWN_CHARS
from bot.skills.phrases import OWN_LONGEST_CHARS as ANSWER_CHARS
from tests.kit import content
from tests.unit.talk import Talk, at_the_table

NOW = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)


def values(skill: str, **slots: str) -> Mapping[str, str]:
    return SKILLS[skill].run(Ask(content(), slots, {}, NOW)).values


CARDS: list[tuple[Mapping[str, str], str]] = [
    ({}, "-"),
    ({"support": "look"}, "- Give me a look that says you saw"),
    ({"how_often": "always", "role": "listen"}, "- Every time\n- Listen to me afterwards"),
    ({"support": "Hold\nmy {hand}"}, "- Hold my {hand}"),
    ({"role": "speak", "signal": "coffee"}, "- Speak up for me\n- Our signal: the word “coffee”"),
    ({"signal": "pass the {signal}"}, "- Our signal: pass the {signal}"),
]


@pytest.mark.parametrize(("slots", "expected"), CARDS)
def test_the_card_has_one_line_for_each_answer(slots: Mapping[str, str], expected: str) -> None:
    assert values("card", **slots)["card"] == expected


PLANS = [
    ("heated", "pause", ("it gets heated", "ask for a break of 20 minutes")),
    ("If they roll their eyes.", "I'll drink some water!", ("they roll their eyes", "drink some water")),
    ("When I'm cut off", "Then I will leave", ("I'm cut off", "leave")),
    ("ignored", "to breathe", ("ignored", "breathe")),
    ("Iffy looks", "tomorrow ask again", ("iffy looks", "tomorrow ask again")),
    ("DAD shouts", "I’ll wait", ("DAD shouts", "wait")),
    ("I feel small", "I will not shout", ("I feel small", "not shout")),
    ("if", "I will", ("if", "I will")),
]


@pytest.mark.parametrize(("plan_if", "plan_then", "expected"), PLANS)
def test_a_plan_says_if_and_i_will_once(plan_if: str, plan_then: str, expected: tuple[str, str]) -> None:
    said = values("if_then", plan_if=plan_if, plan_then=plan_then)
    assert (said["if"], said["then"]) == expected


@pytest.mark.parametrize(("labels", "words"), [("ifs", "if_words"), ("thens", "then_words")])
def test_every_part_of_a_plan_on_a_list_has_its_words(labels: str, words: str) -> None:
    lists = content().lists
    assert [option.id for option in lists[words]] == [option.id for option in lists[labels]]


def test_every_reason_on_the_list_has_its_own_screen() -> None:
    reasons = content().lists["reasons"]
    menu = content().steps["check_in.reasons"].menu
    assert menu is not None
    named = {branch.when["reason"]: branch.to for branch in menu.go if branch.when}
    last = {menu.go[-1].to: menu.go[-1].to}
    assert {**named, **last} == {option.id: option.id for option in reasons}


@given(plan_if=st.text(max_size=400), plan_then=st.text(max_size=400), signal=st.text(max_size=400))
def test_no_words_break_the_card_or_the_plan(plan_if: str, plan_then: str, signal: str) -> None:
    plan = values("if_then", plan_if=plan_if, plan_then=plan_then)
    assert all(part and len(part) <= ANSWER_CHARS and "\n" not in part for part in plan.values())
    assert len(values("card", signal=signal)["card"].splitlines()) == 1


@given(st.text(max_size=3_000))
def test_a_held_draft_is_shown_as_far_as_a_screen_holds_and_handed_on_whole(draft: str) -> None:
    shown = values("held", held_draft=draft)["draft"]
    assert shown
    assert len(shown) <= SHOWN_CHARS
    assert SKILLS["take_held"].run(Ask(content(), {"held_draft": draft}, {}, NOW)).slots == {"draft_words": draft}


def test_only_a_yes_to_the_safety_question_opens_ideas_for_a_talk() -> None:
    steps = content().steps
    opened = [
        (name, key) for name, step in steps.items() for key, c in step.choices.items() if c.set.get("safe") == "yes"
    ]
    assert opened
    for name, key in opened:
        assert key == "yes"
        assert "Would you feel safe" in steps[name].say
    assert [name for name, step in steps.items() if step.set.get("safe") == "yes"] == ["check_in.recall"]


@pytest.mark.parametrize("word", ["expectations", "openers", "prepare"])
def test_a_word_that_leads_to_ideas_for_a_talk_asks_the_safety_question_first(word: str) -> None:
    talk = Talk()
    talk.says(word)
    assert talk.screen.step.endswith(".safe")
    talk.picks("not_now")
    talk.says(word)
    assert talk.screen.step.endswith(".safe")
    talk.picks("yes")
    talk.commands("")
    talk.says(word)
    assert not talk.screen.step.endswith(".safe")


def test_every_screen_of_the_card_is_withheld_after_a_sign_of_fear() -> None:
    steps = [step for name, step in content().steps.items() if name.startswith("expectations.") and step.say]
    assert steps
    assert all(step.withhold for step in steps)


WITHHELD = ("outside", "outside_hard", "outside_how", "outside_done", "reasons", "hub", "when", "where", "plan_if")


@pytest.mark.parametrize(
    "step", [*WITHHELD, "plan_then", "planned", *(option.id for option in content().lists["reasons"])]
)
def test_the_view_from_outside_the_reasons_and_the_plan_are_withheld_after_a_sign_of_fear(step: str) -> None:
    assert content().steps[f"check_in.{step}"].withhold


@pytest.mark.parametrize("place", ["", "home"])
@pytest.mark.parametrize("who", ["", "friends"])
def test_what_was_answered_is_not_put_again_in_the_reflection(who: str, place: str) -> None:
    talk = at_the_table()
    talk.says("reflect")
    for answer in (who, place):
        talk.picks(answer or "skip")
    talk.says("reflect")
    expected = "who" if not who else "place" if not place else "feel"
    assert talk.screen.step == f"reflect.{expected}"
