"""Whether a release stays or is rolled back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

MOST_ERRORS = 0.01
# Before the watch is over, one failed start among few requests proves little.
LEAST_ERRORS_TO_ACT_EARLY = 5


class Verdict(Enum):
    KEEP = "keep"
    WAIT = "wait"
    ROLL_BACK = "roll back"


@dataclass(frozen=True)
class Sample:
    """The answers of one revision of a service, without those that refuse a request (4xx): nobody
    from outside can roll a release back by bad requests, or hide its errors among them. `errors`
    are the answers with 5xx."""

    service: str
    revision: str
    requests: int
    errors: int


@dataclass(frozen=True)
class Rate:
    """The answers of the new revisions of one service since they were deployed."""

    service: str
    requests: int
    errors: int

    @property
    def share(self) -> float:
        return self.errors / self.requests if self.requests else 0.0


def decide(rates: Iterable[Rate], *, over: bool) -> Verdict:
    """Rolls the whole release back if more than one percent of the answers of any one service,
    refusals aside, are 5xx: a busy service must not outweigh a quiet one. Before the watch is
    `over`, a service also needs a few errors for that."""
    failing = [rate for rate in rates if rate.share > MOST_ERRORS]
    if any(over or rate.errors >= LEAST_ERRORS_TO_ACT_EARLY for rate in failing):
        return Verdict.ROLL_BACK
    return Verdict.KEEP if over else Verdict.WAIT


def rates_of_new_revisions(
    samples: Iterable[Sample], before: Mapping[str, Mapping[str, int]]
) -> tuple[Rate, ...]:
    """One rate for each service, over the revisions that had no traffic `before`."""
    requests, errors = Counter[str](), Counter[str]()
    for sample in samples:
        if sample.revision not in before.get(sample.service, {}):
            requests[sample.service] += sample.requests
            errors[sample.service] += sample.errors
    return tuple(Rate(name, requests[name], errors[name]) for name in sorted(requests))
