"""What the small cores of these tests say for the platforms: our own words, and a second language made from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import yaml

ENGLISH = cast("Mapping[str, str]", yaml.safe_load(Path("content/platforms.yaml").read_text("utf-8"))["words"])
LANGUAGES = ("en", "es")


def words(language: str) -> Mapping[str, str]:
    return {name: f"¿{text}?" for name, text in ENGLISH.items()} if language[:2] == "es" else ENGLISH


def apology(language: str) -> str:
    return "Otra vez, por favor." if language[:2] == "es" else "Please send it again."
