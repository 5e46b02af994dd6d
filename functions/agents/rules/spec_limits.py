"""The limits of a spec's plain value: its size, depth and numbers."""

from typing import Any

from shared.kit.json_parts import named_below
from shared.kit.parsing import refused

MOST_BYTES = 128 * 1024
MOST_NODES = 4_000
DEEPEST = 12
LARGEST_NUMBER = 2**53 - 1

# The names on the way to a part; joined only for a refusal, because names may be long.
Trail = tuple[str, ...]


def refuse_oversized(value: Any) -> Any:
    """The unchanged value: at most 4,000 nodes nested at most 12 deep, no huge numbers. Raises
    Invalid for any other, within a second."""
    waiting: list[tuple[Trail, Any]] = [((), value)]
    count = 0
    while waiting:
        trail, part = waiting.pop()
        count += 1
        if len(trail) > DEEPEST:
            raise refused(f"is nested deeper than {DEEPEST} levels", ".".join(trail))
        if count > MOST_NODES:
            raise refused(f"has more than {MOST_NODES} parts")
        if isinstance(part, float | int) and not abs(part) <= LARGEST_NUMBER:
            raise refused("is not a number between -(2^53-1) and 2^53-1", ".".join(trail))
        waiting += (((*trail, name), item) for name, item in named_below(part))
    return value
