"""Triage on the usual wordings, put together by rule: every subject with every verb and every time."""

from collections.abc import Iterator
from itertools import product

import pytest

from bot.care.triage import Label, triage
from tests.unit import triage_sets

LEXICON = triage_sets.lexicon()

THEY = "he|she|my husband|my partner"

BLOWS = (
    "punched|slapped|kicked|bit|choked|strangled|scratched|burned|stabbed|headbutted|shook|attacked|beat|grabbed|shoved"
)
BLOWING = "hitting|punching|slapping|kicking|biting|choking|beating|attacking|hurting|shoving|dragging|pushing|grabbing"
HARMS = (
    "kill me|hurt me|stab me|shoot me|break my legs|strangle me|bury me|throw acid on me|run me over|kill the kids|"
    "put me in hospital|finish me|smash my face in|slit my throat|set me on fire|burn the house down"
)
WEAPONS = "a knife|a gun|a hammer|a baseball bat|an axe|a machete|a broken bottle|his belt|a crowbar|the kitchen knife"
DYING = (
    "die|kill myself|end my life|end it all|take my own life|hang myself|overdose|jump off a bridge|drive into a tree|"
    "drown myself|shoot myself|be dead|cut myself|hurt myself|take all my pills|disappear for good|leave this world|"
    "go to sleep and never wake up|not exist|not be alive|throw myself off the roof|walk into traffic"
)
OF_DYING = (
    "killing myself|ending my life|ending it all|hanging myself|jumping off a bridge|driving into a tree|"
    "cutting my wrists|being dead|hurting myself|taking all my pills|not being alive|suicide|death|dying"
)
MINE = "phone|messages|emails|texts|calls|bank account|location|whatsapp|social media|handbag|call history"
FREEDOMS = (
    "see my friends|see my family|go out|work|have any money|drive|use my phone|wear what I want|talk to other men|"
    "sleep|go to the doctor|have a job|speak to my mum|visit my sister|make my own decisions"
)
CONTROLLED = "my money|all the money|what I wear|what I eat|who I see|where I go|everything I do|my life|my phone|me"
ONES_FATE = (
    "kill himself|leave me with nothing|take the kids|share my photos|tell my family|hurt the dog|call immigration|"
    "report me|ruin me|post my nudes|have me deported|take my passport"
)
FEARED = (
    "him|her|my husband|my partner|his temper|what he'll do|making him angry|upsetting him|his reaction|"
    "what will happen when we get home"
)

WORDINGS = [
    (Label.DANGER, "{} {} me{}", (THEY, BLOWS, "| tonight| in front of the kids| so hard| again")),
    (Label.DANGER, "{} {} {} me", (THEY, "is|keeps|won't stop|started", BLOWING)),
    (Label.DANGER, "{} {} {}", (THEY, "says he'll|said he would|keeps saying he's going to|told me he'd", HARMS)),
    (Label.DANGER, "{} {} {}", (THEY, "has|is holding|picked up|grabbed|came at me with|is waving", WEAPONS)),
    (
        Label.DANGER,
        "{} won't let me {}",
        (THEY, "leave|out|go home|leave the room|out of the car|get past|leave the house"),
    ),
    (
        Label.DANGER,
        "{} is {} and I'm scared",
        (THEY, "outside|coming home|on his way|drunk|downstairs|at the door|really angry"),
    ),
    (
        Label.SELF_HARM,
        "I {} {}",
        ("want to|just want to|am going to|might|would rather|'m ready to|wanna|'d like to", DYING),
    ),
    (
        Label.SELF_HARM,
        "{} {}",
        ("I'm thinking of|I keep thinking about|I can't stop thinking about|I've thought about", OF_DYING),
    ),
    (Label.ABUSE, "{} {} my {}", (THEY, "checks|reads|goes through|monitors|has access to|demands to see", MINE)),
    (Label.ABUSE, "{} {} me {}", (THEY, "won't let|doesn't let|never lets", FREEDOMS)),
    (Label.ABUSE, "{} controls {}", (THEY, CONTROLLED)),
    (Label.ABUSE, "{} threatens to {}", (THEY, ONES_FATE)),
    (Label.ABUSE, "I'm {} of {}", ("scared|afraid|frightened|terrified", FEARED)),
]

