"""Spanish: what it may not say, how its buttons begin, what a lock screen may show."""

import re

from bot.flows.speech import EXCLAMATION, Speech, any_of, words

# What a person feels or is, less the last letter, which tells a gender: wherever it stands; and of the reader alone,
# since a place may be quiet. After "tu pareja" the ending is the noun's; after "ha" it is the verb's.
_FELT = (
    "calmad|enfadad|enojad|cabread|asustad|avergonzad|abochornad|dolid|confundid|nervios|preocupad|alterad|humillad"
    "|decepcionad|traicionad|agobiad|angustiad|abrumad|agotad|bienvenid|deprimid"
)
_BEING = (
    "sol|segur|list|tranquil|cómod|incómod|molest|perdid|preparad|dispuest|sentad|quiet|callad|lesionad|nuev|herid|cansad"
    "|apoyad|abandonad|ignorad|sorprendid|aliviad|querid|content|atrapad|rechazad|desprotegid|acompañad|escuchad|dañad"
)
_YOU_ARE = (
    r"(?:est(?:oy|ás|és|áis|éis|ar|abas|uviste|uvieras|ado)|soy|eres|fui|fuiste|sient(?:o|es|as)"
    r"|sent(?:í|iste|ías|ido|ir(?:te|me|ías|ás))|quedas|quedado|quedar(?:te|me)|te quedes|ves|sigues|sigas)"
)
_OTHER = r"(?:(?:muy|más|tan|menos|algo|ya|del todo|un poco) )?"
_HAS = r"(?<!ha )(?<!han )(?<!has )(?<!he )(?<!haber )(?<!había )(?<!habría )(?<!habrías )(?<!hubiera )"

_VERBS = words("""
abrir abre aceptar acepta acordar acuerda anadir anade apagar apaga apuntar apunta avisar avisa ayudar ayuda beber bebe
borrar borra buscar busca callar calla cambiar cambia cancelar cancela cerrar cierra cocinar cocina comparar compara
contar cuenta continuar continua copiar copia corregir corrige crear crea dar da decidir decide decir di dejar deja
descansar descansa descartar descarta dibujar dibuja editar edita elegir elige empezar empieza encontrar encuentra
enfriar enfria enviar envia escoger escoge escribir escribe escuchar escucha esperar espera estar explorar explora
exportar exporta guardar guarda hablar habla hacer haz imaginar imagina ir ve irte ir vete leer lee llamar llama mandar
manda mantener manten marcar marca mirar mira mostrar muestra mover mueve nombrar nombra ocultar oculta oir oye olvidar
olvida omitir omite parar para pasar pasa pausar pausa pedir pide pensar piensa planear planea poner pon posponer pospon
practicar practica preguntar pregunta preparar prepara probar prueba programar programa quedar queda quitar quita
recordar recuerda recibir recibe reparar repara repetir repite respirar respira responder responde revisar revisa saber
salir sal saltar salta seguir sigue sentar sienta ser soltar suelta tener ten terminar termina tocar toca tomar toma
traer trae usar usa ver verificar verifica vigilar vigila volver vuelve calmar calma compartir comparte reunir reune
""")

