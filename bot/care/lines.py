"""Crisis lines by country. Only what lines.yaml says is shown, never a number without its country."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

# How the people are named that a line is for.
WHOM = "for {whom}"
COMPARED_WITHIN = timedelta(days=366)


class Line(msgspec.Struct, frozen=True):
    """One way to reach help. `where`, `whom` and `hours` are empty where nothing is known."""

    country: str
    kind: str
    reach: str
    where: str = ""
    whom: str = ""
    hours: str = ""

    def shown(self, whom: str) -> str:
        """As it stands in a message, such as `For women, in Wales: 0808 80 10 800 (24/7)`. `whom`: `for {whom}`."""
        about = ", ".join(part for part in (whom.format(whom=self.whom) if self.whom else "", self.where) if part)
        head = f"{about[0].upper()}{about[1:]}: " if about else ""
        return f"{head}{self.reach}{f' ({self.hours})' if self.hours else ''}"


class Lines:
    """Immutable once made."""

    def __init__(self, lines: Sequence[Line], names: Mapping[str, str], compared: date, whom: str = WHOM) -> None:
        """`names`: of countries, by ISO code. `compared`: when the lines were held against their sources."""
        self._lines, self._whom = tuple(lines), whom
        self._by_place: dict[tuple[str, str], list[Line]] = {}
        for line in lines:
            self._by_place.setdefault((line.country, line.kind), []).append(line)
        codes = {line.country for line in lines}
        self._countries = tuple(sorted(((code, names[code]) for code in codes), key=lambda pair: pair[1]))
        self._compared = compared

    def spoken(self, names: Mapping[str, str], say: Callable[[str], str]) -> "Lines":
        """The same lines in another language. What is dialled is the same everywhere."""

        def said(text: str) -> str:
            return say(text) if any(character.isalpha() for character in text) else text

        lines = [
            replace(line, **{name: said(getattr(line, name)) for name in ("reach", "where", "whom", "hours")})
            for line in self._lines
        ]
        return Lines(lines, names, self._compared, say(self._whom))

    def fresh(self, today: date) -> bool:
        return fresh(self._compared, today)

    def countries(self) -> tuple[tuple[str, str], ...]:
        """(ISO code, name) of every country with a line, by name."""
        return self._countries

    def emergency(self, country: str) -> str:
        """The emergency number, or empty where it is not known."""
        return next((line.reach for line in self._of(country, "emergency")), "")

    def show(self, country: str, kind: str) -> str:
        """Every line of this kind, one a row; empty where there is none."""
        return "\n".join(line.shown(self._whom) for line in self._of(country, kind))

    def _of(self, country: str, kind: str) -> Sequence[Line]:
        return self._by_place.get((country, kind), ())


def fresh(compared: date, today: date) -> bool:
    """Whether lines that were compared with their sources on that day may still be shown."""
    return timedelta(0) <= today - compared <= COMPARED_WITHIN
