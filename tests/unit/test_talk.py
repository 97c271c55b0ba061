"""Openers, put together from any answers there can be."""

import re
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flows.document import OpenerDoc
from bot.skills import SKILLS
from bot.skills.base import Ask
from bot.skills.phrases import OWN_LONGEST_CHARS as ANSWER_CHARS
from bot.skills.phrases import clip
from bot.skills.talk import EXCERPT_CHARS, OPENERS_SHOWN, fitting
from tests.kit import content

NOW = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
OPENERS = content().openers
TONES = ["soft", "plain", "curious"]
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


def every_opener(**slots: str) -> list[str]:
    """Those of every page, turned by the person until the first comes again."""
    lines, page = openers(**slots), ""
    while True:
        turned = SKILLS["more_openers"].run(Ask(content(), slots | {"openers_page": page}, {}, NOW))
        page = turned.slots["openers_page"]
        if page == "0":
            return lines
        lines += openers(**slots, openers_page=page)


def reads_as_sentences(line: str) -> bool:
    return not re.search(r"[{}\n]|  |\. \.|\.\.|…\.| [.,?]|[,.-] ?[.?]|^[^A-Z]|[^.?…]$", line)


def test_openers_from_any_answers_read_as_sentences() -> None:
    for tone, feeling, support, happened in product(TONES, FEELINGS, SUPPORTS, EVENTS):
        lines = every_opener(tone=tone, feeling=feeling, support=support, happened=happened)
        assert len(lines) == len(set(lines)) > OPENERS_SHOWN
        assert len(openers(tone=tone, feeling=feeling, support=support, happened=happened)) == OPENERS_SHOWN
        assert [line for line in lines if not reads_as_sentences(line)] == []
        assert [line for line in lines if content().drafts.phrases.find(line)] == []


@pytest.mark.parametrize("tone", TONES)
def test_each_tone_has_the_form_that_is_rated_best(tone: str) -> None:
    first = openers(tone=tone, feeling="hurt", happened="when your sister joked about my job")[0]
    assert re.match(r"I understand (why )?you m(ight|ay) .+[.,] [Aa]nd I felt hurt", first)


def test_the_tones_share_no_opener() -> None:
    shown = [every_opener(tone=tone, feeling="hurt", support="look", happened="when x happened") for tone in TONES]
    assert len({line for lines in shown for line in lines}) == sum(map(len, shown))


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ("happened", "when you never back me up"),
        ("happened", "you wanted to make me look small"),
        ("feeling", "like you're a coward"),
        ("support", "That you don't care so little, you idiot"),
        ("support", "no te importo"),
    ],
)
def test_an_opener_holds_no_accusation_though_their_own_words_do(slot: str, words: str) -> None:
    for tone in TONES:
        assert every_opener(tone=tone, **{slot: words}) == every_opener(tone=tone)


def test_an_opener_uses_what_was_told_before_one_that_does_not() -> None:
    lines = openers(feeling="hurt", support="look", happened="when your sister joked about my job")
    assert lines == [
        "I felt hurt when your sister joked about my job. If it happens again, could you give me a look, "
        "so I know you saw?",
        "I understand you may have seen it another way, and I felt hurt when your sister joked about my job. "
        "Can we talk?",
        "I felt hurt when your sister joked about my job. I'd like you to know that.",
    ]


@pytest.mark.parametrize(
    ("slots", "part"),
    [
        ({"feeling": "I felt invisible!"}, "I felt invisible the other day"),
        ({"feeling": "I’m furious"}, "I felt furious the other day"),
        ({"feeling": "Humiliated"}, "I felt humiliated the other day"),
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


def test_a_page_that_changed_answers_no_longer_have_is_another_page() -> None:
    pages = [openers(openers_page=page) for page in ("", "1", "2", "7", "x")]
    assert pages == [pages[0], pages[1], pages[0], pages[1], pages[0]]


def test_own_words_are_never_put_after_could_you() -> None:
    assert not any("could you just" in line for line in openers(feeling="hurt", support="Just holding my hand"))


def test_every_opener_can_be_reached_by_some_answers() -> None:
    shown = set()
    answers = (TONES, ["", "hurt"], ["", "look", "my own"], ["", "when x", "x happened"])
    for tone, feeling, support, happened in product(*answers):
        shown.update(every_opener(tone=tone, feeling=feeling, support=support, happened=happened))
    patterns = [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(opener.say.strip()))) for opener in OPENERS]
    assert [opener.say for opener, p in zip(OPENERS, patterns, strict=True) if not any(map(p.fullmatch, shown))] == []


@settings(deadline=None)
@given(feeling=st.text(max_size=400), support=st.text(max_size=400), happened=st.text(max_size=400))
def test_no_words_break_the_openers(feeling: str, support: str, happened: str) -> None:
    lines = openers(feeling=feeling, support=support, happened=happened)
    assert len(lines) == OPENERS_SHOWN
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
    docs = [
        OpenerDoc(tone="plain", needs=needs, say=say)
        for say, needs in (("A", ()), ("B", ()), ("{feeling} C", ("feeling",)))
    ]
    assert fitting(tuple(docs), {"feeling": "hurt"}) == ["hurt C", "A", "B"]
    assert fitting(tuple(docs), {"feeling": ""}) == ["A", "B"]


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
