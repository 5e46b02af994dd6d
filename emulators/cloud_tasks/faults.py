"""Faults that a test asks for and the next calls or dispatches suffer."""

from collections import Counter
from typing import Literal, get_args

import grpc

from emulators.google_rpc import Refusal

Fault = Literal["duplicate", "drop_once", "delay", "unavailable"]
DispatchFault = Literal["duplicate", "drop_once", "delay"]


class Faults:
    """How many of each fault are still owed."""

    def __init__(self) -> None:
        self._owed: Counter[str] = Counter()

    def inject(self, kind: Fault, count: int = 1) -> None:
        """`duplicate`, `drop_once` and `delay` meet one dispatch each, in that order of
        precedence; `unavailable` meets one API call each. ValueError for any other kind."""
        if kind not in get_args(Fault):
            raise ValueError(
                f"{kind!r} is not a fault of Cloud Tasks: {', '.join(get_args(Fault))}"
            )
        self._owed[kind] += count

    def take_for_dispatch(self) -> DispatchFault | None:
        """The fault the next dispatch suffers, if any; each is taken once."""
        for kind in get_args(DispatchFault):
            if self._take(kind):
                return kind  # type: ignore[no-any-return]
        return None

    def meet_call(self) -> None:
        """Raises UNAVAILABLE for an API call that suffers the fault."""
        if self._take("unavailable"):
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.")

    def _take(self, kind: str) -> bool:
        owed = self._owed[kind] > 0
        self._owed[kind] -= owed
        return owed
