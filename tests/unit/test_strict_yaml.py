from inspect import cleandoc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.strict_yaml import read


def faults_of(text: str) -> list[str]:
    return [str(fault) for fault in read(text, "a.yaml").faults]


def test_every_scalar_stays_a_string() -> None:
    text = "yes: no\nn: 012\nempty:\nwhen: 2026-11-22\nlist: [1, ~, 'q']\n'<<': x\n"
    assert read(text, "a.yaml").value == {
        "yes": "no",
        "n": "012",
        "empty": "",
        "when": "2026-11-22",
        "list": ["1", "~", "q"],
        "<<": "x",
    }
    assert not faults_of(text)


def test_a_nested_path_knows_its_line() -> None:
    marks = read("# a comment\na:\n  b:\n    - one\n    - two: {deep: x}\n  c: |\n    text\n", "a.yaml").marks
    assert [marks.line("a"), marks.line("a", "b"), marks.line("a", "b", 0), marks.line("a", "b", 1)] == [
        2,
        3,
        4,
        5,
    ]
    assert [marks.line("a", "b", 1, "two", "deep"), marks.line("a", "c")] == [5, 6]


def test_an_unknown_path_has_the_line_of_its_nearest_parent() -> None:
    marks = read("a:\n  b: x\n", "a.yaml").marks
    assert marks.line("a", "b", "missing", 3) == 2
    assert marks.line("a", "missing") == 1
    assert marks.line("missing") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1\nb: 2\n", "a.yaml:2: E001"),
        ("a: 1\n\tb: 2\n", "a.yaml:2: E001"),
        ("a: \x00\n", "a.yaml:1: E001"),
        ('a: "\\UFFFFFFFF"\n', "a.yaml:1: E001"),
        ("a: \ud800\n", "a.yaml:1: E001"),
        ("? [a]\n: b\n", "a.yaml:1: E001 a key must be plain text"),
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: E002 the key 'a' stands twice; first on line 1"),
        ("a: &x 1\n", "a.yaml:1: E003 an anchor (&x)"),
        ("a: !!int 1\n", "a.yaml:1: E003 a tag"),
        ("a: ! 1\n", "a.yaml:1: E003 a tag"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2: E004 more than one document"),
        ("", "a.yaml:1: E004 the file is empty"),
        ("# only a comment\n", "a.yaml:1: E004 the file is empty"),
    ],
)
def test_a_fault_names_file_line_and_code(text: str, expected: str) -> None:
    [fault] = faults_of(text)
    assert fault.startswith(expected)


def test_all_faults_are_gathered_and_the_first_value_of_a_doubled_key_is_kept() -> None:
    text = cleandoc("""
        a: &x {k: first}
        b: *x
        a: {k: second}
        c: !t 1
    """)
    reading = read(text, "a.yaml")
    assert [(fault.line, fault.code) for fault in reading.faults] == [
        (1, "E003"),
        (2, "E003"),
        (3, "E002"),
        (4, "E003"),
    ]
    assert reading.value == {"a": {"k": "first"}, "b": "", "c": "1"}


def test_a_second_document_does_not_replace_the_first() -> None:
    assert read("a: 1\n---\nb: 2\n", "a.yaml").value == {"a": "1"}


def test_aliases_do_not_multiply() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert len(read("\n".join(lines), "a.yaml").value["a59"]) == 2


def test_depth_is_no_trouble() -> None:
    read("[" * 5000 + "]" * 5000, "a.yaml")


@given(st.text(alphabet=st.sampled_from("ab:-?[]{}&*!|>'\"#%@`\n \t,0~\x00\ud800é"), max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    reading = read(text, "a.yaml")
    assert reading.value is not None or reading.faults
