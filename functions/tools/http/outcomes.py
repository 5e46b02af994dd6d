"""What became of a call, as far as anybody knows."""

from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from shared.kit.outcomes import NeverSent, Refused, Unknown

__all__ = ["Answered", "Meaning", "NeverSent", "Outcome", "Refused", "Unknown"]

Meaning = Literal["done", "refused", "busy", "unclear"]
_BUSY = (425, 429)
_TIMED_OUT = 408


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A whole answer. `value` is JSON, or text; None where there is none, and beyond 2xx also where
    it is neither, or too long. The credential is masked in it; the rest are words of others."""

    status: int
    value: JsonValue = None

    @property
    def means(self) -> Meaning:
        """done: it acted. refused: it did not, and will not. busy: it did not, and may be tried
        again. unclear: nobody knows, as with `Unknown`: a redirect, which is not followed, or a
        server that failed."""
        if 200 <= self.status < 300:
            return "done"
        if self.status in _BUSY:
            return "busy"
        if 400 <= self.status < 500 and self.status != _TIMED_OUT:
            return "refused"
        return "unclear"


Outcome = Answered | Refused | NeverSent | Unknown
