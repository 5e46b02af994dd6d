"""Processes that die in the middle of what they do at Stripe."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from functions.billing.service import charges, usage_invoice
from functions.billing.service.stripe_calls import Unknown
from tests.simulation.billing.bill import Bill

DIED = Unknown("Stripe did not answer; send it again")


@dataclass
class Late:
    """A line for a bill's invoice that is still on its way to Stripe, since the instant `at`."""

    key: str
    said: Any
    bill: Bill
    at: int


@contextmanager
def dying_at_a_line() -> Iterator[list[tuple[str, Any]]]:
    """Whoever writes a line of usage dies before Stripe has it: the call that is on its way."""
    with pytest.MonkeyPatch.context() as patch:
        under_way = list[tuple[str, Any]]()

        async def die(key: str, said: Any) -> None:
            under_way.append((key, said))
            raise DIED

        patch.setattr(charges, "write_line", die)
        yield under_way


@contextmanager
def dying_at_release() -> Iterator[list[tuple[str, Any]]]:
    """Whoever releases a usage invoice dies before: what it would have said."""
    with pytest.MonkeyPatch.context() as patch:
        under_way = list[tuple[str, Any]]()

        async def die(stripe_id: str, said: Any) -> None:
            under_way.append((stripe_id, said))
            raise DIED

        patch.setattr(usage_invoice, "update_invoice", die)
        yield under_way


@contextmanager
def living() -> Iterator[list[tuple[str, Any]]]:
    """Nobody dies."""
    yield []
