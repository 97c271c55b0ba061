"""What is kept, for how long, and all of it as a file."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.content import Content
from bot.model import LASTING_SLOTS, Document, KeepFor
from bot.skills.base import Answer, Ask, skill
from bot.skills.check_ins import QUIET
from bot.skills.phrases import labels
from bot.skills.promises import promised, zone_named

KEEP = "90"
FILE = "notes.txt"


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
    yield from (texts["title"], texts["made"].replace("{day}", _day(ask, ask.now)), "")
    yield from (texts["settings"], *_rows(ask, {k: v for k, v in ask.slots.items() if k in LASTING_SLOTS}), "")
    times = [f"- {_day(ask, promise.at)}" for promise in promised(ask.slots).values()]
    yield from (texts["waits"], *(times or [texts["nothing"]]), "")
    yield from (texts["now"], *_rows(ask, {k: v for k, v in ask.slots.items() if k not in LASTING_SLOTS}))
    for past in ask.past():
        head = texts["debrief"].replace("{number}", str(past.number)).replace("{day}", _day(ask, past.closed_at))
        yield from ("", head, *_rows(ask, past.slots))


def _rows(ask: Ask, slots: Mapping[str, str]) -> list[str]:
    """What the person told, in the order of the names. The rest is where the conversation stands."""
    names = labels(ask, "slot_names").items()
    rows = [
        f"- {said}: {_told(ask, name, slots[name])}"
        for name, said in names
        if slots.get(name) not in (None, "", "skipped")
    ]
    return rows or [labels(ask, "export_text")["nothing"]]


def _told(ask: Ask, name: str, value: str) -> str:
    """What was pressed or picked as its label, a stamp as a day, own words as they were written."""
    if name.endswith("_on") or name == "began":
        return ", ".join(_day(ask, datetime.fromisoformat(stamp)) for stamp in value.split())
    return _pressed(ask.content, name, value) or value


def _pressed(content: Content, name: str, value: str) -> str:
    """The label of the option or the choice that keeps this value in this slot; empty where it is typed."""
    lists = [step.menu.source for step in content.steps.values() if step.menu and step.menu.keep == name]
    lists += [
        f.source
        for flow in content.flows.values()
        for form in flow.forms.values()
        for key, f in form.fields.items()
        if key == name and f.source
    ]
    options = [option.label for listed in lists for option in content.lists.get(listed, ()) if option.id == value]
    choices = [c.label for step in content.steps.values() for c in step.choices.values() if c.set.get(name) == value]
    return next(iter(options + choices), "")


def _day(ask: Ask, at: datetime) -> str:
    from babel.dates import format_datetime  # noqa: PLC0415  no start needs it

    zone = zone_named(ask.slot("zone")) or ZoneInfo("UTC")
    return format_datetime(at.astimezone(zone), "yyyy-MM-dd HH:mm z", locale=ask.content.language)


KEEPING = skill(_keeping, values=("keep", "quiet"))
KEEP_IT = skill(_keep)
EXPORT = skill(_export)
