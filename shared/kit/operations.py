"""Counts the billable operations of the current request where they happen."""

from collections import Counter
from contextvars import ContextVar
from typing import Literal

Kind = Literal[
    "firestore-reads",
    "firestore-writes",
    "firestore-deletes",
    "firestore-commits",
    "pubsub-messages",
    "pubsub-bytes",
    "cloud-tasks",
    "secret-accesses",
]

_COUNTS: ContextVar[Counter[str] | None] = ContextVar("billable_operations", default=None)


def start_counting() -> Counter[str]:
    """Starts a count for this request; all code awaited from here adds to it."""
    counts: Counter[str] = Counter()
    _COUNTS.set(counts)
    return counts


def count(kind: Kind, number: int = 1) -> None:
    """Adds to the request's count; outside a request it does nothing."""
    counts = _COUNTS.get()
    if counts is not None:
        counts[kind] += number