ELLOS = "él|ella|mi marido|mi novia|mi pareja"

GOLPES = (
    "pegó|golpeó|abofeteó|cacheteó|pateó|mordió|zarandeó|apuñaló|dio un puñetazo|dio una bofetada|dio una cachetada|"
    "dio una patada|agarró del cuello|tiró del pelo|jaló del pelo|empujó contra la pared|tiró al suelo|rompió la nariz|"
    "metió una paliza|dio una trompada|ha pegado|está pegando|estranguló|quiso ahorcar"
)
DANOS = "matar|pegar|quemar|romper la cara|enterrar|apuñalar|golpear"
ARMAS = (
    "un cuchillo|una pistola|un martillo|un bate|un hacha|un machete|una navaja|el cuchillo de la cocina|una escopeta"
)
MORIR = (
    "morirme|matarme|suicidarme|quitarme la vida|acabar con mi vida|ahorcarme|desaparecer para siempre|"
    "tirarme de un puente|tirarme al tren|cortarme las venas|tomarme todas las pastillas|dejar de existir|hacerme daño"
)
MIO = "el móvil|el celular|los mensajes|el whatsapp|el correo|las redes|el bolso"
LIBERTADES = (
    "ver a mis amigas|ver a mi familia|trabajar|estudiar|salir sola|usar mi teléfono|vestirme como quiero|tener amigos|"
    "hablar con mi hermana|manejar|conducir|tener dinero"
)
MANDADO = "mi dinero|todo lo que hago|lo que como|con quién hablo|mi ropa|mi vida"
SUERTE = "matarse|quitarme a los niños|publicar mis fotos|echarme de casa|denunciarme|suicidarse|dejarme sin nada"
TEMIDO = "a mi marido|a mi mujer|a él|a ella|a su reacción|de lo que pueda hacer|de que se enoje|de que se enfade"

SPANISH = [
    (
        Label.DANGER,
        "{} me {}{}",
        (ELLOS, GOLPES, "| anoche| delante de los niños| otra vez| muy fuerte| y tengo miedo"),
    ),
    (
        Label.DANGER,
        "{} {} me va a {}",
        (ELLOS, "dice que|me dijo que|me gritó que|amenazó con que|juró que", DANOS),
    ),
    (Label.DANGER, "{} {} {}", (ELLOS, "tiene|agarró|sacó|me amenaza con|viene con|trae", ARMAS)),
    (
        Label.DANGER,
        "{} no me deja {}",
        (ELLOS, "salir|irme|salir de casa|salir del cuarto|bajar del coche|pasar|salir del baño"),
    ),
    (Label.DANGER, "{} {} y tengo miedo", (ELLOS, "está borracho|está en la puerta gritando|viene furioso")),
    (
        Label.SELF_HARM,
        "{} {}",
        ("quiero|voy a|prefiero|tengo ganas de|pienso en|estoy pensando en|he pensado en|quisiera", MORIR),
    ),
    (Label.ABUSE, "{} me {} {}", (ELLOS, "revisa|lee|controla|mira siempre|espía", MIO)),
    (Label.ABUSE, "{} no me {} {}", (ELLOS, "deja|permite|dejaba", LIBERTADES)),
    (Label.ABUSE, "{} controla {}", (ELLOS, MANDADO)),
    (Label.ABUSE, "{} {} {}", (ELLOS, "amenaza con|amenazó con|me amenaza con", SUERTE)),
    (Label.ABUSE, "{} {}", ("le tengo miedo|tengo miedo|tengo pánico|tengo terror", TEMIDO)),
]


def worded(template: str, fillings: tuple[str, ...]) -> Iterator[str]:
    """The template filled in every way; a filling is its choices with `|` between."""
    return (template.format(*filling) for filling in product(*(choices.split("|") for choices in fillings)))


@pytest.mark.parametrize(
    ("label", "template", "fillings"), WORDINGS + SPANISH, ids=[row[1] for row in WORDINGS + SPANISH]
)
def test_the_usual_wordings_are_read_right(label: Label, template: str, fillings: tuple[str, ...]) -> None:
    texts = list(worded(template, fillings))
    wrong = [text for text in texts if triage(LEXICON, text) is not label]
    assert len(wrong) <= len(texts) // 100, wrong
