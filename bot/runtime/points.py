"""The named points between which the process may die. Passing one does nothing, unless a test listens and kills there.

They are audit events (PEP 578), `debrief.point`, so that no switch for it stands in the program.
"""

import sys
from enum import StrEnum

EVENT = "debrief.point"


class Point(StrEnum):
    """In order: the first start, a turn and its delivery, a check-in's own, a move to PostgreSQL."""

    SCHEMA_WRITTEN = "schema written"
    TURN_BEGUN = "turn begun"
    TURN_WRITTEN = "turn written"
    TURN_COMMITTED = "turn committed"
    SEND_NEXT = "send next"
    SENT = "sent"
    SETTLED = "settled"
    CHECK_INS_CLAIMED = "check-ins claimed"
    KNOCK_TAKEN = "knock taken"
    MOVE_NAMED = "move named"
    MOVE_ANNOUNCED = "move announced"
    MOVE_BATCH_WRITTEN = "move batch written"
    MOVE_BATCH_COPIED = "move batch copied"
    MOVE_COMPARED = "move compared"
    MOVE_SOURCE_CLOSED = "move source closed"
    MOVE_TARGET_OPENED = "move target opened"


def passing(point: Point) -> None:
    sys.audit(EVENT, point)
