"""Finds conditions that would cover what another rule exists to stop."""

from collections.abc import Sequence

from events.effects import CONSEQUENTIAL
from events.precedents import Condition
from shared.precedents.conditions import in_words

# Fields whose safe values must be listed: excluding some values admits all others.
_GUARDED = (
    *("alone_effects", "classification", "blast_radius", "reversible"),
    *("verdict", "risk", "mode"),
)
_DANGEROUS = {
    "classification": ("confidential", "restricted"),
    "blast_radius": ("platform",),
    "reversible": (False,),
    "alone_effects": tuple(CONSEQUENTIAL),
    "irreversible": (True,),
    "verdict": ("fail", "escalate", "concern"),
    "risk": ("high", "critical"),
}
_SAFEGUARDS = (
    "rollback",
    "rollback_plan",
    "escalation_triggers",
    "with_approval",
    "never",
    "containment",
)


def weakened_rules(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Each way in which the conditions weaken a rule, in words; empty where they weaken none."""
    reasons = [reason for condition in conditions if (reason := _weakens(condition))]
    return (*reasons, *_open_upwards(conditions), *_open_lists(conditions))


def _name(field: str) -> str:
    """What a condition is about: the effects of an agent's own rights are those it has alone."""
    own = "alone_effects" if field.endswith(".rights.alone.effect") else field
    return own.rsplit(".", 1)[-1]


def _weakens(condition: Condition) -> str | None:
    name = _name(condition.field)
    words = in_words(condition)
    if condition.op in ("ne", "not_in") and name in _GUARDED:
        return f"{words} admits every other {name}"
    if condition.op in ("eq", "in", "contains", "subset_of"):
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        named = [part for each in values for part in (each if isinstance(each, list) else [each])]
        if any(value is bad or value == bad for bad in _DANGEROUS.get(name, ()) for value in named):
            return f"{words} covers what a human must decide"
        if name in _SAFEGUARDS and condition.value in ([], "", None, {}):
            return f"{words} asks for a missing safeguard"
    if condition.op == "exists" and condition.value is False and name in _SAFEGUARDS:
        return f"{words} asks for a missing safeguard"
    return None


def _open_lists(conditions: Sequence[Condition]) -> list[str]:
    """A list that must have one value may have any other beside it."""
    bounded = {c.field for c in conditions if c.op in ("eq", "in", "subset_of")}
    return [
        f"{in_words(condition)} admits every other {_name(condition.field)} beside it"
        for condition in conditions
        if condition.op in ("contains", "exists")
        and _name(condition.field) in _GUARDED
        and condition.field not in bounded
    ]


def _open_upwards(conditions: Sequence[Condition]) -> list[str]:
    bounded = {c.field for c in conditions if c.op in ("lt", "le", "eq", "in")}
    return [
        f"{in_words(condition)} lets anything larger through"
        for condition in conditions
        if condition.op in ("gt", "ge") and condition.field not in bounded
    ]
