"""Whether a call is sent again, and when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

# Answers that say that nothing was done.
_REFUSED_AT_THE_DOOR = frozenset({408, 429})
# Answers after which nobody knows whether something was done.
_UNCERTAIN = frozenset({500, 502, 503, 504})


@dataclass(frozen=True)
class Retries:
    """How often a call is sent again (`most` times), how long it waits before, in seconds: a random
    part of `first` times 2 to the number of attempts, at most `longest`; and for how long it lets
    the platform put it off (`Retry-After`)."""

    most: int = 4
    first: float = 0.25
    longest: float = 8.0
    patience: float = 60.0

    def wait(
        self,
        attempt: int,
        *,
        status: int | None,
        may_repeat: bool,
        was_sent: bool,
        retry_after: float | None,
        drawn: float,
    ) -> float | None:
        """The seconds until the call is sent again after `attempt` (from 0), or None. `status`: of
        the answer, None where none came; `was_sent`: whether the platform may have got the call;
        `drawn`: a random number from 0 to 1."""
        if attempt >= self.most:
            return None
        lost = was_sent if status is None else status in _UNCERTAIN
        if status is not None and not lost and status not in _REFUSED_AT_THE_DOOR:
            return None
        if lost and not may_repeat:
            return None
        if retry_after is not None and retry_after > self.patience:
            return None
        longest: float = min(self.longest, self.first * 2**attempt)
        return (retry_after or 0.0) + drawn * longest


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of `Retry-After`, or None where it has none that can be read."""
    said = headers.get("retry-after", "")
    return float(said) if said.isdecimal() and said.isascii() else None
