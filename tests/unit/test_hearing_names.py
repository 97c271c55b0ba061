"""What is understood of people's own words in each language: countries, and words that begin a flow."""

import re

import pytest
from babel import Locale
from msgspec.structs import replace

from bot.engine import advance
from bot.flows.hearing import HearingDoc, fold, without_front
from bot.model import Conversation, MessageReceived
from tests.kit import SOMEBODY, content
from tests.unit.heard import ENGLISH, FRIDAY, SPANISH, country_of, in_spanish


@pytest.mark.parametrize(
    ("words", "country"),
    [
        ("Estoy en México.", "MX"),
        ("mexico", "MX"),
        ("soy de la Argentina", "AR"),
        ("en los Estados Unidos", "US"),
        ("EE. UU.", "US"),
        ("EEUU", "US"),
        ("Inglaterra", "GB"),
        ("vivo en España", "ES"),
        ("Germany", "DE"),
        ("I’m in the UK", "GB"),
        ("El Salvador", ""),
        ("no quiero", ""),
        ("en", ""),
        ("", ""),
    ],
)
def test_a_country_is_known_by_its_name_in_the_persons_language_or_in_english(words: str, country: str) -> None:
    assert country_of(words, in_spanish()) == country


@pytest.mark.parametrize(("language", "hearing"), [("en", ENGLISH), ("es", SPANISH)])
def test_every_country_with_a_line_is_known_by_its_name_in_each_language(language: str, hearing: HearingDoc) -> None:
    names, known = Locale(language).territories, hearing.places.countries
    codes = {code for code, _ in content().lines.countries()}
    called = {code: re.sub(r"RAE de | SAR China| \(China\)", "", names[code]) for code in codes}
    assert {code: known.get(fold(name)) for code, name in called.items()} == {code: code for code in codes}
    assert set(known.values()) == codes


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("AYUDA", "help.start"),
        ("¿Qué es esto?", "help.start"),
        ("¡Socorro!", "care.start"),
        ("no me siento segura", "care.start"),
        ("016", "care.start"),
        ("Olvidame", "settings.forget"),
        ("para", "settings.stopped"),
        ("stop", "settings.stopped"),
        ("help", "help.start"),
        ("safety", "care.start"),
    ],
)
def test_a_word_begins_its_flow_in_the_persons_language_and_in_english(words: str, step: str) -> None:
    book = replace(content(), translations={"es": in_spanish()})
    event = MessageReceived(delivery_id="1", person=SOMEBODY, at=FRIDAY, locale="es-MX", text=words)
    screen = advance(book, Conversation(), event).screen
    assert screen is not None
    assert screen.step == step


@pytest.mark.parametrize(
    ("word", "step"),
    [
        ("socorro", "care.start"),
        ("no estoy a salvo", "care.start"),
        ("parar", "settings.stopped"),
        ("olvídame", "settings.forget"),
        ("idioma", "settings.language"),
        ("ayuda", "help.start"),
        ("expectativas", "cool_down.meet"),
    ],
)
def test_help_and_stop_are_understood_in_every_language_and_other_words_only_in_their_own(word: str, step: str) -> None:
    event = MessageReceived(delivery_id="1", person=SOMEBODY, at=FRIDAY, locale="en-GB", text=word)
    screen = advance(content(), Conversation(), event).screen
    assert screen is not None
    assert screen.step == step


def test_what_stands_in_front_is_taken_off_whatever_its_accents_and_marks() -> None:
    assert without_front("Me sentí, muy sola", SPANISH.own_words.felt) == "muy sola"
    assert without_front("ME SENTI sola", SPANISH.own_words.felt) == "sola"
    assert without_front("I’m Tired", ENGLISH.own_words.felt) == "Tired"
    assert without_front("tired", ENGLISH.own_words.felt) is None
    assert without_front("Después de que se rió", SPANISH.own_words.clauses) == "se rió"
    assert without_front("whenever", ENGLISH.own_words.clauses) is None
    assert without_front("", ENGLISH.own_words.felt) is None
