"""What is kept as bytes until it is met: what was met before changes nothing, and a copy begins anew."""

import pickle
from typing import Any

import pytest

from bot import app
from bot.content import Content
from bot.flows import load, translation
from bot.flows.load import Documents
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


def written(language: str) -> Documents:
    """The documents that content is made of."""
    texts = app.content_texts()
    documents = load.documents(texts)
    path = translation.languages(texts).get(language)
    return translation.spoken(documents, translation.read(texts[path], language)) if path else documents


@pytest.mark.parametrize("language", ["en", "es"])
def test_steps_are_what_was_written_and_each_is_made_once(content: Content, language: str) -> None:
    spoken, flows = copied(content).spoken(language), written(language).flows
    assert list(spoken.steps) == [f"{name}.{step}" for name, flow in flows.items() for step in flow.steps]
    for name, flow in flows.items():
        assert dict(spoken.flows[name].steps) == flow.steps
        for step, doc in flow.steps.items():
            assert spoken.steps[f"{name}.{step}"] == doc
            assert spoken.steps[f"{name}.{step}"] is spoken.flows[name].steps[step]


@pytest.mark.parametrize("name", ["cool_down.no_such_step", "no_such_flow.meet", "cool_down", "", ".", "a.b.c"])
def test_a_step_that_there_is_not_is_not_found(content: Content, name: str) -> None:
    steps = copied(content.steps)
    assert name not in steps
    assert steps.get(name) is None
    assert len(steps) == len(list(steps)) == len(content.steps)


def test_who_comes_to_one_flow_makes_the_steps_of_no_other(content: Content) -> None:
    steps = copied(content.steps)
    assert steps["cool_down.meet"].say
    assert {name.partition(".")[0] for name in steps._met} == {"cool_down"}


def test_a_copy_of_steps_begins_with_nothing_made(content: Content) -> None:
    assert isinstance(content.steps, Steps)
    steps = copied(content.steps)
    assert steps == content.steps
    assert steps._met
    assert not copied(steps)._met
