"""The `debrief` command, as somebody at a terminal sees it."""

from pathlib import Path

from typer.testing import CliRunner

from bot.commands import cli

TERMINAL = CliRunner()


def test_triage_prints_a_label_and_the_text_for_each_line(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.write_bytes("he’s got a knife\r\n\nI could have killed him\n".encode())
    told = TERMINAL.invoke(cli, ["triage", str(texts)])
    assert told.output == "danger\the’s got a knife\nordinary\t\nordinary\tI could have killed him\n"


def test_triage_reads_standard_input_and_bytes_that_are_no_text() -> None:
    told = TERMINAL.invoke(cli, ["triage", "-"], input=b"he laughed\xff along\n")
    assert told.exit_code == 0
    assert told.output.startswith("ordinary\the laughed")


def test_triage_reads_several_files_one_after_the_other(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one", "two")]
    for file, text in zip(files, ("he hit me", "él me pegó"), strict=True):
        file.write_text(f"{text}\n", "utf-8")
    told = TERMINAL.invoke(cli, ["triage", *map(str, files)])
    assert told.output == "danger\the hit me\ndanger\tél me pegó\n"


def test_triage_prints_how_well_it_reads_texts_whose_label_is_known(tmp_path: Path) -> None:
    texts = tmp_path / "mine.tsv"
    texts.write_text("danger\the hit me\ndanger\the laughed\nordinary\the laughed\nordinary\tme pegó\n", "utf-8")
    told = TERMINAL.invoke(cli, ["triage", "--table", str(texts)])
    assert told.output.splitlines()[2:] == ["| mine | 1/2 | 0/0 | 0/0 | 1/2 |"]


def test_triage_names_each_line_without_a_known_label(tmp_path: Path) -> None:
    texts = tmp_path / "mine.tsv"
    texts.write_text("danger\the hit me\nhe laughed\nalarm\the laughed\n\nordinary\t \n", "utf-8")
    told = TERMINAL.invoke(cli, ["triage", "--table", str(texts)])
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        f"{texts}:2: a line is a label, a tab and a text",
        f"{texts}:3: 'alarm' is not one of: danger, self_harm, abuse, ordinary",
        f"{texts}:4: a line is a label, a tab and a text",
        f"{texts}:5: a line is a label, a tab and a text",
    ]


def test_check_says_that_the_content_is_sound() -> None:
    told = TERMINAL.invoke(cli, ["check"])
    assert (told.exit_code, told.output.startswith("content is sound: ")) == (0, True)


def test_a_flow_that_is_not_there_is_answered_with_those_that_are() -> None:
    told = TERMINAL.invoke(cli, ["graph", "nowhere"])
    assert told.exit_code == 1
    assert "care, check_in, come_back, cool_down" in told.output


def test_doctor_makes_a_key_that_can_be_used() -> None:
    told = TERMINAL.invoke(cli, ["doctor", "--new-key"])
    assert len(told.output.strip()) == 44
