"""What is understood of people's own words in each language: times and clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flows.hearing import HearingDoc, fold
from bot.model import Option
from bot.skills.when import EVENING, MORNING, Resolved, clock_times, understand
from bot.skills.zones import candidates
from tests.kit import content
from tests.unit.heard import BOTH, ENGLISH, FRIDAY, SPANISH, country_of, in_spanish

MADRID = ZoneInfo("Europe/Madrid")
NIGHT = datetime(2026, 11, 20, 23, 30, 30, tzinfo=UTC)


def shown(found: Resolved | None) -> str:
    return found.at.astimezone(MADRID).strftime("%a %d %H:%M") if found else "nothing"


SAID = [
    ("mañana", "Sat 21 10:00"),
    ("Mañana.", "Sat 21 10:00"),
    ("mañana por la mañana", "Sat 21 10:00"),
    ("mañana en la mañana", "Sat 21 10:00"),
    ("mañana temprano", "Sat 21 08:00"),
    ("mañana a las 9", "Sat 21 09:00"),
    ("mañana a las nueve", "Sat 21 09:00"),
    ("mañana a las 9 y media de la noche", "Sat 21 21:30"),
    ("mañana a las nueve y cuarto de la mañana", "Sat 21 09:15"),
    ("mañana a las 9 p. m.", "Sat 21 21:00"),
    ("mañana, a las 9pm", "Sat 21 21:00"),
    ("mañana por la tarde", "Sat 21 17:00"),
    ("mañana en la noche", "Sat 21 21:00"),
    ("mañana al mediodía", "Sat 21 12:00"),
    ("mañana a las 12 del mediodía", "Sat 21 12:00"),
    ("mañana a las 12 de la mañana", "Sat 21 12:00"),
    ("mañana a las 12 de la noche", "Sun 22 00:00"),
    ("mañana a la una", "Sat 21 01:00"),
    ("mañana a la 1 de la tarde", "Sat 21 13:00"),
    ("mañana a la una menos cuarto de la tarde", "Sat 21 12:45"),
    ("mañana al cuarto para las 9", "nothing"),
    ("mañana cuarto para las 9", "Sat 21 08:45"),
    ("mañana a las 18.30 h", "Sat 21 18:30"),
    ("mañana a las 18 horas", "Sat 21 18:00"),
    ("mañana a la misma hora", "Sat 21 15:15"),
    ("pasado mañana", "Sun 22 10:00"),
    ("pasado mañana por la tarde", "Sun 22 17:00"),
    ("el lunes a las 18:00", "Mon 23 18:00"),
    ("lun 18:00", "Mon 23 18:00"),
    ("lunes por la noche", "Mon 23 21:00"),
    ("el miércoles", "Wed 25 10:00"),
    ("sáb. a las 11", "Sat 21 11:00"),
    ("el viernes a las 9", "Fri 27 09:00"),
    ("el viernes a las 20:00", "Fri 20 20:00"),
    ("el próximo viernes", "Fri 27 10:00"),
    ("el viernes que viene a las 20:00", "Fri 27 20:00"),
    ("en 20 minutos", "Fri 20 15:35"),
    ("20 min", "Fri 20 15:35"),
    ("en media hora", "Fri 20 15:45"),
    ("dentro de dos horas", "Fri 20 17:15"),
    ("en una hora", "Fri 20 16:15"),
    ("en una hora y media", "Fri 20 16:45"),
    ("en tres días", "Mon 23 15:15"),
    ("a las 9 de la noche", "Fri 20 21:00"),
    ("a las 21 esta noche", "Fri 20 21:00"),
    ("hoy a las 21", "Fri 20 21:00"),
    ("hoy a las 9", "Fri 20 09:00"),
    ("hoy a las nueve de la noche", "Fri 20 21:00"),
    ("esta noche", "Fri 20 21:00"),
    ("esta noche a las 10", "Fri 20 22:00"),
    ("esta noche a la 1", "Sat 21 01:00"),
    ("esta tarde a las 7", "Fri 20 19:00"),
    ("a medianoche", "Sat 21 00:00"),
    ("más tarde", "Fri 20 18:15"),
    ("a las 5 y 20", "Sat 21 05:20"),
    ("2026-11-23 a las 9:30", "Mon 23 09:30"),
    ("tomorrow at 9", "Sat 21 09:00"),
    ("in 20 minutes", "Fri 20 15:35"),
    ("tomorrow_morning", "Sat 21 10:00"),
    ("same_time_tomorrow", "Sat 21 15:15"),
    ("later_today", "Fri 20 18:15"),
    ("@1795512600", "Tue 24 10:30"),
]


@pytest.mark.parametrize(("words", "expected"), SAID)
def test_a_time_is_read_as_people_write_it_in_spanish_with_and_without_accents(words: str, expected: str) -> None:
    for written in (words, words.upper() if not words.isascii() else words, fold(words)):
        assert shown(understand(written, FRIDAY, MADRID, BOTH)) == expected, written


@pytest.mark.parametrize(
    "words",
    [
        *("luego", "algún día", "la próxima semana", "los lunes", "el viernes pasado", "y media", "mañana y media"),
        *("a las 25", "mañana por la mañana a las 18", "21 p. m.", "a las", "9 o 10", "mañana no puedo"),
        *("el lunes o el martes", "no sé", "nueve", "mañana me voy a las 9 de su casa"),
    ],
)
def test_what_is_no_time_in_spanish_is_not_guessed(words: str) -> None:
    assert understand(words, FRIDAY, MADRID, BOTH) is None


def test_after_midnight_the_night_still_belongs_to_the_evening_before() -> None:
    wanted = {
        "mañana": "Sat 21 10:00",
        "pasado mañana": "Sun 22 10:00",
        "esta noche a las 2": "Sat 21 02:00",
        "esta noche": "Sat 21 21:00",
    }
    assert {words: shown(understand(words, NIGHT, MADRID, BOTH)) for words in wanted} == wanted


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("in five minutes", "Fri 20 15:20"),
        ("in half an hour", "Fri 20 15:45"),
        ("tomorrow at nine", "Sat 21 09:00"),
        ("the day after tomorrow at 6pm", "Sun 22 18:00"),
        ("9 in the evening", "Fri 20 21:00"),
        ("tomorrow night", "Sat 21 21:00"),
        ("tonight", "Fri 20 21:00"),
        ("tonight at 1", "Sat 21 01:00"),
        ("this evening", "Fri 20 19:00"),
        ("this afternoon at 5", "Fri 20 17:00"),
        ("tomorrow at 12 noon", "Sat 21 12:00"),
        ("tomorrow 9am in the evening", "nothing"),
        ("nine", "nothing"),
    ],
)
def test_english_is_read_by_its_words_too(words: str, expected: str) -> None:
    assert shown(understand(words, FRIDAY, MADRID, (ENGLISH,))) == expected


@pytest.mark.parametrize("hearings", [(SPANISH,), (ENGLISH,), ()])
def test_a_flows_own_words_are_of_no_language(hearings: tuple[HearingDoc, ...]) -> None:
    wanted = {
        "later_today": "Fri 20 18:15",
        "same_time_tomorrow": "Sat 21 15:15",
        "tomorrow_morning": "Sat 21 10:00",
        "tomorrow_evening": "Sat 21 19:00",
    }
    assert {words: shown(understand(words, FRIDAY, MADRID, hearings)) for words in wanted} == wanted


def test_morning_and_evening_are_the_same_on_a_button_and_in_words() -> None:
    for part, at in (("morning", MORNING), ("evening", EVENING)):
        assert next(p.at for p in ENGLISH.time.parts if part in p.words) == at.hour * 60 + at.minute


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("las 9 y media de la noche", [time(21, 30)]),
        ("son las nueve y media de la noche", [time(21, 30)]),
        ("Son las 9:40", [time(9, 40), time(21, 40)]),
        ("las 21:40", [time(21, 40)]),
        ("9:40 p. m.", [time(21, 40)]),
        ("9:40 pm", [time(21, 40)]),
        ("aquí son las 10 menos cuarto de la mañana", [time(9, 45)]),
        ("es la una", [time(1, 0), time(13, 0)]),
        ("la una y diez", [time(1, 10), time(13, 10)]),
        ("las 12 de la noche", [time(0, 0)]),
        ("mediodía", [time(12, 0)]),
        ("medianoche", [time(0, 0)]),
        ("esta noche", []),
        ("ni idea", []),
        ("una", []),
    ],
)
def test_a_clock_is_read_in_spanish(words: str, expected: list[time]) -> None:
    assert list(clock_times(words, BOTH)) == expected


def test_a_spanish_clock_gives_a_zone_and_accents_may_be_left_out_of_a_city() -> None:
    zones, now = content().lists["zones"], datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    assert [zone.id for zone in candidates("las 9 y media de la noche", now, "es-ES", zones, BOTH)] == ["Europe/Madrid"]
    renamed = Option("America/Mexico_City", "Ciudad de México")
    assert candidates("ciudad de mexico", now, "", (*zones, renamed), BOTH) == (renamed,)


PIECES = st.sampled_from(
    [
        *(SPANISH.time.at + SPANISH.time.fillers + SPANISH.time.within + SPANISH.time.next + SPANISH.time.one),
        *(*SPANISH.time.past, *SPANISH.time.days, *SPANISH.time.numbers, *SPANISH.time.spans, *SPANISH.time.whole),
        *(word for part in (*SPANISH.time.parts, *ENGLISH.time.parts) for word in part.words),
        *(word for words in (*SPANISH.time.units.values(), *SPANISH.time.weekdays.values()) for word in words),
        *("9", "24", "0", "12", "21:30", "9pm", "a. m.", "99999", "2026-11-23", "9999-12-31", "0000-00-00", "@", "²"),
    ]
)
INSTANTS = st.integers(0, 36_525 * 24 * 60).map(lambda n: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
ZONES = st.sampled_from(["Europe/Madrid", "America/Mexico_City", "Pacific/Kiritimati", "Pacific/Honolulu"]).map(
    ZoneInfo
)


@settings(deadline=None, max_examples=400)
@given(text=st.one_of(st.lists(PIECES, max_size=7).map(" ".join), st.text(max_size=60)), now=INSTANTS, zone=ZONES)
def test_no_words_at_any_time_are_too_much(text: str, now: datetime, zone: ZoneInfo) -> None:
    found = understand(text, now, zone, BOTH)
    assert found is None or found.at.utcoffset() == timedelta(0)
    clock_times(text, BOTH)
    assert fold(fold(text)) == fold(text)
    country_of(text, in_spanish())


@settings(deadline=None)
@given(
    hour=st.integers(1, 12),
    part=st.sampled_from(["de la madrugada", "de la mañana", "de la tarde", "de la noche"]),
    now=INSTANTS,
    zone=ZONES,
)
def test_an_hour_of_a_part_of_the_day_is_the_next_such_hour(
    hour: int, part: str, now: datetime, zone: ZoneInfo
) -> None:
    found = understand(f"a las {hour} {part}", now, zone, BOTH)
    assert found is not None
    assert timedelta(0) < found.at - now <= timedelta(hours=49)
    assert found.moved or (found.at.astimezone(zone).hour - hour) % 12 == 0
