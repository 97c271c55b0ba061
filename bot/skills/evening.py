"""The plan for an evening that is coming, put together from what was picked or written."""

from bot.skills.base import Answer, Ask, skill
from bot.skills.phrases import labels, plain

# Each line of the plan: the slot it comes from, and the list that says how a picked id is said.
LINES = {"trouble": "company_words", "signal": "signal_words", "exit": "exit_words"}


def _evening(ask: Ask) -> Answer:
    texts = labels(ask, "before_text")
    rows = []
    for slot, listed in LINES.items():
        if answer := ask.slot(slot):
            own = labels(ask, listed).get(answer) or plain(answer)
            rows.append("- " + texts[slot].replace("{own}", own))
    return Answer("some" if rows else "none", values={"plan": "\n".join(rows) or "-"})


EVENING = skill(_evening, outcomes=("some", "none"), values=("plan",))
