"""Screens and forms in Discord's terms: within its limits, and every word as it was written."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.errors import ProgramError
from bot.model import SAFETY, SCREEN_LONGEST_CHARS, Choice, Field, Form, Menu, Option, Screen
from handlers.discord import position, render
from handlers.discord.position import Position
from tests.platforms import discord_kit as kit
from tests.platforms.discord_rules import Live, message_faults, modal_faults, shown
from tests.platforms.words import ENGLISH

STARTS = ["# ", "-# ", "> ", ">>> ", "- ", "* ", "1. "]
MARKUP = [*STARTS, "**", "__", "~~", "||", "`", "```", "\\", "\n", "\r", "  ", "[a](", ")"]
LINKS = ["https://example.org", "http://x", "<https://x>", "@everyone", "<@123>", "<#1>", "</a:1>", "<:a:1>", "<t:1:f>"]
texts = st.one_of(
    st.text(max_size=SCREEN_LONGEST_CHARS),
    st.lists(st.sampled_from([*MARKUP, *LINKS, "a", "é"])).map(lambda bits: "".join(bits)[:SCREEN_LONGEST_CHARS]),
)
labels = st.one_of(st.text(min_size=1, max_size=20), st.text("ab ", min_size=40, max_size=160)).filter(str.strip)
ids = st.from_regex(r"[a-z][a-z_]{0,11}", fullmatch=True)


def options(fewest: int, most: int) -> st.SearchStrategy[tuple[Option, ...]]:
    made = st.builds(Option, ids, labels)
    return st.lists(made, min_size=fewest, max_size=most, unique_by=lambda option: option.id).map(tuple)


# How long an example takes says nothing on a machine that does other things too.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


fields = st.one_of(
    st.builds(
        Field,
        ids,
        labels,
        st.sampled_from(["paragraph", "line", "when"]),
        st.integers(1, 5_000),
        st.booleans(),
        st.one_of(st.just(""), labels),
    ),
    st.builds(
        Field,
        ids,
        labels,
        st.just("pick"),
        st.just(300),
        st.booleans(),
        labels,
        st.one_of(options(1, 10), options(11, 25)),
    ),
)
forms = st.builds(Form, labels, labels, st.lists(fields, min_size=1, max_size=5, unique_by=lambda f: f.id).map(tuple))


@st.composite
def screens(draw: st.DrawFn) -> Screen:
    menu = draw(st.one_of(st.none(), st.builds(Menu, labels, options(1, 100))))
    taken = 0 if menu is None else -(-len(menu.options) // 25)
    some = st.lists(st.builds(Choice, ids, labels, st.sampled_from([None, kit.NOTE])), max_size=(5 - taken) * 5 - 1)
    choices = draw(some.map(lambda found: {choice.id: choice for choice in found if choice.id != SAFETY}))
    step = f"{draw(ids)}.{draw(ids)}"
    safety = Choice(SAFETY, draw(labels))
    return Screen(step, draw(st.integers(0, 10**6)), draw(texts), kit.GLANCE, safety, tuple(choices.values()), menu)


@unhurried
@given(screens(), st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=25))
def test_any_screen_is_one_message_within_discords_limits(screen: Screen, key: str) -> None:
    rows = render.view(screen, key).to_components()
    assert list(message_faults({"content": render.content(screen, ENGLISH), "components": rows, "nonce": key})) == []
    items = [item for row in rows for item in row["components"]]
    assert {position.read(item["custom_id"]).step for item in items} == {screen.step}  # type: ignore[union-attr]
    assert (items[-1]["label"], position.mark(items[-1]["custom_id"])) == (render.clip(screen.safety.label, 80), key)


@unhurried
@given(texts)
def test_every_letter_is_shown_and_none_is_markup_mention_or_link(text: str) -> None:
    seen = shown(render.content(kit.screen(1, text or "x"), ENGLISH))
    assert seen in {text or "x", text.replace("```", "``ˋ")}


@unhurried
@given(forms)
def test_any_form_is_within_discords_limits(form: Form) -> None:
    modal = render.modal(form, Position("flow.step", 12, "note", form=True)).to_dict()
    assert list(modal_faults(modal)) == []


@pytest.mark.parametrize("markup", [*STARTS, "**", "__", "`a`", "\\", *LINKS, "x\n# y", "x\r- y", "  1. y", "[a](b)"])
def test_the_reader_of_these_tests_sees_markup_where_there_is_some(markup: str) -> None:
    with pytest.raises(Live):
        shown(f"{markup}text{markup.strip()}")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (
            "Your check-in, as you asked. Open it when it suits you.",
            "Your check-in, as you asked. Open it when it suits you.",
        ),
        ("# 1\n- 2\n-# 3\n> 4\n5. 6", "\\# 1\n\\- 2\n\\-# 3\n\\> 4\n5\\. 6"),
        ("*a* _b_ ~~c~~ ||d|| `e`", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\|\\|d\\|\\| \\`e\\`"),
        ("@everyone <@1> [a](https://b.c)", "\\@everyone \\<\\@1> \\[a](https\\://b.c)"),
        ("C:\\x and a-b at 9:30", "C:\\\\x and a-b at 9:30"),
    ],
)
def test_only_what_discord_would_read_is_escaped(text: str, content: str) -> None:
    assert render.escape(text) == content


def test_a_text_that_escaping_would_make_too_long_is_shown_whole_all_the_same() -> None:
    text = "*" * SCREEN_LONGEST_CHARS
    assert shown(render.content(kit.screen(1, text), ENGLISH)) == text


def test_a_position_is_read_as_it_was_written() -> None:
    for place in (Position("a.b", 3, "c", form=True), Position("a.b", 3, "c"), Position("a.b", 3)):
        assert position.read(position.write(place, "mark")) == place
    assert position.read("another bot's button") is None
    assert not position.mark("another bot's button")


@pytest.mark.parametrize(
    ("place", "mark"),
    [
        (Position("a" * 95, 1, "b"), ""),
        (Position("a|b", 1, "c"), ""),
        (Position("a.b", -1, "c"), ""),
        (Position("a.b", 1, "c"), "k|k"),
    ],
)
def test_a_position_that_no_custom_id_can_hold_is_a_bug(place: Position, mark: str) -> None:
    with pytest.raises(ProgramError):
        position.write(place, mark)


def test_more_than_discord_can_show_is_a_bug() -> None:
    many = tuple(Choice(f"c{number}", "Go") for number in range(25))
    field = Field("f", "F", "line")
    crowded = Field("f", "F", "pick", options=tuple(Option(f"o{n}", "O") for n in range(26)))
    for broken in (
        lambda: render.view(kit.screen(1, choices=many), "key"),
        lambda: render.content(kit.screen(1, "a" * 2_001), ENGLISH),
        lambda: render.modal(Form("T", "S", (field,) * 6), Position("a.b", 1, "c")),
        lambda: render.modal(Form("T", "S", ()), Position("a.b", 1, "c")),
        lambda: render.modal(Form("T", "S", (crowded,)), Position("a.b", 1, "c")),
    ):
        with pytest.raises(ProgramError):
            broken()


@pytest.mark.asyncio
async def test_nothing_that_was_shown_is_kept_in_memory() -> None:
    assert render.view(kit.screen(1), "key").is_finished()
    assert render.modal(kit.NOTE, Position("a.b", 1, "c")).is_finished()


def test_a_screen_looks_like_this() -> None:
    menu = Menu("Country", tuple(Option(f"c{number}", f"Country {number}") for number in range(3)))
    assert render.view(kit.screen(4, menu=menu), "key").to_components() == snapshot(
        [
            {
                "type": 1,
                "components": [
                    {
                        "type": 3,
                        "custom_id": "d1|test.step4|4|||0",
                        "placeholder": "Country",
                        "options": [
                            {"label": "Country 0", "value": "c0"},
                            {"label": "Country 1", "value": "c1"},
                            {"label": "Country 2", "value": "c2"},
                        ],
                    }
                ],
            },
            {
                "type": 1,
                "components": [
                    {
                        "type": 2,
                        "style": 2,
                        "label": "Breathe with me",
                        "custom_id": "d1|test.step4|4|breathe||",
                    },
                    {
                        "type": 2,
                        "style": 2,
                        "label": "Write it down",
                        "custom_id": "d1|test.step4|4|note|f|",
                    },
                ],
            },
            {
                "type": 1,
                "components": [
                    {
                        "type": 2,
                        "style": 2,
                        "label": "I need safety help",
                        "custom_id": "d1|test.step4|4|safety||key",
                    }
                ],
            },
        ]
    )


def test_a_form_looks_like_this() -> None:
    assert render.modal(kit.NOTE, Position("test.step4", 4, "note", form=True)).to_dict() == snapshot(
        {
            "custom_id": "d1|test.step4|4|note||",
            "title": "Write it down",
            "components": [
                {
                    "type": 18,
                    "label": "What happened",
                    "component": {
                        "type": 4,
                        "style": 2,
                        "label": None,
                        "custom_id": "happened",
                        "required": False,
                        "max_length": 2000,
                    },
                },
                {
                    "type": 18,
                    "label": "The strongest feeling",
                    "component": {
                        "type": 21,
                        "custom_id": "feeling",
                        "required": True,
                        "options": [
                            {"label": "Hurt", "value": "hurt", "default": False},
                            {"label": "Angry", "value": "angry", "default": False},
                            {"label": "Alone", "value": "alone", "default": False},
                        ],
                    },
                },
                {
                    "type": 18,
                    "label": "How hot is it",
                    "component": {
                        "type": 3,
                        "custom_id": "heat",
                        "min_values": 1,
                        "max_values": 1,
                        "disabled": False,
                        "required": True,
                        "options": [
                            {"label": "0 of 10", "value": "0", "default": False},
                            {"label": "1 of 10", "value": "1", "default": False},
                            {"label": "2 of 10", "value": "2", "default": False},
                            {"label": "3 of 10", "value": "3", "default": False},
                            {"label": "4 of 10", "value": "4", "default": False},
                            {"label": "5 of 10", "value": "5", "default": False},
                            {"label": "6 of 10", "value": "6", "default": False},
                            {"label": "7 of 10", "value": "7", "default": False},
                            {"label": "8 of 10", "value": "8", "default": False},
                            {"label": "9 of 10", "value": "9", "default": False},
                            {"label": "10 of 10", "value": "10", "default": False},
                        ],
                    },
                },
                {
                    "type": 18,
                    "label": "When shall we talk",
                    "component": {
                        "type": 4,
                        "style": 1,
                        "label": None,
                        "custom_id": "when",
                        "required": False,
                        "placeholder": "2026-11-23 09:30 or tomorrow 9:30",
                        "max_length": 300,
                    },
                },
            ],
        }
    )
