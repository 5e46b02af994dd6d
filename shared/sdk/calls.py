"""One call of the API, before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

T = TypeVar("T")


class Omitted(Enum):
    """The type of `OMITTED`, which is not sent; None is sent as null."""

    OMITTED = "omitted"


OMITTED = Omitted.OMITTED


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T]):
    """One call. `answers` is the model of its answer: `str` for a text, `type(None)` where it
    answers nothing. `may_repeat`: the platform answers a repeat as it answered before, so that a
    lost answer can be asked for again. `key` is sent as `Idempotency-Key`."""

    method: str
    path: str
    answers: type[T]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = OMITTED
    key: str = ""
    may_repeat: bool = False
    has_etag: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """Those of the call itself."""
        found = {"Idempotency-Key": self.key} if self.key else {}
        if self.body is not OMITTED:
            kind = "yaml" if isinstance(self.body, str) else "json"
            found["Content-Type"] = f"application/{kind}"
        return found


def part(value: str) -> str:
    """The value as one part of a path. Raises ValueError for an empty one and for dots alone, which
    would be another path."""
    if value.strip(".") == "":
        raise ValueError(f"{value!r} names nothing: write an id or a name")
    return quote(value, safe="")


def query(**parameters: Any) -> dict[str, str]:
    """The parameters that were given, as text. A name ends in `_` where Python has that word."""
    return {
        name.rstrip("_"): str(value)
        for name, value in parameters.items()
        if value is not OMITTED and value is not None
    }


def body(**fields: Any) -> dict[str, Any]:
    """The fields that were given. A name ends in `_` where Python has that word."""
    return {name.rstrip("_"): value for name, value in fields.items() if value is not OMITTED}


def key(chosen: str | None) -> str:
    """The key of a write: the chosen one, or one that no other call has."""
    return str(uuid4()) if chosen is None else chosen


def decision_id(chosen: UUID | str | Omitted) -> str:
    """The id of a decision: the chosen one, or one that no other decision has."""
    return str(uuid4() if isinstance(chosen, Omitted) else chosen)
