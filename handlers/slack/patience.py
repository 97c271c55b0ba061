"""How long the adapter waits for Slack."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds. Slack gives 3 s for an acknowledgement: `form` and `hint` are spent within it.

    `page`: from one message of a document to the next, since Slack takes one a second in a conversation.
    """

    form: float = 2.0
    hint: float = 1.0
    send: float = 10.0
    page: float = 1.0
    connect: float = 10.0
    watch: float = 15.0
    stop: float = 5.0
