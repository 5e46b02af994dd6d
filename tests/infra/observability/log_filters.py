"""The Logging query language, as far as our metrics use it: comparisons joined by AND
(https://cloud.google.com/logging/docs/view/logging-query-language)."""

import re
from collections.abc import Mapping
from typing import Any

Entry = Mapping[str, Any]

_AND = re.compile(r"\s+AND\s+")
_COMPARISON = re.compile(r'([A-Za-z_]\w*(?:\.(?:\w+|"[^"]+"))*)(=~|!~|>=|=|>)("[^"]*"|[A-Z]+|\d+)')
_FIELD = re.compile(r'"([^"]+)"|(\w+)')


def matches(filter: str, entry: Entry) -> bool:
    """Whether Cloud Logging would count the entry. Raises ValueError for what this cannot read,
    so that no filter passes unread."""
    return all(_holds(comparison, entry) for comparison in _AND.split(filter))


def extracted(extractor: str, entry: Entry) -> Any:
    """The value an `EXTRACT(field)` takes from the entry; None where it has none."""
    found = re.fullmatch(r"EXTRACT\((.+)\)", extractor)
    if found is None:
        raise ValueError(f"{extractor} is no extractor we read")
    return _value(found[1], entry)


def _holds(comparison: str, entry: Entry) -> bool:
    found = _COMPARISON.fullmatch(comparison)
    if found is None:
        raise ValueError(f"{comparison} is no comparison we read")
    path, operator, literal = found.groups()
    value = _value(path, entry)
    if value is None:
        return False
    if operator in ("=~", "!~"):
        is_found = isinstance(value, str) and re.search(literal.strip('"'), value) is not None
        return is_found == (operator == "=~")
    if operator == "=":
        return str(value) == literal.strip('"')
    if not isinstance(value, int | float):
        return False
    return value >= int(literal) if operator == ">=" else value > int(literal)


def _value(path: str, entry: Entry) -> Any:
    value: Any = entry
    for quoted, plain in _FIELD.findall(path):
        value = value.get(quoted or plain) if isinstance(value, Mapping) else None
    return value
