"""The rights of an agent, as the normal form of its spec has them."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from events.effects import Effect
from events.operations import Undo
from events.rights import RightLimits
from shared.kit.canonical import canonical_json
from shared.kit.models import Data
from shared.kit.money import in_usd

ListName = Literal["alone", "with_approval"]


class HeldRight(Data):
    """The right to one operation: the effect that it was approved for, whether a connector
    confirmed that, what undoes it (an operation, as `system/operation`), and its limits."""

    operation: str
    effect: Effect
    confirmed: bool = False
    undo: str | None = None
    limits: RightLimits = RightLimits()

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "HeldRight":
        """The right in an entry of a list."""
        limits = {name: each for name, each in entry.items() if name in RightLimits.model_fields}
        return cls.model_validate({**entry, "limits": limits})


def beyond(limits: RightLimits, arguments: Mapping[str, Any]) -> str | None:
    """In words, the limit of a call that these arguments are beyond; None where they are within
    all of them. Counts of calls are not judged here."""
    for name, patterns in sorted(limits.only.items()):
        value = arguments.get(name)
        values = value if isinstance(value, list) and value else [value]
        if not all(any(fits(each, pattern) for pattern in patterns) for each in values):
            return f"{name} may only be {' | '.join(patterns)}"
    money = limits.up_to_usd
    if money is not None:
        amount, currency = arguments.get(money.argument), arguments.get(money.currency)
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            return f"{money.argument} must be an amount in US dollars"
        if currency != "USD" or not 0 <= amount <= money.usd:
            return f"{money.argument} may be up to {in_usd(money.usd)}, with {money.currency} USD"
    return None


def fits(value: Any, pattern: str) -> bool:
    """Whether a value is what the pattern says, in which each `*` stands for any characters."""
    if not isinstance(value, str):
        value = "" if value is None else canonical_json(value).decode()
    first, *others = pattern.split("*")
    if not others:
        return bool(value == pattern)
    *middle, last = others
    if not value.startswith(first) or not value.endswith(last):
        return False
    at, end = len(first), len(value) - len(last)
    for part in middle:
        found = value.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


class KnownRights(NamedTuple):
    """What the agent does alone, what with a person's approval, by operation, and what never. What
    is in both lists needs an approval only above its limits in `alone`."""

    alone: Mapping[str, HeldRight]
    with_approval: Mapping[str, HeldRight]
    never: tuple[str, ...]

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> "KnownRights":
        """The rights in the normal form of a spec."""
        rights = spec["rights"]
        return cls(_held(rights["alone"]), _held(rights["with_approval"]), tuple(rights["never"]))

    def held(self, operation: str) -> tuple[ListName, HeldRight] | None:
        """The list that gives the right to an operation, and the right; None where none does."""
        if self.forbidding(operation) is not None:
            return None
        if operation in self.alone:
            return "alone", self.alone[operation]
        right = self.with_approval.get(operation)
        return None if right is None else ("with_approval", right)

    def forbidding(self, operation: str) -> str | None:
        """The entry of `never` that rules the operation out."""
        return next((each for each in self.never if _means(each, operation)), None)

    def undo_of(self, operation: str, undo: Undo | None, right: HeldRight) -> Undo | None:
        """What its definition says that undoes the operation, named as `system/operation`, where
        the agent may do that."""
        if undo is None:
            return None
        named = f"{operation.partition('/')[0]}/{undo.operation}"
        may = right.undo == named or self.held(named) is not None
        return undo.but(operation=named) if may else None

    def only_undoes(self, operation: str) -> str | None:
        """An operation that this one undoes, where it is there for nothing else."""
        if operation in self.alone or operation in self.with_approval:
            return None
        every = (*self.alone.values(), *self.with_approval.values())
        return next((each.operation for each in every if each.undo == operation), None)


def _held(entries: list[dict[str, Any]]) -> dict[str, HeldRight]:
    # An entry without an effect stands for no operation.
    return {each["operation"]: HeldRight.of(each) for each in entries if "effect" in each}


def _means(named: str, operation: str) -> bool:
    stem, star, _ = named.casefold().partition("*")
    written = operation.casefold()
    return written.startswith(stem) if star else written == stem
