"""Crisis lines: only checked rows, never a number without its country."""

from datetime import date
from pathlib import Path

import pytest

from bot.app import CONTENT
from bot.care.lines import Lines
from bot.care.lines_file import load_lines
from bot.errors import ContentFault

TODAY = date(2026, 11, 22)
PATH = "care/lines.yaml"
GOOD = 'compared: "2026-11-22"\nlines:\n  - {country: US, kind: crisis, reach: "988", sources: [a, b]}\n'


@pytest.fixture(scope="module")
def lines() -> Lines:
    return load_lines(Path(CONTENT / PATH).read_text("utf-8"), PATH, TODAY)


def test_every_country_has_a_line_of_help(lines: Lines) -> None:
    assert len(lines.countries()) == 38
    for code, _ in lines.countries():
        assert lines.show(code, "crisis") or lines.show(code, "domestic")


def test_a_line_says_for_whom_and_where_it_is(lines: Lines) -> None:
    assert lines.show("GB", "domestic").splitlines() == [
        "For women: 0808 2000 247",
        "For men: 0808 801 0327 (hours vary)",
        "In Scotland: 0800 027 1234",
        "In Wales: 0808 80 10 800; text 07860 077333 (24/7)",
        "In Northern Ireland: 0808 802 1414 (24/7)",
    ]


def test_round_the_clock_is_said_only_where_the_row_says_it(lines: Lines) -> None:
    assert lines.show("US", "crisis") == "988 (call or text)"
    assert lines.show("NZ", "crisis") == "1737 (call or text) (24/7)"


def test_an_unknown_country_gets_no_number_of_another_one(lines: Lines) -> None:
    assert (lines.emergency("ZZ"), lines.show("ZZ", "crisis"), lines.emergency("CA")) == ("", "", "")


def test_a_row_with_one_source_is_held_and_not_shown(lines: Lines) -> None:
    assert (lines.show("TW", "crisis"), lines.show("TW", "domestic")) == ("", "113 (24/7)")
    one = GOOD.replace("[a, b]", "[a]")
    with pytest.raises(ContentFault, match="C004"):
        load_lines(one, PATH, TODAY)
    assert load_lines(one.replace("[a]", '[a], held: "yes"'), PATH, TODAY).countries() == ()


def test_what_is_not_to_be_shown_is_not_there(lines: Lines) -> None:
    crisis = {code: lines.show(code, "crisis") for code, _ in lines.countries()}
    domestic = {code: lines.show(code, "domestic") for code, _ in lines.countries()}
    assert "142" not in domestic["CH"]
    assert "135" not in crisis["AR"]
    assert crisis["CO"] == ""
    assert "TR" not in crisis
    assert crisis["PK"] == ""
    assert crisis["MY"] == "15555 (8-24)"
    assert "116 016" not in domestic["SE"]
    assert domestic["DK"] == ""
    everything = "\n".join([*crisis.values(), *domestic.values()])
    assert [word for word in ("LOVEIS", "KIRAN", "Umang", "Befrienders") if word in everything] == []


def test_countries_are_listed_by_name(lines: Lines) -> None:
    names = [name for _, name in lines.countries()]
    assert names == sorted(names)
    assert ("GB", "United Kingdom") in lines.countries()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("C001", "compared: x\n"),
        ("C001", GOOD.replace("2026-11-22", "yesterday")),
        ("C001", GOOD.replace("reach", "number")),
        ("C002", GOOD.replace("crisis", "pizza")),
        ("C003", GOOD.replace("US", "XQ")),
        ("C003", GOOD.replace("US", "USA")),
        ("C004", GOOD.replace("[a, b]", "[a, a]")),
        ("C005", GOOD.replace("2026-11-22", "2025-11-20")),
        ("C005", GOOD.replace("2026-11-22", "2026-11-23")),
        ("C006", GOOD + GOOD.splitlines()[2] + "\n"),
        ("E002", GOOD + "lines: []\n"),
    ],
)
def test_each_fault_is_named_with_its_line(code: str, text: str) -> None:
    with pytest.raises(ContentFault) as caught:
        load_lines(text, PATH, TODAY)
    assert [fault for fault in caught.value.faults if f": {code} " in fault and fault.startswith(f"{PATH}:")]


def test_rows_stay_good_for_twelve_months() -> None:
    assert load_lines(GOOD, PATH, date(2027, 11, 22)).show("US", "crisis") == "988"
