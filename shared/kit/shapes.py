"""Whether a value is what a JSON Schema says, in words that quote nothing of it."""

from collections.abc import Mapping
from typing import Any

from shared.kit.schemas import Fault, TooCostly, faults

MOST_NAMED = 3


def wrong(schema: Mapping[str, Any], value: Any, name: str) -> str | None:
    """What is wrong with the value of that name, or None. Names only what the schema names."""
    try:
        found = faults(schema, value)[:MOST_NAMED]
    except TooCostly as error:
        return f"{name}: cannot be judged, as its schema {error}"
    except ValueError:
        return f"{name}: has no JSON form"
    return "; ".join(f"{'.'.join((name, *each.named))}: {_said(each)}" for each in found) or None


def _said(fault: Fault) -> str:
    """The message quotes the value, which may be long and a person's."""
    return fault.message if fault.is_whole else f"does not keep {'/'.join(fault.keeps)}"
