"""Reads the values of a definition, with refusals that say where in it something is wrong."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared.kit.errors import WHOLE_BODY, FieldError, Invalid, MalformedRequest
from shared.kit.parsing import refused
from shared.kit.plain_text import refuse_odd_text

# The field of the request that holds the definition.
ROOT = "definition"
LONGEST_SHOWN = 60


def parsed(read: Callable[[bytes], Any], text: str) -> Any:
    """The value of the text as `read` reads it. Raises Invalid for what `read` refuses, and for
    text in it that is not plain, also where it was escaped."""
    try:
        value = read(text.encode())
        refuse_odd_text(value)
    except (Invalid, MalformedRequest) as refusal:
        raise Invalid(*map(_within, refusal.errors)) from refusal
    return value


def text_of(value: Any, path: str) -> str:
    """The text without the space around it; nothing for null. Raises Invalid for lists and
    objects."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise refused("must be text", path)
    return value.strip()


def list_of(value: Any, path: str) -> list[Any]:
    """The items; none for null. Raises Invalid for anything but a list."""
    if value is not None and not isinstance(value, list):
        raise refused("must be a list", path)
    return value or []


def object_of(value: Any, path: str) -> dict[str, Any]:
    """The fields; none for null. Raises Invalid for anything but an object."""
    if value is not None and not isinstance(value, dict):
        raise refused("must be an object", path)
    return value or {}


def texts_of(value: Any, path: str) -> tuple[str, ...]:
    """The texts that say something, of a list or of one text. Raises Invalid."""
    items = [value] if isinstance(value, str) else list_of(value, path)
    texts = (text_of(item, f"{path}.{index}") for index, item in enumerate(items))
    return tuple(filter(None, texts))


def refuse_taken(name: str, taken: set[str], path: str) -> None:
    """Takes the name. Raises Invalid where another part has it: nobody could say which is meant."""
    if name in taken:
        raise refused(f'"{shown(name)}" is the name of two: give each its own', path)
    taken.add(name)


def shown(name: str) -> str:
    """The beginning of a name, which may be as long as the definition."""
    return name[:LONGEST_SHOWN]


def unread(value: Mapping[str, Any], read: Iterable[str]) -> tuple[str, ...]:
    """The names of the fields that say something and were not read."""
    return tuple(sorted(name for name in value.keys() - set(read) if value[name] not in (None, "")))


def _within(error: FieldError) -> FieldError:
    field = ROOT if error.field == WHOLE_BODY else f"{ROOT}.{error.field}"
    return FieldError(field, error.message)
