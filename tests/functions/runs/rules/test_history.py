"""What happened before a call: counts, sums, and calls that are made together."""

from typing import Any

import pytest

from events.plan_content import Call
from events.rights import MoneyLimit, RightLimits
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.history import counted, history_before
from functions.runs.rules.order import Placed
from shared.capabilities.grants import History
from tests.functions.runs.rules.plans import add, run


def paying(number: int, **arguments: Any) -> ConcreteCall:
    """A call of a right that limits an amount."""
    step = add(f"pay{number}")
    money = MoneyLimit(argument="amount", usd=50, currency="currency")
    assert isinstance(step.does, Call)
    limited = step.does.but(limits=RightLimits(up_to_usd=money))
    return ConcreteCall(Placed(number, step), limited, None, arguments)


def test_calls_costs_and_amounts_add_up() -> None:
    first, second = (paying(n, amount=20.01, currency="USD") for n in range(2))
    after = counted(counted(run(), first, 5), second, 7)
    seen = history_before(after, (), paying(2))
    operation = first.call.operation
    assert seen == History(before=(operation,), calls=2, usd_cents=4002, spent_usd_micros=12)
    assert history_before(run(), (), first) == History()


def test_calls_that_are_made_together_count_in_their_order() -> None:
    together = [paying(n, amount=10, currency="USD") for n in range(3)]
    seen = [history_before(run(), together, each) for each in together]
    assert [(each.calls, each.usd_cents) for each in seen] == [(0, 0), (1, 1000), (2, 2000)]


@pytest.mark.parametrize(("amount", "cents"), [(0.001, 1), (-5, 0), ("50", 0), (True, 0)])
def test_an_amount_is_never_less_than_it_is(amount: Any, cents: int) -> None:
    after = counted(run(), paying(0, amount=amount), 0)
    assert history_before(after, (), paying(1)).usd_cents == cents
