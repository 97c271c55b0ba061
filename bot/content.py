"""Content as one value: every flow, list, word and care table. How it is read: reading.py."""

from collections.abc import Mapping

import msgspec
from msgspec import field

from bot.care.drafts import Drafts
from bot.care.lines import Lines
from bot.care.triage import Lexicon
from bot.flows.document import FlowDoc, OpenerDoc, StepDoc, WordsDoc
from bot.flows.hearing import HearingDoc
from bot.model import ENGLISH, Option


class Content(msgspec.Struct, frozen=True):
    """All that Debrief can say. `steps` is keyed `flow.step`; `starts` maps a whole typed message to a step.

    `hearings`: how typed words are understood, in this content's own language first, then in English.
    """

    flows: Mapping[str, FlowDoc]
    steps: Mapping[str, StepDoc]
    starts: Mapping[str, str]
    lists: Mapping[str, tuple[Option, ...]]
    openers: tuple[OpenerDoc, ...]
    words: WordsDoc
    lexicon: Lexicon
    lines: Lines
    drafts: Drafts
    hearings: tuple[HearingDoc, ...]
    platform_words: Mapping[str, str]
    language: str = ENGLISH
    translations: Mapping[str, "Content"] = field(default_factory=dict)

    @property
    def hearing(self) -> HearingDoc:
        return self.hearings[0]

    def spoken(self, language: str) -> "Content":
        """This content in that language, such as `es`; in English where it is not translated."""
        return self.translations.get(language, self)
