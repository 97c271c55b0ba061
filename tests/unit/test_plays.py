"""Every play is a test of its own; together they walk every step and pick every choice."""

from pathlib import Path

import pytest

from bot.plays import Play, read_plays
from bot.rehearsal import rehearse, rehearse_all, unwalked
from tests.kit import content

PLAYS = Path(__file__).parent.parent / "plays"
TEXTS = {path.name: path.read_text("utf-8") for path in sorted(PLAYS.glob("*.yaml"))}
READ = {name: read_plays(text, name) for name, text in TEXTS.items()}


LANGUAGES = ("en", *content().translations)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "play",
    [
        pytest.param(play, id=f"{name.removesuffix('.yaml')}: {play.doc.play}")
        for name, (plays, _) in READ.items()
        for play in plays
    ],
)
def test_the_conversation_goes_as_the_play_says(play: Play, language: str) -> None:
    assert not [str(fault) for fault in rehearse(content(), play, set(), language)]


def test_every_play_can_be_read() -> None:
    assert not [str(fault) for _, faults in READ.values() for fault in faults]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_walked_and_every_choice_is_picked(language: str) -> None:
    walked: set[str] = set()
    for plays, _ in READ.values():
        for play in plays:
            rehearse(content(), play, walked, language)
    assert not [str(fault) for fault in unwalked(content(), walked)]


def test_no_two_plays_share_a_name() -> None:
    names = [play.doc.play for plays, _ in READ.values() for play in plays]
    assert len(names) == len(set(names))


def test_without_a_play_its_steps_are_named() -> None:
    texts = {name: text for name, text in TEXTS.items() if name != "settings.yaml"}
    faults = rehearse_all(content(), texts).faults
    assert "flows/settings.yaml:1: P003 no play walks settings.quiet_set" in faults
    assert "flows/settings.yaml:1: P004 no play picks settings.start:planned" in faults
