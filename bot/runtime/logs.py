"""What may be logged of an error: its type and where it happened. Its words could be somebody's."""

import traceback


def outline(error: BaseException) -> str:
    """`StorageFault at store.py:120 in _open, ...`: the innermost frames first, no message, no values."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = ", ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} in {frame.name}" for frame in reversed(frames)
    )
    return f"{type(error).__name__} at {places}"
