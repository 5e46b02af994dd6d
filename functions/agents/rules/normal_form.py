"""The normal form of a spec: what is hashed, shown to the governor and stored."""

from collections.abc import Mapping, Sequence
from typing import Any

from events.rights import Right, Rights
from events.specs import Spec
from functions.agents.rules.rights import Held, Powers
from shared.kit.canonical import canonical_json

DERIVED = ("alone_effects", "irreversible")


def normal_form(powers: Powers) -> dict[str, Any]:
    """The spec with sorted sets, with the confirmed effects, with the rights as objects that show
    effect, undo and limits, and with `alone_effects` and `irreversible`, which precedents may speak
    of. The same for specs that differ only in the order of their lists or in how a right is
    written."""
    value = powers.spec.model_dump(mode="json", exclude_none=True)
    for system in value["systems"]:
        for operation in system["operations"]:
            operation["effect"] = powers.deeds[f"{system['name']}/{operation['name']}"].effect
    value["rights"] |= {
        "alone": _rights(powers, "alone", powers.alone),
        "with_approval": _rights(powers, "with_approval", powers.with_approval),
    }
    derived = {"alone_effects": powers.alone_effects, "irreversible": powers.irreversible}
    return {**_sets(value), **derived}


def read_normal_form(value: Mapping[str, Any]) -> Spec:
    """The spec of which this is the normal form."""
    fields = {name: each for name, each in value.items() if name not in DERIVED}
    # Beside what patterns stand for it has the entries that stand for nothing: more than one sends.
    alone, above, never = (value["rights"][name] for name in ("alone", "with_approval", "never"))
    read = {"alone": _read(alone), "with_approval": _read(above)}
    rights = Rights.model_construct(never=tuple(never), _fields_set=None, **read)
    return Spec.model_validate({**fields, "rights": rights})


def _read(entries: Sequence[Mapping[str, Any]]) -> tuple[Right, ...]:
    known = Right.model_fields.keys()
    return tuple(Right(**{key: each[key] for key in each.keys() & known}) for each in entries)


def _rights(powers: Powers, name: str, held: Mapping[str, Held]) -> list[dict[str, Any]]:
    shown = []
    for ref, right in held.items():
        deed = powers.deeds[ref]
        meaning = {"operation": ref, "effect": deed.effect, "confirmed": deed.confirmed}
        undo = {"undo": deed.undo} if deed.undo else {}
        shown.append({**meaning, **undo, **right.limits.bounds})
    # What the findings stop is shown as it was written.
    entries = [each for each in powers.entries if each.list_name == name]
    stopped = [each for each in entries if held.keys().isdisjoint(each.refs)]
    return [*shown, *({"operation": each.right.operation} for each in stopped)]


def _sets(value: Any) -> Any:
    """The value with every list in it sorted, each item once, whatever order they came in."""
    if isinstance(value, dict):
        return {name: _sets(each) for name, each in value.items()}
    if not isinstance(value, list | tuple):
        return value
    items = {canonical_json(each): each for each in map(_sets, value)}
    return [items[form] for form in sorted(items)]
