"""A lexicon file that says what is wrong with it, line by line."""

from inspect import cleandoc

import pytest

from bot.care.lexicon_file import load_lexicon
from bot.care.triage import Label, triage
from bot.errors import ContentFault

GOOD = cleandoc("""
    words:
      they: he she
    spelling:
      knife: nife
    typos: knife
    families:
      idiom:
        label: ordinary
        patterns: [he could kill]
        matches: [he could kill, he could kill me]
      weapon:
        label: danger
        patterns:
          - <they> has a ..1 knife
        matches:
          - he has a knife
          - she has a big nife
        not:
          - I have a knife
""")


def faults_of(text: str) -> list[str]:
    with pytest.raises(ContentFault) as caught:
        load_lexicon({"a.yaml": text})
    return list(caught.value.faults)


def test_a_good_lexicon_reads_its_examples() -> None:
    lexicon = load_lexicon({"a.yaml": GOOD})
    assert triage(lexicon, "he has a nife") is Label.DANGER
    assert triage(lexicon, "he could kill, he has a knife") is Label.DANGER


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("words:", "words: [", "a.yaml:"),
        ("they: he she", "they: [he]", "a.yaml:2: L001"),
        ("patterns: [he could kill]", "patterns: he could kill", "a.yaml:9: L001"),
        ("not:", "claims: maybe\n    not:", "a.yaml:18: L001"),
        ("typos: knife", "typoes: knife", "a.yaml:5: L002"),
        ("not:", "nots:", "a.yaml:18: L002"),
        ("label: danger", "label: alarm", "a.yaml:12: L003"),
        ("<they> has a ..1 knife", "<them> has a ..1 knife", "a.yaml:14: L004"),
        ("..1 knife", "..9 knife", "a.yaml:14: L004"),
        ("..1 knife", "knife ..1", "a.yaml:14: L004"),
        ("..1 knife", "Knife's", "a.yaml:14: L004"),
        ("..1 knife", "(big|small) ..1 knife?", "a.yaml:14: L004"),
        ("..1 knife", "..1 knife|nife", "a.yaml:14: L005"),
        ("they: he she", "they: he she nife", "a.yaml:2: L005"),
        ("      - she has a big nife\n", "", "a.yaml:15: L006"),
        ("knife: nife", "knife: nife\n  life: nife", "a.yaml:5: L007"),
        ("typos: knife", "typos: gun", "a.yaml:5: L007"),
        ("she has a big nife", "she has a very big nife", "a.yaml:17: L008"),
        ("he could kill me]", "he could kill and he has a knife]", "a.yaml:10: L009"),
        ("I have a knife", "he has a knife too", "a.yaml:19: L010"),
        ("they: he she", "they: he she\n  them: him her", "a.yaml:3: L011"),
    ],
)
def test_each_fault_is_named_with_its_line(old: str, new: str, expected: str) -> None:
    assert GOOD.count(old) == 1
    assert [fault for fault in faults_of(GOOD.replace(old, new)) if fault.startswith(expected)]


def test_a_family_of_another_file_keeps_its_name_to_itself() -> None:
    with pytest.raises(ContentFault) as caught:
        load_lexicon({"a.yaml": GOOD, "b.yaml": GOOD})
    assert caught.value.faults == (
        "b.yaml:7: L012 a family of this name stands in a.yaml",
        "b.yaml:11: L012 a family of this name stands in a.yaml",
    )


def test_all_faults_are_named_at_once() -> None:
    text = GOOD.replace("label: danger", "label: alarm").replace("typos:", "typoes:")
    assert {fault.split()[1] for fault in faults_of(text)} == {"L002", "L003"}
