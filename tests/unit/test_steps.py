"""What is kept as bytes until it is met: what was met before changes nothing, and a copy begins anew."""

import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot import app
from bot.content import Content
from bot.flows.steps import Steps


def copied(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.fixture(scope="module")
def content() -> Content:
    return app.load_content()


def test_reading_a_text_makes_little_of_what_texts_are_held_against(content: Content) -> None:
    lexicon = copied(content.lexicon)
    assert lexicon.signs("he said he will kill me tonight")
    for tongue in lexicon._tongues:
        matcher = tongue._matcher
        assert len(matcher._entries) < 20
        assert len(matcher._clues) < 100


@pytest.mark.parametrize("text", ["he will kill me", "me va a matar", "hello", ""])
def test_what_was_read_before_changes_nothing(content: Content, text: str) -> None:
    fresh = copied(content.lexicon)
    assert fresh.signs(text) == fresh.signs(text) == content.lexicon.signs(text)
    assert len(pickle.dumps(fresh)) == len(pickle.dumps(copied(content.lexicon)))


@pytest.mark.parametrize("spoken", [lambda content: content, lambda content: content.spoken("es")], ids=["en", "es"])
def test_steps_are_what_was_written_and_each_is_made_once(
    content: Content, spoken: Callable[[Content], Content]
) -> None:
    steps = spoken(content).steps
    written: Mapping[str, object] = {
        f"{name}.{step}": doc for name, flow in spoken(content).flows.items() for step, doc in flow.steps.items()
    }
    assert dict(steps) == written
    assert all(steps[name] is steps[name] for name in steps)
    assert "cool_down.no_such_step" not in steps
    assert steps.get("cool_down.no_such_step") is None


def test_a_copy_of_steps_begins_with_nothing_made(content: Content) -> None:
    assert isinstance(content.steps, Steps)
    steps = copied(content.steps)
    assert steps == content.steps
    assert steps._met
    assert not copied(steps)._met
