"""The rules for what is understood in one language.

H001 shape, H002 no English (both in load.py), H003 no language, H004 a word that begins no step, H005 one phrase for
two things.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from bot.flows.hearing import HearingDoc, Phrases
from bot.strict_yaml import Fault, Marks

_LANGUAGE = re.compile(r"hearing/[a-z]{2}\.yaml")


def faults(hearing: HearingDoc, path: str, marks: Marks, steps: Collection[str]) -> Iterator[Fault]:
    """What is wrong with a file that can be read. `steps`: every step there is, as `flow.step`."""
    if not _LANGUAGE.fullmatch(path):
        yield Fault(path, 1, "H003", "the file is called after its language, such as hearing/es.yaml")
    for phrase, step in hearing.starts.items():
        if step not in steps:
            yield Fault(path, marks.line("starts"), "H004", f"{phrase!r} begins {step}, which is no step")
    time = hearing.time
    groups: Mapping[str, list[Phrases]] = {
        "units": [*time.units.values()],
        "weekdays": [*time.weekdays.values()],
        "parts": [part.words for part in time.parts],
    }
    for name, group in groups.items():
        meanings = Counter(phrase for phrases in group for phrase in phrases)
        for twice in (phrase for phrase, count in meanings.items() if count > 1):
            yield Fault(path, marks.line("time", name), "H005", f"{twice!r} stands for two things")
