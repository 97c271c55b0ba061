"""What a document's values must be, written beside them. Only who reads files has pydantic understand it.

A running Debrief holds documents that an earlier start has read, and then never loads pydantic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Limits:
    """As pydantic.Field takes them: `pattern`, `min_length`, `ge`, `le`. Stands before all other marks."""

    def __init__(self, **limits: Any) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic import Field  # noqa: PLC0415  see the module's docstring

        return handler.generate_schema(Annotated[source, Field(**self._limits)])


@dataclass(frozen=True, slots=True)
class Before:
    """What is written goes through this first. It raises ValueError."""

    read: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic import BeforeValidator  # noqa: PLC0415  see the module's docstring

        return BeforeValidator(self.read).__get_pydantic_core_schema__(source, handler)


@dataclass(frozen=True, slots=True)
class After:
    """What was read, and is sound, goes through this. It raises ValueError."""

    read: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic import AfterValidator  # noqa: PLC0415  see the module's docstring

        return AfterValidator(self.read).__get_pydantic_core_schema__(source, handler)
