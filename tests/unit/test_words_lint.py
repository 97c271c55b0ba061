"""What care asks of words holds for the English and for every translation."""

import subprocess
import sys

import pytest

from bot.flows import grade
from bot.flows.said import Kind
from bot.flows.words_lint import faults_of

CASES: list[tuple[str, str, Kind, str]] = [
    ("W101", "en", "screen", "You can write to me now and I will keep it all here until you say forget."),
    ("W101", "es", "screen", "Puedes escribir aquí todo lo que quieras y lo guardo hasta que me pidas que lo borre."),
    ("W102", "en", "moment", "Let the breath go. " * 16),
    ("W102", "es", "moment", "Suelta el aire ya. " * 16),
    ("W102", "es", "screen", "Suelta el aire ya. " * 23),
    ("W104", "en", "screen", "They're wrong about that."),
    ("W104", "en", "phrase", "You never listen."),
    ("W104", "en", "screen", "You could leave them."),
    ("W104", "es", "screen", "Tienes razón en eso."),
    ("W104", "es", "screen", "Tu pareja es tóxica."),
    ("W104", "es", "phrase", "Tú nunca escuchas."),
    ("W104", "es", "phrase", "Deberías haber dicho algo."),
    ("W104", "es", "screen", "Cálmate un momento."),
    ("W105", "en", "screen", "Tell her what you need."),
    ("W105", "en", "phrase", "What your boyfriend said"),
    ("W105", "es", "screen", "Habla con él mañana."),
    ("W105", "es", "screen", "Pregunta a tu novia."),
    ("W105", "es", "screen", "Habla con tu marido o con tu mujer."),
    ("W105", "es", "screen", "¿Estás más tranquilo ahora?"),
    ("W105", "es", "button", "Estoy más calmada"),
    ("W105", "es", "screen", "Ábrelo cuando estés solo."),
    ("W105", "es", "screen", "Ábrelo cuando te sientas segura."),
    ("W105", "es", "screen", "Habladlo cuando estéis calmados."),
    ("W105", "es", "phrase", "Avergonzado/a"),
    ("W105", "es", "phrase", "Solo"),
    ("W105", "es", "screen", "Elige una hora buena para los dos."),
    ("W105", "es", "screen", "Tu pareja no está. Quizá te vas enfadada."),
    ("W106", "en", "glance", "How was the talk with your partner?"),
    ("W106", "en", "glance", "Still upset?"),
    ("W106", "es", "glance", "¿Cómo te sientes hoy?"),
    ("W106", "es", "glance", "Your check-in, as you asked."),
    ("W107", "en", "screen", "It hits like a wave."),
    ("W107", "en", "screen", "Be as calm as the sea."),
    ("W107", "es", "screen", "La rabia llega como una ola."),
    ("W107", "es", "screen", "Míralo como si fuera una foto."),
    ("W108", "en", "phrase", "Good!"),
    ("W108", "es", "phrase", "¡Bien!"),
    ("W109", "en", "screen", "That hurt, didn't it?"),
    ("W109", "en", "screen", "You want to be heard, right?"),
    ("W109", "en", "screen", "Who wouldn't be hurt?"),
    ("W109", "es", "screen", "Eso dolió, ¿verdad?"),
    ("W109", "es", "screen", "¿Quién no se enfada así?"),
    ("W110", "en", "button", "Breathing exercise"),
    ("W110", "en", "button", "Only of how it might go"),
    ("W110", "es", "button", "Ejercicio de respiración"),
    ("W110", "es", "button", "Números de ayuda"),
    ("W111", "en", "screen", "I promise it stays here."),
    ("W111", "en", "screen", "You will feel better."),
    ("W111", "es", "screen", "Siempre estaré aquí."),
    ("W111", "es", "screen", "Te sentirás mejor."),
    ("W112", "en", "screen", "Studies show that it works."),
    ("W112", "en", "screen", "A slow breath calms the body."),
    ("W112", "es", "screen", "Los estudios demuestran que funciona."),
    ("W112", "es", "screen", "Respirar así te calma."),
    ("W112", "es", "screen", "Prueba la respiración 4-7-8."),
]

