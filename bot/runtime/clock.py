"""Where the time comes from. The only place that asks the machine."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SkippingClock:
    """The playground's: the machine's time, put forward by as much as was skipped since the start."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def skip(self, by: timedelta) -> None:
        self._ahead += by
