"""Faults that are armed and have not happened yet."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

Kind = Literal["duplicate", "drop_once", "delay", "reorder", "unavailable", "kill"]

KINDS_OF_TARGET: dict[str, frozenset[Kind]] = {
    "pubsub": frozenset({"duplicate", "drop_once", "delay", "reorder", "unavailable"}),
    "tasks": frozenset({"duplicate", "drop_once", "delay", "unavailable"}),
    "firestore": frozenset({"unavailable", "delay"}),
    "function": frozenset({"kill", "unavailable", "delay"}),
}


@dataclass(frozen=True)
class Fault:
    """The fault of the next thing that passes. `seconds` is the length of a delay, or how long a
    function works before it is killed."""

    kind: Kind
    seconds: float = 1.0


class Faults:
    """Armed faults by target: `pubsub`, `pubsub:publish`, `function:<deployable>`. Each is taken
    once, in the order they were armed."""

    def __init__(self) -> None:
        self._armed: dict[str, deque[Fault]] = {}

    def arm(self, target: str, fault: Fault, count: int) -> None:
        self._armed.setdefault(target, deque()).extend([fault] * count)

    def take(self, target: str) -> Fault | None:
        """The next fault of `target`; removes it."""
        armed = self._armed.get(target)
        return armed.popleft() if armed else None

    def clear(self) -> None:
        self._armed.clear()
