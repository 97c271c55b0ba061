"""What a screen and a form look like on Slack: within its limits whatever the words, and never markup."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.model import Choice, Field, Form, Menu, Option, Screen
from handlers.slack import position, render
from tests.platforms import slack_rules
from tests.platforms.slack_kit import NOTE, SCREEN
from tests.platforms.words import ENGLISH

# Labels and screens from content are never blank; the words may be anything a person can type.
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200).filter(str.strip)
ids = st.from_regex(r"[a-z_]{1,40}", fullmatch=True)
steps = st.from_regex(r"[a-z_]{1,40}\.[a-z_]{1,40}", fullmatch=True)
choices = st.builds(lambda most, label: tuple(Choice(f"c{n}", label) for n in range(most)), st.integers(0, 60), words)
options = st.builds(lambda most, label: tuple(Option(f"o{n}", label) for n in range(most)), st.integers(1, 250), words)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=1_800),
    st.lists(words, max_size=60).map("\n\n".join),
    st.integers(1, 20_000).map("x".__mul__),
)
screens = st.builds(
    Screen,
    step=steps,
    visit=st.integers(0, 10**9),
    text=texts,
    glance=words,
    safety=st.builds(Choice, id=st.just("safety"), label=words),
    choices=choices,
    menu=st.none() | st.builds(Menu, label=words, options=options),
)
fields = st.builds(
    Field,
    id=ids,
    label=words,
    kind=st.sampled_from(["paragraph", "line", "pick", "when"]),
    longest=st.integers(1, 20_000),
    optional=st.booleans(),
    hint=st.just("") | words,
    options=options,
)
forms = st.builds(Form, title=words, submit=words, fields=st.lists(fields, min_size=1, max_size=8).map(tuple))


def sent(screen: Screen) -> tuple[str, list[dict[str, Any]]]:
    message = render.message(screen, ENGLISH)
    return message.text, list(message.blocks)


def texts_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


@given(screens)
def test_slack_takes_any_screen(screen: Screen) -> None:
    text, blocks = sent(screen)
    assert slack_rules.faults_of_message(text, blocks) == []


@given(screens)
def test_words_on_a_screen_are_plain_text_and_none_of_them_is_lost(screen: Screen) -> None:
    _, blocks = sent(screen)
    assert all((text["type"], text["emoji"]) == ("plain_text", False) for text in texts_in(blocks))
    shown = "".join(block["text"]["text"] for block in blocks if block["type"] == "section")
    assert "".join(shown.split()) == "".join(screen.text.split())


@given(screens)
def test_safety_is_the_last_button_of_any_screen(screen: Screen) -> None:
    _, blocks = sent(screen)
    last = position.of_action(blocks[-1]["elements"][-1])
    assert last == position.Position(screen.step, screen.visit, "safety")


@given(screens)
def test_every_button_and_option_leads_back_to_where_it_was_shown(screen: Screen) -> None:
    _, blocks = sent(screen)
    found = []
    for element in (element for block in blocks for element in block.get("elements", ())):
        for group in element.get("option_groups") or [element]:
            chosen = group.get("options") or [None]
            found += [position.of_action({**element, "selected_option": option}) for option in chosen]
    offered: list[Option | Choice] = [*(screen.menu.options if screen.menu else ()), *screen.choices, screen.safety]
    assert found == [position.Position(screen.step, screen.visit, choice.id) for choice in offered]


@given(forms, st.builds(lambda step, visit, choice: (step, visit, choice), steps, st.integers(0, 10**9), ids))
def test_slack_takes_any_form(form: Form, place: tuple[str, int, str]) -> None:
    view = render.view(form, '{"step": "a.b"}')
    assert slack_rules.faults_of_view(view) == []
    assert all(text["type"] == "plain_text" for text in texts_in(view))


@given(st.text(max_size=200))
def test_an_action_of_somebody_else_is_nothing_to_us(action_id: str) -> None:
    assert position.of_action({"action_id": f"other:{action_id}"}) is None


def test_the_notification_is_the_glance_and_cannot_mention_anybody() -> None:
    text, _ = sent(Screen("a.b", 1, "x", "<!channel> & more", Choice("safety", "Safety")))
    assert text == "&lt;!channel&gt; &amp; more"


def test_a_time_that_is_picked_comes_without_the_hint_on_how_to_type_it() -> None:
    typed = Field("clock", "What time is it for you", "line", hint="9:40 pm")
    form = Form("Time", "Send", (typed, Field("when", "When", "when", hint="tomorrow 9:30")))
    blocks = render.view(form, "{}")["blocks"]
    assert [block.get("hint", {}).get("text") for block in blocks] == ["9:40 pm", None]


def test_a_screen_on_slack() -> None:
    short = Screen(SCREEN.step, 3, SCREEN.text, SCREEN.glance, SCREEN.safety, SCREEN.choices[:1])
    assert sent(short) == snapshot(
        (
            "A note for you. Open it when it suits you.",
            [
                {
                    "text": {
                        "emoji": False,
                        "text": """\
That sounds hard.

Nothing has to be decided tonight.\
""",
                        "type": "plain_text",
                    },
                    "type": "section",
                },
                {
                    "elements": [
                        {
                            "action_id": "pick:3:cool_down.hello:breathe",
                            "text": {"emoji": False, "text": "Breathe with me", "type": "plain_text"},
                            "type": "button",
                            "value": "en",
                        },
                        {
                            "action_id": "pick:3:cool_down.hello:safety",
                            "text": {"emoji": False, "text": "I don't feel safe", "type": "plain_text"},
                            "type": "button",
                            "value": "en",
                        },
                    ],
                    "type": "actions",
                },
            ],
        )
    )


def test_a_form_on_slack() -> None:
    assert render.view(NOTE, "{}") == snapshot(
        {
            "blocks": [
                {
                    "element": {
                        "action_id": "happened",
                        "max_length": 2000,
                        "multiline": True,
                        "type": "plain_text_input",
                    },
                    "label": {"emoji": False, "text": "What happened", "type": "plain_text"},
                    "optional": False,
                    "type": "input",
                },
                {
                    "element": {
                        "action_id": "feeling",
                        "options": [{"text": {"emoji": False, "text": "Hurt", "type": "plain_text"}, "value": "hurt"}],
                        "type": "static_select",
                    },
                    "label": {"emoji": False, "text": "The strongest feeling", "type": "plain_text"},
                    "optional": True,
                    "type": "input",
                },
                {
                    "element": {"action_id": "when", "type": "datetimepicker"},
                    "label": {"emoji": False, "text": "When to check in", "type": "plain_text"},
                    "optional": True,
                    "type": "input",
                },
            ],
            "callback_id": "form",
            "private_metadata": "{}",
            "submit": {"emoji": False, "text": "Keep it", "type": "plain_text"},
            "title": {"emoji": False, "text": "Write it down", "type": "plain_text"},
            "type": "modal",
        }
    )
