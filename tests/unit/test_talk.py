"""Openers and what somebody asked for, put together from any answers there can be."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flows.document import OpenerDoc
from bot.skills import SKILLS
from bot.skills.base import Ask
from bot.skills.talk import ANSWER_CHARS, EXCERPT_CHARS, OPENERS_SHOWN, clip, fitting
from tests.kit import content

NOW = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
OPENERS = content().openers
FEELINGS = ["", *(option.id for option in content().lists["feelings"]), "Humiliated.", "I felt small", "like nothing"]
SUPPORTS = ["", *(option.id for option in content().lists["supports"]), "Just holding my hand!", "That they’d see me"]
EVENTS = [
    "",
    "When your sister joked about my job.",
    "your sister joked about my job",
    "I was the joke",
    "After dinner...",
]


def said(skill: str, **slots: str) -> str:
    (value,) = SKILLS[skill].run(Ask(content(), slots, {}, NOW)).values.values()
    return value


def openers(**slots: str) -> list[str]:
    lines = said("openers", **slots).split("\n\n")
    assert all(re.fullmatch(rf"{number}\. “.+”", line) for number, line in enumerate(lines, 1)), lines
    return [line[4:-1] for line in lines]


def reads_as_sentences(line: str) -> bool:
    return not re.search(r"[{}\n]|  |\. \.|\.\.|…\.| [.,?]|[,.-] ?[.?]|^[^A-Z]|[^.?…]$", line)


def test_openers_from_any_answers_read_as_sentences() -> None:
    for feeling, support, happened in product(FEELINGS, SUPPORTS, EVENTS):
        lines = openers(feeling=feeling, support=support, happened=happened)
        assert 2 <= len(lines) <= OPENERS_SHOWN
        assert [line for line in lines if not reads_as_sentences(line)] == []


def test_an_opener_uses_what_was_told_before_one_that_does_not() -> None:
    lines = openers(feeling="hurt", support="look", happened="when your sister joked about my job")
    assert lines == [
        "I understand you may have seen it another way. I felt hurt when your sister joked about my job. Can we talk?",
        "I felt hurt the other day. If it happens again, could you give me a look, so I know you saw?",
        "I felt hurt the other day. I'd like to hear how it looked to you.",
    ]


@pytest.mark.parametrize(
    ("slots", "part"),
    [
        ({"feeling": "I felt invisible!"}, "I felt invisible the other day."),
        ({"feeling": "I’m furious"}, "I felt furious the other day."),
        ({"feeling": "Humiliated"}, "I felt humiliated the other day."),
        ({"feeling": "hurt", "support": "Just holding my hand."}, "helped me: “just holding my hand”."),
        ({"feeling": "hurt", "support": "I needed a look"}, "helped me: “I needed a look”."),
        ({"feeling": "hurt", "happened": "I was the joke"}, "stayed with me: “I was the joke”. I felt hurt."),
        ({"feeling": "hurt", "happened": "While I was out"}, "I felt hurt while I was out."),
        ({"feeling": "hurt", "happened": "When you laughed. And left"}, "with me: “When you laughed. And left”."),
    ],
)
def test_somebodys_own_words_fit_into_the_sentence(slots: dict[str, str], part: str) -> None:
    assert any(part in line for line in openers(**slots))


@pytest.mark.parametrize(
    "feeling", ["he never backs me up", "They laughed", "don't know", "so small that I had to leave the room"]
)
def test_a_story_in_place_of_a_feeling_is_not_put_after_i_felt(feeling: str) -> None:
    assert openers(feeling=feeling) == openers()


def test_own_words_are_never_put_after_could_you() -> None:
    assert not any("could you just" in line for line in openers(feeling="hurt", support="Just holding my hand"))


def test_every_opener_can_be_reached_by_some_answers() -> None:
    shown = set()
    for feeling, support, happened in product(["", "hurt"], ["", "look", "my own"], ["", "when x", "x happened"]):
        shown.update(openers(feeling=feeling, support=support, happened=happened))
    patterns = [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(opener.say.strip()))) for opener in OPENERS]
    assert [opener.say for opener, p in zip(OPENERS, patterns, strict=True) if not any(map(p.fullmatch, shown))] == []


@settings(deadline=None)
@given(feeling=st.text(max_size=400), support=st.text(max_size=400), happened=st.text(max_size=400))
def test_no_words_break_the_openers(feeling: str, support: str, happened: str) -> None:
    lines = openers(feeling=feeling, support=support, happened=happened)
    assert 2 <= len(lines) <= OPENERS_SHOWN
    assert all(len(line) <= 3 * ANSWER_CHARS for line in lines)


@pytest.mark.parametrize(
    "hostile", ["{feeling}", "{0}", "{", "}", "{happened!r}", 'say "no"', "a\nb\tc", "%s", "“”", "{{x}}"]
)
def test_braces_quotes_and_newlines_in_an_answer_stay_as_they_are(hostile: str) -> None:
    kept = " ".join(hostile.split())
    lines = openers(feeling="hurt", support=f"my {hostile} own", happened=f"when {hostile} happened")
    assert f"my {kept} own" in " ".join(lines)
    assert f"when {kept} happened" in " ".join(lines)


@pytest.mark.parametrize("marks", ["...", "!", " ", "…", "?!"])
def test_an_answer_of_marks_alone_is_no_answer(marks: str) -> None:
    assert openers(feeling=marks, support=marks, happened=marks) == openers()


def test_a_long_answer_is_cut_between_words_and_shows_it() -> None:
    line = openers(feeling="hurt", happened="when " + "you laughed " * 40)[0]
    assert re.search("(you|laughed)… Can we talk", line)
    line = openers(feeling="hurt", happened="you laughed " * 40)[0]
    assert re.search("(you|laughed)…”. I felt hurt", line)


def test_openers_that_use_more_of_the_answers_come_first_and_others_keep_their_order() -> None:
    docs = [OpenerDoc(needs=needs, say=say) for say, needs in (("A", ()), ("B", ()), ("{feeling} C", ("feeling",)))]
    assert fitting(tuple(docs), {"feeling": "hurt"}) == ["hurt C", "A", "B"]
    assert fitting(tuple(docs), {"feeling": ""}) == ["A", "B"]


CARDS: list[tuple[Mapping[str, str], str]] = [
    ({}, "-"),
    ({"support": "look"}, "- Give me a look that says you saw"),
    ({"how_often": "always", "role": "listen"}, "- Every time\n- Listen to me afterwards"),
    ({"support": "Hold\nmy {hand}"}, "- Hold my {hand}"),
]


@pytest.mark.parametrize(("slots", "expected"), CARDS)
def test_the_card_has_one_line_for_each_answer(slots: Mapping[str, str], expected: str) -> None:
    assert said("card", **slots) == expected


@pytest.mark.parametrize(
    ("feeling", "card"), [("feelings", "feeling_words"), ("supports", "support_words"), ("supports", "support_card")]
)
def test_every_answer_on_a_list_has_its_words(feeling: str, card: str) -> None:
    lists = content().lists
    assert [option.id for option in lists[card]] == [option.id for option in lists[feeling]]


def test_a_note_is_shown_in_part_when_it_is_long() -> None:
    assert said("note", note=" he laughed \n") == "he laughed"
    assert said("note") == "-"
    long = said("note", note="he laughed " * 100)
    assert long.endswith("…")
    assert len(long) <= EXCERPT_CHARS


@settings(deadline=None)
@given(text=st.text(max_size=200), longest=st.integers(1, 100))
def test_clip_never_gives_more_than_was_asked_for(text: str, longest: int) -> None:
    clipped = clip(text, longest)
    assert len(clipped) <= longest
    assert clipped == text or clipped.endswith("…")
