"""Triage: what a text is a sign of."""

from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.care.score import share
from bot.care.triage import Label, triage
from bot.commands import cli
from tests.unit import triage_sets

DOC = Path(__file__).parents[2] / "docs" / "care.md"

LEXICON = triage_sets.lexicon()

OWN_WORDS = [
    "he",
    "me",
    "hit",
    "not",
    "never",
    "i",
    "kill",
    "die",
    "if",
    "lol",
    ".",
    "k.m.s",
    "...",
    "4",
    "*",
    "want",
    "to",
    "🔪",
]


def read(text: str) -> Label:
    return triage(LEXICON, text)


@pytest.mark.parametrize(("label", "text"), triage_sets.labelled("forty"))
def test_each_of_the_forty_phrases_is_read_right(label: Label, text: str) -> None:
    assert read(text) is label


@pytest.mark.parametrize("name", [name for name in triage_sets.NAMES if name != "forty"])
@pytest.mark.parametrize(
    ("label", "least"), [(Label.DANGER, 0.97), (Label.SELF_HARM, 0.97), (Label.ABUSE, 0.95), (Label.ORDINARY, 0.97)]
)
def test_what_it_has_learned_it_does_not_forget(name: str, label: Label, least: float) -> None:
    right, texts = share(triage_sets.labelled(name), label, LEXICON)
    assert right / texts >= least


def test_no_text_stands_in_two_sets() -> None:
    texts = [text.casefold() for name in triage_sets.NAMES for _, text in triage_sets.labelled(name)]
    assert len(texts) == len(set(texts))


def test_the_table_in_the_docs_is_the_one_that_the_command_prints() -> None:
    sets = [str(triage_sets.path(name)) for name in triage_sets.NAMES]
    told = CliRunner().invoke(cli, ["triage", "--table", *sets])
    assert told.exit_code == 0
    assert told.output in DOC.read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "HE’S HITTING ME!!!",
        "hes hittin me",
        "he\u200b is hit\u00adting me",
        "hé is hîtting me",
        "ｈｅ ｉｓ ｈｉｔｔｉｎｇ ｍｅ",
        "he's hiiiitting me",
        "he is h1tting me",
        "hes got a kn1fe",
        "hes got a 🔪",
        "he stranlged me",
        "he wont let me leave",
        "he won’t let me leave",
    ],
)
def test_the_way_it_is_typed_does_not_hide_danger(text: str) -> None:
    assert read(text) is Label.DANGER


@pytest.mark.parametrize(
    "text",
    [
        "kms",
        "K M S",
        "k.m.s",
        "I want to k*ll myself",
        "I want to k#ll myself",
        "i wanna d1e",
        "𝗜 𝘄𝗮𝗻𝘁 𝘁𝗼 𝗱𝗶𝗲",
        "su1cidal again",
        "i wana dieeee",
    ],
)
def test_the_way_it_is_typed_does_not_hide_self_harm(text: str) -> None:
    assert read(text) is Label.SELF_HARM


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("he has never hit me", Label.ORDINARY),
        ("he's never hit me before tonight", Label.DANGER),
        ("he hasn't stopped hitting me", Label.DANGER),
        ("I'm not suicidal", Label.ORDINARY),
        ("I'm not suicidal but I don't want to be alive", Label.SELF_HARM),
        ("I can't stop thinking about killing myself", Label.SELF_HARM),
        ("I'm not afraid of him", Label.ORDINARY),
        ("I'm not just afraid of him, I'm afraid of what he'll do", Label.ABUSE),
    ],
)
def test_a_no_counts_only_for_what_it_denies(text: str, label: Label) -> None:
    assert read(text) is label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I could have killed him when he laughed, then he grabbed me by the throat", Label.DANGER),
        ("I died of embarrassment and now I want to die for real", Label.SELF_HARM),
        ("she'll kill me if I'm late for dinner", Label.ORDINARY),
        ("she says she'll kill me if I tell anyone", Label.DANGER),
        ("I want to end things with him", Label.ORDINARY),
        ("He says he'll kill himself if I leave", Label.ABUSE),
    ],
)
def test_a_figure_of_speech_hides_nothing_beside_it(text: str, label: Label) -> None:
    assert read(text) is label


def test_the_most_urgent_sign_wins() -> None:
    assert read("He reads my messages. I want to die. He just hit me") is Label.DANGER
    assert read("He reads my messages. I want to die") is Label.SELF_HARM


def test_the_labels_are_those_of_the_families_that_show() -> None:
    labels = {family.name: family.label for file in triage_sets.files() for family in file.families}
    for _, text in triage_sets.labelled("check"):
        for words in (text, f"He reads my messages. {text} I want to die, he just hit me"):
            assert LEXICON.labels(words) == {labels[name] for name in LEXICON.signs(words)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ME PEGÓ!!!", Label.DANGER),
        ("me pego en la cara x contestarle", Label.DANGER),
        ("dice q me va a m4tar", Label.DANGER),
        ("tiene un 🔪", Label.DANGER),
        ("kiero morirmeeee", Label.SELF_HARM),
        ("q u i e r o morirme", Label.SELF_HARM),
        ("no me deja ver a mi flia", Label.ABUSE),
        ("le tengo miedo a mi noviaaa", Label.ABUSE),
        ("me muero d risa", Label.ORDINARY),
    ],
)
def test_the_way_spanish_is_typed_hides_nothing(text: str, label: Label) -> None:
    assert read(text) is label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("he told my sister que me va a matar", Label.DANGER),
        ("me muero de risa, then he grabbed me by the throat", Label.DANGER),
        ("I could have killed him, y entonces me agarró del cuello", Label.DANGER),
        ("we were at dinner y su mamá se burló de mí", Label.ORDINARY),
        ("no", Label.ORDINARY),
        ("ha", Label.ORDINARY),
    ],
)
def test_what_is_ordinary_in_one_language_hides_nothing_in_the_other(text: str, label: Label) -> None:
    assert read(text) is label


def test_the_letters_of_western_europe_are_read_as_all_others_are() -> None:
    for code in range(0x80, 0x100):
        typed = f"he{chr(code)}hit me"
        assert read(typed) is read(f"{typed} \u4e00"), hex(code)


def test_a_sign_in_a_long_story_is_found() -> None:
    story = "We had dinner at his mother's and nobody spoke to me. " * 30
    assert read(story) is Label.ORDINARY
    assert read(f"{story}On the way home he hit me. {story}") is Label.DANGER


@given(st.text(max_size=400))
@example("'" * 50)
@example("\ud800 he hit me")
@example("")
def test_no_text_makes_it_raise(text: str) -> None:
    assert read(text) in Label


@given(st.lists(st.sampled_from(OWN_WORDS)))
@settings(max_examples=200)
def test_no_row_of_its_own_words_makes_it_raise(words: list[str]) -> None:
    assert read(" ".join(words)) in Label


@pytest.mark.parametrize(
    "part",
    [
        "he hit me ",
        "lol ",
        "a",
        "ab",
        "never ",
        "k m s ",
        "a.b",
        "!?",
        "k1ll@",
        "i want to die ",
        "ﷺ",
        "'s",
        "he never hit me ",
        "él me pegó ",
        "me muero de risa no me deja ",
    ],
)
def test_four_thousand_hostile_characters_are_read_soon(part: str) -> None:
    text = (part * 4000)[:4000]
    started = process_time()
    read(text)
    assert process_time() - started < 0.1
