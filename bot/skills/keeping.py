"""What is kept, for how long, and all of it as a file."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.content import Content
from bot.model import Document, KeepFor
from bot.skills.base import Answer, Ask, skill
from bot.skills.check_ins import QUIET
from bot.skills.phrases import labels
from bot.skills.promises import promised, zone_named

KEEP = "90"
FILE = "notes.txt"
SETTINGS = frozenset({"zone", "locale", "language", "country", "quiet", "keep", "reminder"})

# By the name of a slot and what it holds.
Pressed = Mapping[tuple[str, str], str]


def _keeping(ask: Ask) -> Answer:
    keep, quiet = ask.slot("keep") or KEEP, ask.slot("quiet") or QUIET
    return Answer(
        values={
            "keep": labels(ask, "keep_days").get(keep, keep),
            "quiet": labels(ask, "quiet_hours").get(quiet, quiet),
        }
    )


def _keep(ask: Ask) -> Answer:
    return Answer(effects=(KeepFor(int(ask.slot("keep"))),))


def _export(ask: Ask) -> Answer:
    return Answer(document=Document(FILE, "\n".join(_written(ask)) + "\n"))


def _written(ask: Ask) -> Iterator[str]:
    """The file, line by line: settings, what is planned, what is open, and each debrief that was put away."""
    texts = labels(ask, "export_text")
    pressed = _pressed(ask.content)

    def rows(slots: Mapping[str, str]) -> list[str]:
        return _rows(ask, slots, pressed)

    yield from (texts["title"], texts["made"].replace("{day}", _day(ask, ask.now)), "")
    yield from (texts["settings"], *rows({k: v for k, v in ask.slots.items() if k in SETTINGS}), "")
    times = [f"- {_day(ask, promise.at)}" for promise in promised(ask.slots).values()]
    yield from (texts["waits"], *(times or [texts["nothing"]]), "")
    yield from (texts["now"], *rows({k: v for k, v in ask.slots.items() if k not in SETTINGS}))
    for past in ask.past():
        head = texts["debrief"].replace("{number}", str(past.number)).replace("{day}", _day(ask, past.closed_at))
        yield from ("", head, *rows(past.slots))


def _rows(ask: Ask, slots: Mapping[str, str], pressed: Pressed) -> list[str]:
    """What the person told, in the order of the names. The rest is where the conversation stands."""
    names = labels(ask, "slot_names").items()
    rows = [
        f"- {said}: {_told(ask, name, slots[name], pressed)}"
        for name, said in names
        if slots.get(name) not in (None, "", "skipped")
    ]
    return rows or [labels(ask, "export_text")["nothing"]]


def _told(ask: Ask, name: str, value: str, pressed: Pressed) -> str:
    """What was pressed or picked as its label, a stamp as a day, own words as they were written."""
    if name.endswith("_on") or name == "began":
        return ", ".join(_day(ask, datetime.fromisoformat(stamp)) for stamp in value.split())
    return pressed.get((name, value)) or value


def _pressed(content: Content) -> Pressed:
    """The label of the option or the choice that keeps a value in a slot; what is typed has none."""
    lists = [(step.menu.keep, step.menu.source) for step in content.steps.values() if step.menu]
    lists += [
        (key, field.source)
        for flow in content.flows.values()
        for form in flow.forms.values()
        for key, field in form.fields.items()
        if field.source
    ]
    said = [(name, o.id, o.label) for name, listed in lists for o in content.lists.get(listed, ())]
    choices = (choice for step in content.steps.values() for choice in step.choices.values())
    said += [(name, value, choice.label) for choice in choices for name, value in choice.set.items()]
    # The first that says it, lists before buttons.
    return {(name, value): label for name, value, label in reversed(said)}


def _day(ask: Ask, at: datetime) -> str:
    from babel.dates import format_datetime  # noqa: PLC0415  no start needs it

    zone = zone_named(ask.slot("zone")) or ZoneInfo("UTC")
    return format_datetime(at.astimezone(zone), "yyyy-MM-dd HH:mm z", locale=ask.content.language)


KEEPING = skill(_keeping, values=("keep", "quiet"))
KEEP_IT = skill(_keep)
EXPORT = skill(_export)
