"""What somebody means to say, checked before it is said: what is pointed out, what is left alone, and in what words."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flows import words_lint
from bot.model import SCREEN_LONGEST_CHARS
from bot.skills import SKILLS
from bot.skills.base import Ask
from bot.skills.drafts import FINDINGS_SHOWN, QUOTE_CHARS
from tests.kit import content
from tests.unit.talk import DANGER, FEAR, SELF_HARM, WORDS, Talk, at_the_openers

NOW = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
DRAFTS = content().drafts
TABLE = Path(__file__).parent.parent / "content" / "drafts.tsv"
LABELLED = [tuple(line.split("\t")) for line in TABLE.read_text("utf-8").splitlines()]
HARD = [(family, text) for family, text in LABELLED if family != "sound"]
SOUND = [text for family, text in LABELLED if family == "sound"]


def found(draft: str) -> list[tuple[str, str]]:
    return [(finding.family, finding.words) for finding in DRAFTS.phrases.find(draft)]


def told(draft: str) -> str:
    return SKILLS["draft_findings"].run(Ask(content(), {"draft_words": draft}, {}, NOW)).values["findings"]


# What is pointed out


@pytest.mark.parametrize(("family", "draft"), HARD)
def test_what_may_land_hard_is_pointed_out(family: str, draft: str) -> None:
    assert family in [name for name, _ in found(draft)]


@pytest.mark.parametrize("draft", SOUND)
def test_a_sound_draft_is_left_alone(draft: str) -> None:
    assert found(draft) == []
    assert told(draft) == DRAFTS.said.clean


def test_the_drafts_to_check_with_are_many_and_of_every_family() -> None:
    assert len(SOUND) >= 30
    assert len(HARD) >= 60
    assert set(Counter(family for family, _ in HARD)) == set(DRAFTS.said.families)
    assert min(Counter(family for family, _ in HARD).values()) >= 5


@pytest.mark.parametrize(
    "draft",
    [
        "YOU NEVER LISTEN",
        "you   never\tlisten",
        "you neverrr listen",
        "u nvr listen",
        "You… never listen",
        "you.. never listen",
        "you n3ver listen",
    ],
)
def test_the_way_of_writing_hides_nothing(draft: str) -> None:
    assert [family for family, _ in found(draft)] == ["never"]


def test_both_languages_are_read_in_one_draft() -> None:
    assert found("You never listen. Nunca me defiendes, y es culpa tuya.") == [
        ("never", "You never"),
        ("verdict", "es culpa tuya"),
    ]


def test_words_are_quoted_as_they_were_typed_without_the_marks_around_them() -> None:
    assert found("And then: “You’re  such a Coward”!") == [("names", "You’re such a Coward")]
    assert found('I thought: "you never" listen') == [("never", "you never")]
    assert found("That was pathetic. I felt sad.") == [("names", "That was pathetic")]
    assert found("¿Cómo  PUDISTE?") == [("question", "Cómo PUDISTE")]


def test_each_kind_is_pointed_out_once_in_the_order_of_the_draft() -> None:
    draft = "It's your fault. You never listen, you never help. It's your fault, you coward."
    assert [family for family, _ in found(draft)] == ["verdict", "never", "names"]


def test_words_that_two_kinds_want_are_pointed_out_once() -> None:
    assert found("you never cared about me") == [("mind", "you never cared")]


def test_a_phrase_does_not_reach_over_the_end_of_another() -> None:
    assert found("I love you. Never mind the rest.") == []
    assert found("I love you, always") == []


@settings(deadline=None)
@given(draft=st.text(max_size=600))
def test_no_draft_breaks_the_check_and_the_same_draft_gives_the_same(draft: str) -> None:
    assert found(draft) == found(draft)
    assert all(re.sub(r"\s+", "", words) in re.sub(r"\s+", "", draft) for _, words in found(draft))


# What is said of it


def test_at_most_three_are_told_with_a_reason_and_another_way() -> None:
    draft = "You never listen. What's wrong with you? You're a coward, it's your fault and you don't care about me."
    assert len(found(draft)) > FINDINGS_SHOWN
    head, *parts = told(draft).split("\n\n")
    assert head == DRAFTS.said.found
    assert len(parts) == FINDINGS_SHOWN
    for (family, words), part in zip(found(draft), parts, strict=False):
        advice = DRAFTS.said.families[family]
        assert part == f"“{words}”: {advice.why} You could say: “{advice.instead}”"


def test_a_draft_without_a_finding_gets_one_plain_line() -> None:
    assert told("I felt hurt.") == told("") == DRAFTS.said.clean
    assert "\n" not in DRAFTS.said.clean


@pytest.mark.parametrize("family", DRAFTS.said.families)
def test_what_is_said_keeps_the_rules_for_words(family: str) -> None:
    advice = DRAFTS.said.families[family]
    for text in (advice.why, advice.instead, DRAFTS.said.found, DRAFTS.said.clean):
        assert not list(words_lint.faults_of(text, kind="phrase"))
    assert found(advice.instead) == []
    assert re.match(r"(I|It|This|Next time, I)\b", advice.instead)


def test_braces_in_a_draft_stay_as_they_are_and_a_long_phrase_is_cut() -> None:
    assert "“you {why}" not in told("you {why} never")
    padded = "you" + "\u200b" * 300 + " never listen"
    assert max(len(part) for part in told(padded).split("\n\n")) < QUOTE_CHARS + 200


# The form


def at_a_draft(draft: str) -> Talk:
    talk = at_the_openers()
    talk.fills("check", {"draft_words": draft})
    return talk


def test_a_draft_is_not_in_the_note() -> None:
    talk = at_a_draft("You never listen.")
    assert talk.screen.step == "openers.checked"
    assert "“You never”" in talk.screen.text
    assert talk.slots["note"] == "he just laughed along"


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=1)])
def test_a_draft_that_comes_after_another_screen_is_checked_and_not_in_the_note(late: timedelta) -> None:
    talk = at_the_openers()
    shown = talk.screen
    talk.says("follow-up")
    talk.waits(late).fills("check", {"draft_words": "You never listen."}, shown)
    assert talk.screen.step == "openers.checked"
    assert talk.slots["draft_words"] == "You never listen."
    assert talk.slots["note"] == "he just laughed along"


def test_a_late_form_of_another_kind_is_as_late_as_ever_though_a_draft_is_known() -> None:
    talk = at_a_draft("You never listen.")
    shown = talk.screen
    talk.says("start")
    first = talk.screen
    talk.says("follow-up")
    talk.waits(timedelta(hours=1)).fills("note", {"note": "It was a Friday."}, first)
    assert talk.screen.step == "follow_up.knock"
    assert talk.slots["note"].endswith("\nIt was a Friday.")
    talk.fills("change", {"draft_words": "You never listen."}, shown)
    assert talk.screen.step == "follow_up.knock"
    assert "You never" not in talk.slots["note"]


def test_a_doubled_draft_is_answered_once() -> None:
    talk = at_the_openers()
    shown = talk.screen
    talk.fills("check", {"draft_words": "You never listen."}, shown)
    assert talk.fills("check", {"draft_words": "You never listen."}, shown).screen is None
    assert talk.slots["note"] == "he just laughed along"


@pytest.mark.parametrize("sign", [DANGER, SELF_HARM, FEAR])
@pytest.mark.parametrize("late", [False, True])
def test_a_sign_in_a_draft_is_heard_and_is_no_draft(sign: str, late: bool) -> None:
    talk = at_the_openers()
    shown = talk.screen
    if late:
        talk.says("follow-up")
    talk.waits(timedelta(hours=1)).fills("check", {"draft_words": f"I want you to know. {sign}"}, shown)
    assert talk.screen.step.startswith("care.")
    assert "draft_words" not in talk.slots
    assert talk.slots["note"].endswith(sign)
    assert (talk.slots.get("withheld") == "yes") is (sign != SELF_HARM)


def test_a_late_draft_leads_nobody_away_from_care() -> None:
    talk = at_the_openers()
    shown = talk.screen
    talk.says(FEAR)
    talk.waits(timedelta(minutes=5)).fills("check", {"draft_words": "You never listen."}, shown)
    assert talk.screen.step == "care.afraid"
    assert WORDS.stale in talk.screen.text
    assert "You never" not in talk.slots["note"]


def test_a_late_draft_after_a_sign_of_fear_is_held_back_like_the_openers() -> None:
    talk = at_the_openers()
    shown = talk.screen
    talk.says(FEAR)
    talk.says("settings")
    talk.waits(timedelta(minutes=5)).fills("check", {"draft_words": "You never listen."}, shown)
    assert talk.screen.step == "care.withheld"
    assert "You never" not in talk.screen.text


def test_the_longest_draft_with_findings_fits_a_screen() -> None:
    draft = ("You never listen. You always laugh. You should have spoken. " * 11)[:600]
    talk = at_a_draft(draft)
    assert not talk.screen.text.endswith("…")
    talk.picks("keep")
    assert draft.strip() in talk.screen.text
    assert len(talk.screen.text) <= SCREEN_LONGEST_CHARS


def test_an_evening_at_the_openers_stays_open_for_days() -> None:
    talk = at_the_openers()
    talk.waits(timedelta(days=2)).says("still thinking of what to say")
    assert talk.screen.step == "openers.shown"
    assert talk.slots["note"].endswith("\nstill thinking of what to say")
