"""How large and how deep free JSON may be."""

from typing import Any

from shared.kit.canonical import canonical_json
from shared.kit.errors import Invalid

DEEPEST_JSON = 32


def json_problem(value: Any, largest: int) -> str | None:
    """Why a JSON value cannot be taken: nested too deeply, without a canonical form, or over
    `largest` bytes of it; None where it can."""
    # Depth first: everything after it recurses.
    if is_deeper_than(value, DEEPEST_JSON):
        return f"is nested more than {DEEPEST_JSON} deep"
    try:
        size = len(canonical_json(value))
    except Invalid as refusal:
        return refusal.errors[0].message
    return f"is over {largest} bytes" if size > largest else None


def is_deeper_than(value: Any, limit: int) -> bool:
    """Whether a JSON value nests beyond `limit`; without recursion, however deep it is."""
    level = [value]
    for _ in range(limit):
        level = [
            item
            for parent in level
            if isinstance(parent, dict | list | tuple)
            for item in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return False
    return True
