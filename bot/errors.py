"""Every error that Debrief raises on purpose, split by whose fault it is.

    DebriefError
    ├── OperatorError          whoever runs the bot can mend it; printed without a traceback
    │   ├── SettingsFault      a setting is wrong or missing
    │   ├── ContentFault       a file in content/ is wrong (carries every diagnostic)
    │   ├── StorageFault       the database cannot be used: read-only, locked, newer, unreadable key
    │   └── PlatformRefused    a platform refused the bot: a bad token, a missing scope
    └── ProgramError           a bug of ours: a broken invariant

What a *person* types is never an error: the engine answers it.
"""


class DebriefError(Exception):
    """The root. Catch it at the outermost edge only."""


class OperatorError(DebriefError):
    """Something that the person who runs the bot can mend. `faults` are sentences, each with its mend."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class SettingsFault(OperatorError):
    """A setting is wrong or missing."""


class ContentFault(OperatorError):
    """A file in content/ is wrong; each fault reads `file:line: CODE message`."""


class StorageFault(OperatorError):
    """The database cannot be used as it is."""


class PlatformRefused(OperatorError):
    """A platform refused the bot itself, not one message."""


class ProgramError(DebriefError):
    """An invariant of ours does not hold."""
