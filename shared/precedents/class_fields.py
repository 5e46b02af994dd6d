"""What a content declares about its class: the fields that conditions of a learned precedent may
name."""

from collections.abc import Iterator
from typing import Any

MOST_LISTED = 32
LONGEST_TOKEN = 64
# Fields that identify one case, not a class of cases.
_PARTICULAR = frozenset(
    {"name", "id", "purpose", "case", "changes", "findings", "way_of_working", "why", "version"}
)


def class_fields(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each field of the content, and of the objects in it, that tells a class of requests, with its
    value: a number, true or false, a word, or a list of words. No free text and no identity of a
    single request."""
    for name, value in content.items():
        if _tells_class(name):
            yield from _leaves(f"content.{name}", value)
            if isinstance(value, dict):
                for inner, leaf in value.items():
                    if _tells_class(inner):
                        yield from _leaves(f"content.{name}.{inner}", leaf)


def _leaves(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool | int | float) or _is_token(value):
        yield field, value
    elif isinstance(value, list) and 0 < len(value) <= MOST_LISTED:
        if all(_is_token(item) for item in value):
            yield field, value
        elif all(isinstance(item, dict) for item in value):
            for name in ("classification", "mode", "reversible"):
                if all(isinstance(item.get(name), str | bool) for item in value):
                    yield f"{field}.{name}", [item[name] for item in value]


def _tells_class(name: str) -> bool:
    if name in _PARTICULAR or name.endswith(("_id", "_at", "hash")):
        return False
    return _is_token(name) and "." not in name


def _is_token(value: Any) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_TOKEN
        and not any(character.isspace() for character in value)
    )
