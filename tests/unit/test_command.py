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


def test_check_says_that_the_content_is_sound() -> None:
    told = TERMINAL.invoke(cli, ["check"])
    assert (told.exit_code, told.output.startswith("content is sound: ")) == (0, True)


def test_a_flow_that_is_not_there_is_answered_with_those_that_are() -> None:
    told = TERMINAL.invoke(cli, ["graph", "nowhere"])
    assert told.exit_code == 1
    assert "care, check_in, cool_down" in told.output


def test_doctor_makes_a_key_that_can_be_used() -> None:
    told = TERMINAL.invoke(cli, ["doctor", "--new-key"])
    assert len(told.output.strip()) == 44
