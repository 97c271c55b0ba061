"""What may be logged of an error: its type and where it happened. Its words could be somebody's, but not ours."""

import traceback

from bot.errors import OperatorError


def outline(error: BaseException) -> str:
    """`KeyError at store.py:120 in _open, ...`: the innermost frames first, no message, no values.

    An OperatorError speaks to whoever runs the bot: its sentences come along.
    """
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = ", ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} in {frame.name}" for frame in reversed(frames)
    )
    said = f": {' '.join(error.faults)}" if isinstance(error, OperatorError) else ""
    return f"{type(error).__name__} at {places}{said}"