SOUND: list[tuple[str, Kind, str]] = [
    ("en", "screen", "Would you like a plan? Nothing has to be said."),
    ("en", "screen", "Come back as soon as the talk is over."),
    ("en", "screen", "The safety button stays on every screen."),
    ("en", "screen", "You could say: “I want to talk, but not like this. Let’s take 20 minutes.”"),
    ("en", "button", "Write it down"),
    ("en", "button", "I’m calmer now"),
    ("en", "button", "It has not happened"),
    ("en", "glance", "Your check-in, as you asked."),
    ("es", "moment", "Estoy contigo. No hay que decidir nada ahora. Solo tú puedes ver esto."),
    ("es", "screen", "Elige un momento tranquilo y un lugar seguro. Basta una sola frase."),
    ("es", "screen", "Quizá tu pareja está cansada o enfadada. ¿Cómo lo ves tú?"),
    ("es", "screen", "Tu pareja no te ha apoyado. ¿Qué te habría ayudado?"),
    ("es", "screen", "¿Te sientes a salvo con tu pareja? No hay prisa."),
    ("es", "screen", "Está guardado. Te escribo a las dos, como pediste."),
    ("es", "button", "Guárdalo para mañana"),
    ("es", "button", "Respirar conmigo"),
    ("es", "button", "Escríbemelo"),
    ("es", "button", "Tengo más calma"),
    ("es", "button", "Ahora no"),
    ("es", "glance", "Tienes un mensaje."),
]


def codes(text: str, kind: Kind, language: str) -> set[str]:
    rules = (*faults_of(text, kind=kind, language=language), *grade.faults_of(text, kind=kind, language=language))
    return {code for code, _ in rules}


@pytest.mark.parametrize(("code", "language", "kind", "text"), CASES)
def test_words_that_care_forbids_are_found(code: str, language: str, kind: Kind, text: str) -> None:
    assert codes(text, kind, language) == {code}


@pytest.mark.parametrize(("language", "kind", "text"), SOUND)
def test_words_that_care_allows_pass(language: str, kind: Kind, text: str) -> None:
    assert codes(text, kind, language) == set()


def test_a_question_needs_something_to_answer_it_with_unless_it_is_quoted() -> None:
    assert [code for code, _ in faults_of("¿Dónde estaba?", kind="screen", language="es", answers=False)] == ["W109"]
    assert not list(faults_of("Puedes decir: «¿Hablamos?»", kind="screen", language="es", answers=False))
    assert not list(faults_of("Say “Can we talk?” and wait.", kind="screen", answers=False))


HARD = {
    "en": "Communication necessitates considerable emotional preparation, particularly after extremely "
    "uncomfortable situations.",
    "es": "La comunicación interpersonal requiere preparación emocional considerable tras situaciones "
    "incómodas repetidas.",
}
PLAIN = {
    "en": "Thank you for telling me. You can stop at any point, and nothing has to be said.",
    "es": "Gracias por decirlo. Puedes parar en todo momento, y no hay que decir nada más.",
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_screen_reads_at_the_sixth_grade_or_lower(language: str) -> None:
    assert [code for code, _ in grade.faults_of(HARD[language], kind="screen", language=language)] == ["W103"]
    assert not list(grade.faults_of(PLAIN[language], kind="screen", language=language))


def test_what_the_person_wrote_and_a_few_words_are_not_graded() -> None:
    assert not list(grade.faults_of("Particularly considerable communication.", kind="screen"))
    assert not list(grade.faults_of("You wrote:\n\n{note}", kind="screen"))


def test_a_start_loads_no_reading_grade() -> None:
    probe = "import sys; from bot import app; app.load_content; import bot.reading; print('textstat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True).stdout.strip() == b"False"


def test_a_check_without_textstat_says_how_to_get_it() -> None:
    without = (
        "import sys; sys.modules['textstat'] = None; from bot.__main__ import main; sys.argv[1:] = ['check']; main()"
    )
    said = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.startswith("The reading grade needs textstat")
    assert "requirements-dev.txt" in said.stderr