SPEECH = Speech(
    never={
        "W104": (
            any_of(
                r"abusador(?:a|es|as)?|abusiv[oa]s?|maltratador(?:a|es|as)?|tóxic[oa]s?|narcisis\w*",
                r"luz de gas|gaslighting|víctimas?|banderas? rojas?|psicópatas?|manipulador\w*|loc[oa]s?",
                r"cobardes?|egoístas?|controlador\w*|d[eé]jal[oa]|deja a tu pareja",
                "(?:rompe|rompas|corta|quédate|sigue|vuelve) con (?:él|ella|tu pareja)|perdónal[oa]",
                "termina(?:r)? la relación|(?:no )?tienes (?:toda la )?razón|no tiene razón",
                "est(?:á|ás) equivocad[oa]s?|se equivoca|te equivocas|(?:tu|su) culpa|la culpa es",
                "(?:deberías?|tendrías? que|debiste|tenías? que) haber",
                "deberías (?:irte|quedarte|dejar|volver)|tú (?:nunca|siempre)",
                r"(?:nunca|siempre) (?:me|haces|dices|estás)|c[aá]lm(?:ate|ese)|tranquil[ií]zate|exager\w*",
                "se equivocó|estuvo mal|sepárate|vete de ahí|debes (?:irte|quedarte|dejar|decir)",
                "superarlo|supéralo|demasiado sensible|amor de verdad|al menos (?:tú|no|te|tienes)",
            ),
            "words that are not ours to say",
        ),
        "W107": (
            any_of(r"como (?:un|una|unos|unas|si|quien)", r"tan \w+ como (?:el|la|los|las|una?)", "igual que un[ao]?"),
            "a simile",
        ),
        "W108": (EXCLAMATION, "an exclamation mark"),
        "W109": (
            any_of(
                r"\w+, ?¿(?:verdad|no|cierto|vale|sí|no es así|a que sí|eh|no crees|correcto)\?",
                r"¿(?:quién no|cómo (?:pudo|pudieron|se atreve)|por qué a mí|acaso|a quién no)\b[^?]*\?",
            ),
            "a question that asks nothing",
        ),
        "W111": (
            any_of(
                r"(?:te )?(?:lo )?prometo|prometemos|garantiz\w*|garantías?",
                "siempre (?:estaré|estaremos|estoy)|todo (?:irá|va a ir|saldrá|va a salir|estará) bien",
                "te sentirás mejor|vas a sentirte mejor|ya pasará|va a mejorar|mejorará",
                "nadie (?:podrá|va a|nunca)|nunca se (?:pierde|perderá)",
                "(?:totalmente|completamente) (?:privad[oa]|segur[oa]|anónim[oa])|confía en mí",
                "nuestro equipo|alguien (?:te )?(?:leerá|responderá|llamará|contestará)|te escuchamos",
                "24/7",
            ),
            "a promise that no code keeps",
        ),
        "W112": (
            any_of(
                "4-7-8|te calma|calmará|calma (?:el|los|tu|tus|a)|curan?|sanan?|sanará",
                r"(?:de|com)mostrad[oa]s?|comprobad[oa]s?|probad[oa]s? (?:por|que)|cient[ií]fic\w*",
                "la ciencia|(?:los |un |varios )?estudios? (?:muestran?|demuestran?|dicen?|prueban?)",
                "investigaci(?:ón|ones)|expert[oa]s?|psic[oó]log[oa]s?|evidencia|siempre funciona",
                "funciona (?:para|con) tod[oa]s|(?:aguanta|mantén|retén)(?: el aire)? (?:7|siete)",
                "reconfigura|infalible",
            ),
            "a claim that the evidence does not carry",
        ),
    },
    gendered=any_of(
        "él|ellas?|ell[oa]s|novi[oa]s?|maridos?|mujer|espos[oa]s?|prometid[oa]s?|nosotr[oa]s",
        r"vosotr[oa]s|junt[oa]s|(?<!\ba )l[oa]s dos|\w+[oae]s?/-?[oa]s?|\w+\([oa]s?\)|\w+@s?",
        "tod[ex]s",
        rf"{_YOU_ARE} {_OTHER}(?:{_FELT}|{_BEING})[oa]s?",
        rf"{_HAS}(?:{_FELT})[oa]s?",
        rf"(?<=\A)(?:{_BEING})[oa](?=\.?\Z)",
    ),
    agreeing=any_of("parejas?", "personas?", "gente"),
    agrees=re.compile(rf"\A(?:{_FELT})as?\Z", re.IGNORECASE),
    verbs=_VERBS,
    clitics=re.compile(r"(?:me|te|se|nos)?(?:l[aeo]s?|me|te|se|nos)$"),
    own_voice=words("""
        yo me mi mis estoy tengo soy siento quiero creo puedo podria necesito lo la le no ya he voy fui tuve sigo
        perdono
        """),
    answers=words("""
        si no quiza quizas tal nada ninguno ninguna ambas algo alguien a ahora luego hoy manana esta este esto eso mas
        menos antes despues cuando cada siempre nunca en es fue salio aun todavia otro otra mi un una el la bien mal
        mejor nadie todo tambien por con english espanol
        """),
    glances=frozenset(
        {
            "Tienes un mensaje.",
            "Tu aviso, como pediste.",
            "Tu aviso, como lo pediste.",
            "Tu recordatorio, como pediste.",
            "Tu recordatorio, como lo pediste.",
            "Una nota para más tarde.",
            "Es la hora.",
        }
    ),
)
