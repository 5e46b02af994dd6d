"""Rights over the operations of a spec, and their limits: who decides on each."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from shared.kit.models import Model
from shared.kit.money import in_usd

MOST_OPERATIONS = 300

# One operation of a system; `*` as its last part stands for all that begin so.
Reference = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=201,
        pattern=(
            r"^[A-Za-z0-9][A-Za-z0-9._:-]*/"
            r"([A-Za-z0-9][A-Za-z0-9._:-]*|([A-Za-z0-9][A-Za-z0-9._:-]*\.)?\*)$"
        ),
    ),
]
Named = Annotated[str, StringConstraints(strict=True, max_length=200, pattern=r"\S")]
# What the value of an argument may be; people do not see spaces around it.
Pattern = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, max_length=200, pattern=r"\S")
]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1, max_length=20)]
Count = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class MoneyLimit(Model):
    """The most that one call may move, in dollars, and the names of the arguments that hold the
    amount and its currency."""

    usd: Annotated[float, Field(gt=0, le=1_000_000_000, strict=True)]
    argument: Named
    currency: Named


def _limit_of_a_call(limit: Any) -> Any:
    if not isinstance(limit, dict | MoneyLimit | None):
        raise ValueError("must be an object with usd, and the arguments: argument and currency")
    return limit


def within(now: Any, was: Any) -> bool:
    """Whether limits certainly allow no more than others: each of those is there, or a tighter
    one."""
    if isinstance(was, dict):
        return all(name in now and within(now[name], each) for name, each in was.items())
    if isinstance(was, list):
        return set(now) <= set(was)
    return bool(now == was if isinstance(was, str) else now <= was)


class RightLimits(Model):
    """What bounds a right: calls in a run and in a day, money in a call, and for each named
    argument the patterns of which each value must match one; a missing argument fails."""

    per_run: Count | None = None
    per_day: Count | None = None
    up_to_usd: Annotated[MoneyLimit | None, BeforeValidator(_limit_of_a_call)] = None
    only: Annotated[dict[Named, Patterns], Field(max_length=20)] = Field(default_factory=dict)

    @property
    def bounds(self) -> dict[str, Any]:
        """The limits that are set."""
        return self.model_dump(
            mode="json", include=set(RightLimits.model_fields), exclude_defaults=True
        )

    @property
    def in_words(self) -> list[str]:
        """The limits that are set, as people read them."""
        counts = {"a run": self.per_run, "a day": self.per_day}
        limits = [f"{count} {name}" for name, count in counts.items() if count]
        if self.up_to_usd:
            limits.append(f"up to {in_usd(self.up_to_usd.usd)} a call")
        only = sorted(self.only.items())
        return limits + [f"only {name}: {' | '.join(patterns)}" for name, patterns in only]


class Right(RightLimits):
    """The right to an operation, within limits. Only a named operation has arguments to limit."""

    operation: Reference

    @model_validator(mode="after")
    def _limits_what_it_names(self) -> "Right":
        if self.operation.endswith("*") and (self.only or self.up_to_usd):
            raise ValueError("limits the arguments of many operations: name the one that has them")
        return self


def _with_limits(entry: Any) -> Any:
    if not isinstance(entry, str | dict | Right):
        raise ValueError("must be an operation, or an object with an operation and its limits")
    return {"operation": entry} if isinstance(entry, str) else entry


_Entry = Annotated[Right, BeforeValidator(_with_limits, json_schema_input_type=Reference | Right)]
Entries = Annotated[tuple[_Entry, ...], Field(max_length=MOST_OPERATIONS)]


class Rights(Model):
    """What the agent does alone, what with a person's approval, and what never."""

    alone: Entries = ()
    with_approval: Entries = ()
    never: Annotated[tuple[Reference, ...], Field(max_length=MOST_OPERATIONS)] = ()
