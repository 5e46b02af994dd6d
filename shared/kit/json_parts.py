"""Walks JSON values of any depth, in time that is proportional to their size."""

from collections.abc import Iterable, Iterator
from typing import Any


def below(value: Any) -> Iterable[Any]:
    """The parts directly below a value: an object's values, a list's items, or none."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def named_below(value: Any) -> Iterator[tuple[str, Any]]:
    """The parts directly below a value, each with its key or its index."""
    if isinstance(value, dict):
        return iter(value.items())
    return ((str(index), part) for index, part in enumerate(below(value)))


def nearest(value: Any, path: str) -> tuple[str, Any]:
    """The longest part of a JSON Pointer that exists in a JSON value, and what is there."""
    found = ""
    for name in path.split("/")[1:]:
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            break
        found = f"{found}/{name}"
    return found, value


def pointer_to(trail: Iterable[str]) -> str:
    """The JSON Pointer (RFC 6901) of the part to which these keys and indexes lead."""
    escaped = (each.replace("~", "~0").replace("/", "~1") for each in trail)
    return "".join(f"/{each}" for each in escaped)


def parts_of(value: Any) -> Iterator[Any]:
    """The value and every part of it, in no fixed order."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(below(part))


def has_more_parts(value: Any, most: int) -> bool:
    """Whether a JSON value has more than `most` parts, itself included; stops counting there."""
    waiting = [value]
    for position in range(most):
        if position == len(waiting):
            return False
        waiting.extend(below(waiting[position]))
        if len(waiting) > most:
            return True
    return len(waiting) > most


def walk(value: Any) -> Iterator[tuple[list[str], Any]]:
    """The value and every part of it in reading order, with the keys and indexes that lead there: a
    list that the next step changes."""
    trail: list[str] = []
    yield trail, value
    levels = [named_below(value)]
    while levels:
        step = next(levels[-1], None)
        if step is None:
            levels.pop()
            del trail[-1:]
            continue
        trail.append(step[0])
        yield trail, step[1]
        levels.append(named_below(step[1]))
