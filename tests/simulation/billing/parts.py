"""What a subscription is made of, and how much of it is for a part of its time. Money is whole
cents, instants are whole seconds since 1970."""

from dataclasses import dataclass
from fractions import Fraction


def nearest(amount: Fraction) -> int:
    """Whole cents; half a cent goes away from zero."""
    whole = (abs(amount) + Fraction(1, 2)).__floor__()
    return whole if amount >= 0 else -whole


@dataclass
class Part:
    """The plan, or an add-on. `billed` was asked for the time from `since` to the period's end."""

    unit: int
    quantity: int
    start: int
    end: int
    billed: int
    since: int

    @property
    def whole(self) -> int:
        return self.unit * self.quantity

    def left(self, amount: int, since: int, at: int) -> int:
        """The part of an amount for the time since then that is for the time after `at`."""
        return nearest(Fraction(amount * (self.end - at), self.end - since))
