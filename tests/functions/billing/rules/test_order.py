"""What an order costs, and what nobody sells."""

import pytest
from pydantic import ValidationError

from functions.billing.rules.order import (
    Order,
    check_people,
    item_changes,
    items_of,
    price_cents,
    product_of,
)
from shared.catalogue import catalogue
from shared.kit.errors import Invalid


@pytest.mark.parametrize(
    ("order", "cents"),
    [
        ({"plan": "free"}, 0),
        ({"plan": "pro", "interval": "month", "seats": 1}, 4_900),
        ({"plan": "pro", "interval": "year", "seats": 5}, 5 * 12 * 3_900),
        ({"plan": "team", "interval": "month", "seats": 10}, 199_000),
        ({"plan": "team", "interval": "year", "seats": 2}, 2 * 12 * 14_900),
    ],
)
def test_an_order_costs_its_seats(order: dict[str, object], cents: int) -> None:
    assert price_cents(Order.model_validate(order)) == cents


def test_add_ons_cost_twelve_months_where_the_plan_is_paid_by_the_year() -> None:
    add_ons = [{"add_on": "executions", "quantity": 2}]
    monthly = {"plan": "pro", "interval": "month", "seats": 1, "add_ons": add_ons}
    assert price_cents(Order.model_validate(monthly)) == 4_900 + 2 * 9_900
    yearly = Order.model_validate({**monthly, "interval": "year"})
    assert price_cents(yearly) == 46_800 + 2 * 12 * 9_900


def test_each_price_says_what_it_is_for_and_what_it_costs() -> None:
    add_ons = [{"add_on": name, "quantity": 1} for name in catalogue().add_ons]
    order = {"plan": "team", "interval": "year", "seats": 3, "add_ons": add_ons}
    items = items_of(Order.model_validate(order))
    assert product_of(items[0].lookup_key) == ("plan", "team")
    assert {product_of(each.lookup_key) for each in items[1:]} == {
        ("add_on", name) for name in catalogue().add_ons
    }
    assert all(each.lookup_key.endswith(f":{each.unit_cents}") for each in items)


@pytest.mark.parametrize(
    "key", ["", "pro", "assent:plan:gold:month:1", "other:plan:pro:month:1", "assent:plan:pro"]
)
def test_prices_of_others_are_not_ours(key: str) -> None:
    assert product_of(key) is None


@pytest.mark.parametrize(
    "order",
    [
        {"plan": "pro"},
        {"plan": "free", "seats": 1},
        {"plan": "pro", "interval": "month", "seats": 0},
        {"plan": "pro", "interval": "week", "seats": 1},
        {"plan": "gold", "interval": "month", "seats": 1},
        {
            "plan": "pro",
            "interval": "month",
            "seats": 1,
            "add_ons": [{"add_on": "tokens", "quantity": 1}] * 2,
        },
        {"plan": "pro", "interval": "month", "seats": 1, "card": "4242424242424242"},
    ],
)
def test_what_is_no_order_is_refused(order: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate(order)


def test_an_item_keeps_its_id_while_it_is_for_the_same() -> None:
    add_ons = [{"add_on": name, "quantity": 1} for name in ("executions", "tokens")]
    before = items_of(
        Order.model_validate({"plan": "pro", "interval": "month", "seats": 1, "add_ons": add_ons})
    )
    order = {"plan": "team", "interval": "year", "seats": 3, "add_ons": add_ons[1:]}
    wanted = items_of(Order.model_validate(order))
    prices = {each.lookup_key: f"price of {each.lookup_key}" for each in (*before, *wanted)}
    current = [
        {
            "id": f"si_{number}",
            "price": {"id": prices[each.lookup_key], "lookup_key": each.lookup_key},
        }
        for number, each in enumerate(before)
    ]
    assert item_changes(current, wanted, prices) == [
        {"id": "si_0", "price": prices[wanted[0].lookup_key], "quantity": 3},
        {"id": "si_1", "deleted": True},
        {"id": "si_2", "price": prices[wanted[1].lookup_key], "quantity": 1},
    ]
    assert item_changes(current[:1], before, prices) == [
        {"id": "si_0", "quantity": 1},
        *({"price": prices[each.lookup_key], "quantity": 1} for each in before[1:]),
    ]


@pytest.mark.parametrize(("seats", "people"), [(2, 3), (1, 2)])
def test_nobody_orders_fewer_seats_than_people_belong_to_the_tenant(
    seats: int, people: int
) -> None:
    order = Order.model_validate({"plan": "pro", "interval": "month", "seats": seats})
    with pytest.raises(Invalid, match=f"order {people} at least, or remove somebody"):
        check_people(order, people)
    check_people(order, seats)
    check_people(Order.model_validate({"plan": "free"}), people)
