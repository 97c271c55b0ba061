"""What the silent partner wrote becomes a sentence that can be said, whatever they wrote."""

from datetime import UTC, datetime

import pytest

from bot.skills import SKILLS
from bot.skills.base import Answer, Ask
from tests.kit import content

NOW = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)


def ask(skill: str, args: dict[str, str] | None = None, **slots: str) -> Answer:
    return SKILLS[skill].run(Ask(content(), slots, args or {}, NOW))


SAID = "I said nothing, and that left you alone."


@pytest.mark.parametrize(
    ("saw", "sentence"),
    [
        ("", "I said nothing when it counted, and that left you alone."),
        (" ... ", "I said nothing when it counted, and that left you alone."),
        ("When", "I said nothing when it counted, and that left you alone."),
        ("ok", "I said nothing when it counted, and that left you alone."),
        ("When my dad joked about your job.", f"I was there when my dad joked about your job, {SAID}"),
        ("while they all laughed at you!", f"I was there while they all laughed at you, {SAID}"),
        ("How my dad laughed at you", f"I saw how my dad laughed at you, {SAID}"),
        ("the way my dad looked at you", f"I saw the way my dad looked at you, {SAID}"),
        ("i saw my dad laugh at you", f"I saw my dad laugh at you, {SAID}"),
        ("my dad laughed at you", f"I was there: “my dad laughed at you”. {SAID}"),
        ("“when my dad laughed at you”", f"I was there when my dad laughed at you, {SAID}"),
        ("when my dad laughed. It was bad", f"I was there: “when my dad laughed. It was bad”. {SAID}"),
        ("when my dad laughed\nand left", f"I was there: “when my dad laughed and left”. {SAID}"),
        (
            "when my dad laughed at you and i said nothing",
            "I was there when my dad laughed at you and I said nothing. That left you alone.",
        ),
        ("I saw it and I laughed", "I saw it and I laughed. That left you alone."),
        ("when {did} %s {0}", f"I was there when {{did}} %s {{0}}, {SAID}"),
    ],
)
def test_whatever_they_write_is_a_sentence(saw: str, sentence: str) -> None:
    assert ask("own_up", own_saw=saw).values["sentence"] == sentence


def test_what_they_did_and_how_it_left_them_are_in_the_sentence() -> None:
    answer = ask("own_up", own_saw="when my dad joked", own_did="laughed", own_left="small")
    assert (
        answer.values["sentence"] == "I was there when my dad joked, I laughed along, and that left you feeling small."
    )


@pytest.mark.parametrize(("saw", "outcome"), [("when he laughed, but so did you", "but"), ("when Butler came", "ok")])
def test_a_but_is_heard_as_a_word_of_its_own(saw: str, outcome: str) -> None:
    assert ask("own_up", own_saw=saw).outcome == outcome


def test_a_long_story_is_cut_between_words_and_stays_a_sentence() -> None:
    sentence = ask("own_up", own_saw="when " + "they laughed " * 60).values["sentence"]
    assert len(sentence) < 260
    assert "…, I said nothing, and that left you alone." in sentence


def test_own_words_about_a_repair_are_kept_for_the_person_and_stay_out_of_the_text() -> None:
    values = ask("own_words", own_repair="Apologise to her mum").values
    assert "Apologise" not in values["message"]
    assert values["mine"] == "What you'll do: Apologise to her mum."


def test_without_any_answer_there_are_still_words_to_copy() -> None:
    values = ask("own_words").values
    assert values["message"].endswith("I'm sorry. I'd like to hear how it was for you.")
    assert values["mine"] == ""


@pytest.mark.parametrize("repair", [option.id for option in content().lists["partner_repairs"]])
def test_every_repair_has_words_or_is_the_saying_itself(repair: str) -> None:
    said = {option.id: option.label for option in content().lists["partner_repair_words"]}
    assert (repair == "today") != (said.get(repair, "") != "")


@pytest.mark.parametrize(
    ("answer", "phrase"),
    [
        ("listened", "It helped me that you listened."),
        ("a walk!", "This helped me: “a walk”."),
        ("own", "This helped me: “own”."),
        ("{own}", "This helped me: “{own}”."),
    ],
)
def test_a_picked_answer_becomes_its_words_and_own_words_are_quoted(answer: str, phrase: str) -> None:
    args = {"slot": "helped", "words": "follow_helped_words"}
    assert ask("phrase", args, helped=answer).values["phrase"] == phrase


def test_no_answer_has_words_of_its_own() -> None:
    args = {"slot": "missed", "words": "follow_parts_words"}
    assert ask("phrase", args).values["phrase"] == "I'd like to come back to one thing."


# Safe to show when a partner may be feared: a neutral line, a way to rest, or what keeps people safe.
SHOWN_TO_ALL = {
    *("partner.knock", "partner.rest", "partner.stopped", "partner.harm_first"),
    *("follow_up.knock", "follow_up.people"),
}


@pytest.mark.parametrize("flow", ["partner", "follow_up", "repair"])
def test_after_a_sign_of_fear_no_work_with_the_partner_is_shown(flow: str) -> None:
    steps = {f"{flow}.{name}": step for name, step in content().flows[flow].steps.items() if step.say}
    open_to_all = {name for name, step in steps.items() if not step.withhold}
    assert open_to_all == {name for name in SHOWN_TO_ALL if name.startswith(f"{flow}.")}


@pytest.mark.parametrize(
    ("saw", "outcome", "begins"),
    [
        (
            "cuando tu hermano se burló de ti",
            "ok",
            "Yo estaba ahí cuando tu hermano se burló de ti, no dije nada, y eso",
        ),
        ("cómo te miraba mi madre", "ok", "Vi cómo te miraba mi madre, no dije nada, y eso"),
        ("vi que te quedabas en silencio", "ok", "Vi que te quedabas en silencio, no dije nada, y eso"),
        (
            "tu madre te llamó vaga y yo no dije nada",
            "ok",
            "Yo estaba ahí: “tu madre te llamó vaga y yo no dije nada”. Eso",
        ),
        ("me reí cuando lo dijo, pero era broma", "but", "Yo estaba ahí: “me reí cuando lo dijo, pero era broma”. Eso"),
        ("how my mother looked at you", "ok", "Vi how my mother looked at you"),
    ],
)
def test_in_spanish_their_own_words_are_read_as_spanish(saw: str, outcome: str, begins: str) -> None:
    answer = SKILLS["own_up"].run(Ask(content().spoken("es"), {"own_saw": saw}, {}, NOW))
    assert answer.outcome == outcome
    assert answer.values["sentence"].startswith(begins)


@pytest.mark.parametrize(
    ("condition", "then", "said"),
    [
        ("Si se ríen de mí.", "Entonces salgo un momento", ("se ríen de mí", "salgo un momento")),
        ("cuando mi suegra empiece", "yo respiro", ("mi suegra empiece", "respiro")),
        ("if they laugh", "I'll leave the room", ("they laugh", "leave the room")),
    ],
)
def test_in_spanish_an_if_then_plan_says_neither_half_twice(condition: str, then: str, said: tuple[str, str]) -> None:
    slots = {"plan_if": condition, "plan_then": then}
    values = SKILLS["if_then"].run(Ask(content().spoken("es"), slots, {}, NOW)).values
    assert (values["if"], values["then"]) == said
