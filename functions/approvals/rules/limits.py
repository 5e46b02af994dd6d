"""The limits of free JSON: its size and depth."""

from typing import Any

from shared.kit.canonical import canonical_json
from shared.kit.errors import Invalid

DEEPEST_JSON = 32


def json_problem(value: Any, largest: int) -> str | None:
    """Why a JSON value is refused: nested too deeply, without a canonical form, or over `largest`
    bytes of it; None where it is accepted."""
    # Depth first, because all later checks recurse.
    if is_deeper_than(value, DEEPEST_JSON):
        return f"is nested more than {DEEPEST_JSON} deep"
    try:
        size = len(canonical_json(value))
    except Invalid as refusal:
        return refusal.errors[0].message
    return f"is over {largest} bytes" if size > largest else None


def is_deeper_than(value: Any, limit: int) -> bool:
    """Whether a JSON value nests deeper than `limit`; does not recurse, so any depth is safe."""
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
