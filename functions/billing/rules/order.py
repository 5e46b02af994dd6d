"""An order: the plan, the seats and the add-ons that a tenant wants, and what it costs."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, model_validator

from events.subscriptions import AddOnTaken
from shared.catalogue import catalogue, upgrade_for_seats
from shared.kit.errors import FieldError, Invalid
from shared.kit.models import Model
from shared.kit.plans import AddOn, Interval, Plan

MOST_SEATS = 10_000
MOST_OF_AN_ADD_ON = 100


class AddOnWanted(Model):
    """How many of one add-on."""

    add_on: AddOn
    quantity: Annotated[int, Field(ge=1, le=MOST_OF_AN_ADD_ON, strict=True)]


class Order(Model):
    """What a tenant wants to buy. Free has no interval, no seats and no add-ons."""

    plan: Plan
    interval: Interval | None = None
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS, strict=True)] | None = None
    add_ons: Annotated[tuple[AddOnWanted, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "Order":
        if self.plan == "free" and (self.interval or self.seats or self.add_ons):
            raise ValueError("Free is not paid for: leave out interval, seats and add_ons")
        if self.plan != "free" and (self.interval is None or self.seats is None):
            raise ValueError("a plan that is paid for goes with interval and seats")
        named = [each.add_on for each in self.add_ons]
        if len(named) != len(set(named)):
            raise ValueError("add_ons names an add-on twice: write its quantity once")
        return self

    @property
    def taken(self) -> tuple[AddOnTaken, ...]:
        """The add-ons, by name."""
        wanted = sorted(self.add_ons, key=lambda each: each.add_on)
        return tuple(AddOnTaken(add_on=each.add_on, quantity=each.quantity) for each in wanted)


class Pause(Model):
    """Pauses the subscription: nothing is charged and Free holds until somebody resumes it."""

    pauses: Literal[True]


class Resume(Model):
    """Resumes a paused subscription."""

    resumes: Literal[True]


# What can be asked for a subscription that was bought.
ChangeRequest = Order | Pause | Resume


class Item(NamedTuple):
    """A line of an order: a quantity of the price that Stripe has under `lookup_key`."""

    lookup_key: str
    name: str
    interval: Interval
    unit_cents: int
    quantity: int

    @property
    def cents(self) -> int:
        return self.unit_cents * self.quantity


def check_order(order: Order) -> None:
    """Raises Invalid for a plan by contract, more seats than the plan has, and an add-on that is
    not sold with the plan."""
    sold = catalogue().plans[order.plan]
    if sold.by_contract:
        raise Invalid(FieldError("plan", f"{sold.name} is sold by contract: ask the operator"))
    if sold.most_seats is not None and (order.seats or 0) > sold.most_seats:
        larger = upgrade_for_seats(order.plan)
        hint = f"; choose {larger}" if larger is not None else ""
        raise Invalid(FieldError("seats", f"{sold.name} has {sold.most_seats} at most{hint}"))
    for number, each in enumerate(order.add_ons):
        plans = catalogue().add_ons[each.add_on].plans
        if order.plan not in plans:
            problem = f"is not sold with {sold.name}, only with {' and '.join(plans)}"
            raise Invalid(FieldError(f"add_ons[{number}].add_on", problem))


def check_people(order: Order, people: int) -> None:
    """Raises Invalid for fewer seats than the tenant has people."""
    if order.seats is not None and order.seats < people:
        problem = f"{people} people belong to the tenant"
        problem += f": order {people} at least, or remove somebody"
        raise Invalid(FieldError("seats", problem))


def items_of(order: Order) -> tuple[Item, ...]:
    """The plan and the add-ons of the order as items; none for Free."""
    sold = catalogue().plans[order.plan]
    price = sold.price(order.interval) if order.interval is not None else None
    if price is None or order.interval is None or order.seats is None:
        return ()
    interval, unit = order.interval, price.per_seat
    key = f"assent:plan:{order.plan}:{interval}:{unit}"
    plan = Item(key, f"Assent {sold.name}", interval, unit, order.seats)
    return (plan, *(_add_on(each, interval) for each in order.taken))


def price_cents(order: Order) -> int:
    """What the order costs in one interval, before tax, credits and discounts."""
    return sum(each.cents for each in items_of(order))


def product_of(lookup_key: str) -> tuple[str, str] | None:
    """What a price is for: `plan` or `add_on`, and its name, also for a price of an earlier
    catalogue. None for a price that is not ours."""
    parts = lookup_key.split(":")
    names: Mapping[str, Mapping[str, object]] = {
        "plan": {str(name): each for name, each in catalogue().plans.items()},
        "add_on": {str(name): each for name, each in catalogue().add_ons.items()},
    }
    is_ours = len(parts) == 5 and parts[0] == "assent" and parts[2] in names.get(parts[1], {})
    return (parts[1], parts[2]) if is_ours else None


def item_changes(
    current: Sequence[Mapping[str, Any]], items: Sequence[Item], prices: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The parameters that turn the `current` items of a subscription at Stripe into those of an
    order; `prices` are Stripe's ids by lookup key. The item of an add-on keeps its id, and so does
    that of the plan, also where the plan changes: only then does a change of the interval make an
    invoice at once. Stripe charges for an item that is deleted and made anew with its next period,
    which may be a year away."""
    wanted = {_item_kind(each.lookup_key): each for each in items}
    changed: list[dict[str, Any]] = []
    for item in current:
        becomes = wanted.pop(_item_kind(item["price"].get("lookup_key") or ""), None)
        if becomes is None:
            changed.append({"id": item["id"], "deleted": True})
            continue
        price = prices[becomes.lookup_key]
        another = {} if price == item["price"]["id"] else {"price": price}
        changed.append({"id": item["id"], **another, "quantity": becomes.quantity})
    added = (
        {"price": prices[each.lookup_key], "quantity": each.quantity} for each in wanted.values()
    )
    return [*changed, *added]


def _item_kind(lookup_key: str) -> tuple[str, str] | None:
    named = product_of(lookup_key)
    return ("plan", "") if named is not None and named[0] == "plan" else named


def _add_on(taken: AddOnTaken, interval: Interval) -> Item:
    sold = catalogue().add_ons[taken.add_on]
    unit = sold.month * (12 if interval == "year" else 1)
    key = f"assent:add_on:{taken.add_on}:{interval}:{unit}"
    return Item(key, f"Assent add-on: {sold.name}", interval, unit, taken.quantity)
