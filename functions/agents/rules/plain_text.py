"""The limits of a spec's plain value: size, depth, and no deceptive characters."""

from collections.abc import Iterator
from typing import Any

from functions.agents.rules.characters import oddity
from shared.kit.parsing import refused

MOST_BYTES = 128 * 1024
MOST_NODES = 4_000
DEEPEST = 12
LARGEST_NUMBER = 2**53 - 1


def refuse_deceptive(value: Any) -> Any:
    """The unchanged value: at most 4,000 nodes nested at most 12 deep, no huge numbers, no
    deceptive characters. Raises Invalid for any other, within a second."""
    _check_nodes(value)
    return value


def _check_nodes(root: Any) -> None:
    waiting: list[tuple[str, int, Any]] = [("", 0, root)]
    count = 0
    while waiting:
        path, depth, value = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise refused(f"is nested deeper than {DEEPEST} levels", path)
        if count > MOST_NODES:
            raise refused(f"has more than {MOST_NODES} parts")
        _check_leaf(path, value)
        waiting += ((f"{path}.{key}".lstrip("."), depth + 1, item) for key, item in _parts(value))


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if problem := oddity(key):
                raise refused(f"the key {ascii(key)[:80]} {problem}")
            yield key, item
    elif isinstance(value, list):
        yield from ((str(index), item) for index, item in enumerate(value))


def _check_leaf(path: str, value: Any) -> None:
    if isinstance(value, str):
        if problem := oddity(value):
            raise refused(problem, path)
    elif isinstance(value, float | int) and not abs(value) <= LARGEST_NUMBER:
        raise refused("is not a number between -(2^53-1) and 2^53-1", path)
