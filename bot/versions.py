"""Which version of its words a step said last, in the lasting slot `versions`. Pure."""

from collections.abc import Mapping

VERSIONS = "versions"


def said(slots: Mapping[str, str]) -> dict[str, int]:
    """By step, the number of the version."""
    pairs = (pair.partition("=") for pair in slots.get(VERSIONS, "").split())
    return {name: int(number) for name, _, number in pairs if number.isdecimal()}


def next_one(slots: Mapping[str, str], step: str, count: int) -> dict[str, str]:
    """The slot when the step, of `count` versions, says the one after the last."""
    numbers = said(slots)
    numbers[step] = (numbers.get(step, -1) + 1) % count
    return {VERSIONS: " ".join(f"{name}={number}" for name, number in numbers.items())}
