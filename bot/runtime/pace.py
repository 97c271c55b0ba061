"""How fast messages leave. What answers somebody goes before what only has to be there today."""

import asyncio
import math
from collections import deque
from contextlib import suppress

from bot.runtime.ports import Pace

# So much more than a whole second: two messages may travel for different times.
MARGIN_S = 0.005
# With every message so much of the quickest one's time is forgotten: networks change.
_FORGETS = 1.001


class Departure:
    """One message that may leave. `at`: since when it counts, on the loop's clock."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at = asyncio.get_running_loop().time()


_Line = deque[asyncio.Future[Departure]]


class Lane:
    """One limit, spent evenly. Whoever asks for a turn waits for it; an answer may use what comes a little later."""

    def __init__(self, pace: Pace) -> None:
        self._gap_s = 1 / pace.per_s
        self._ahead_s = pace.burst * self._gap_s
        self._free_at = 0.0
        self._quiet_until = 0.0
        self._quickest_s = math.inf
        self._left = deque[Departure](maxlen=pace.any_second)
        self._waiting: tuple[_Line, _Line] = (deque(), deque())
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, *, urgent: bool) -> Departure:
        """Returns when the message may leave. Urgent ones overtake the others."""
        if self._timer is None and self._next() is None and (departure := self._let_go(urgent=urgent)):
            return departure
        mine: asyncio.Future[Departure] = asyncio.get_running_loop().create_future()
        self._waiting[0 if urgent else 1].append(mine)
        self._go_on()
        try:
            return await mine
        except asyncio.CancelledError:
            for line in self._waiting:
                with suppress(ValueError):
                    line.remove(mine)
            raise

    def answered(self, departure: Departure) -> None:
        """By as much as it took longer than the quickest, it may have arrived later."""
        took_s = asyncio.get_running_loop().time() - departure.at
        self._quickest_s = min(self._quickest_s * _FORGETS, took_s)
        departure.at += took_s - self._quickest_s

    def hush(self, seconds: float) -> None:
        """The platform asked for quiet: until then only what is urgent goes out."""
        self._quiet_until = max(self._quiet_until, asyncio.get_running_loop().time() + seconds)

    def quiet_s(self) -> float:
        return max(0.0, self._quiet_until - asyncio.get_running_loop().time())

    def _go_on(self) -> None:
        """Let go whoever's turn it is, and come back for the next."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (line := self._next()) is not None:
            if line[0].done():
                line.popleft()
            elif departure := self._let_go(urgent=line is self._waiting[0]):
                line.popleft().set_result(departure)
            else:
                self._timer = loop.call_at(self._opens_at(urgent=line is self._waiting[0]), self._go_on)
                return

    def _opens_at(self, *, urgent: bool) -> float:
        opens_at = self._free_at - self._ahead_s if urgent else max(self._free_at, self._quiet_until)
        full = bool(self._left) and len(self._left) == self._left.maxlen
        return max(opens_at, self._left[0].at + 1 + MARGIN_S) if full else opens_at

    def _let_go(self, *, urgent: bool) -> Departure | None:
        """A message that may leave now, if one may; then the time until the next one begins."""
        departure = Departure()
        if self._opens_at(urgent=urgent) > departure.at:
            return None
        # A timer that came a little late makes up for it; a lane that stood empty does not.
        late = departure.at - self._free_at
        self._free_at = (self._free_at if late < self._gap_s else departure.at) + self._gap_s
        self._left.append(departure)
        return departure

    def _next(self) -> _Line | None:
        return next((line for line in self._waiting if line), None)


class Lanes:
    """The lanes of one platform: one for all of it, or one for each workspace."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lanes: dict[str, Lane] = {}

    def of(self, workspace: str) -> Lane:
        key = workspace if self._pace.each_workspace else ""
        if key not in self._lanes:
            self._lanes[key] = Lane(self._pace)
        return self._lanes[key]

    def hushed(self) -> dict[str, float]:
        """The workspaces that asked for quiet, each with the seconds left; "" means all, where one lane is shared."""
        return {key: left for key, lane in self._lanes.items() if (left := lane.quiet_s()) > 0}
