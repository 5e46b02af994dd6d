"""The parameters of a call: form-encoded, with brackets for those within others."""

import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from emulators.stripe.failures import invalid, missing, unknown

Form = Mapping[str, Any]
_PARTS = re.compile(r"\[([^\]]*)\]")
_TRUTHS = {"true": True, "false": False}
MOST_METADATA = 50
# Seconds until the year 5138, or a thousand million dollars.
GREATEST = 99_999_999_999


def decoded(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters as nested dictionaries of texts; a list is a dictionary whose keys are
    numbers, which `rows` reads. Raises StripeFailure for a key that is used in two ways."""
    params: dict[str, Any] = {}
    for key, value in pairs:
        name, bracket, _ = key.partition("[")
        path = [name, *_PARTS.findall(key[len(name) :])] if bracket else [name]
        place = params
        for part in path[:-1]:
            place = place.setdefault(part or str(len(place)), {})
            if not isinstance(place, dict):
                raise invalid(f"Invalid object: {key}", name)
        place[path[-1] or str(len(place))] = value
    return params


def check(form: Form, allowed: Collection[str], within: str = "") -> None:
    """Raises StripeFailure for a parameter that is not among those."""
    for name in form:
        if name not in allowed:
            raise unknown(f"{within}[{name}]" if within else name)


def text(form: Form, name: str, default: str | None = None) -> str | None:
    """A text; an empty one unsets, and is None."""
    value = form.get(name, default)
    if isinstance(value, dict):
        raise invalid(f"Invalid string: {name}", name)
    return value or None


def needed(form: Form, name: str) -> str:
    """A text that must be there."""
    value = text(form, name)
    if value is None:
        raise missing(name)
    return value


def number(form: Form, name: str, default: int | None = None, *, least: int | None = 0) -> Any:
    """A whole number, or the default."""
    value = text(form, name)
    if value is None:
        return default
    try:
        read = int(value)
    except ValueError:
        raise invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer") from None
    if abs(read) > GREATEST:
        raise invalid(f"This value must be at most {GREATEST}.", name)
    if least is not None and read < least:
        raise invalid(f"This value must be greater than or equal to {least}.", name)
    return read


def decimal(form: Form, name: str) -> Decimal | None:
    """A decimal number, or None."""
    value = text(form, name)
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        raise invalid(f"Invalid decimal: {value}", name) from None


def truth(form: Form, name: str, default: bool = False) -> bool:
    """`true` or `false`, or the default."""
    value = text(form, name)
    if value is None:
        return default
    if value not in _TRUTHS:
        raise invalid(f"Invalid boolean: {value}", name)
    return _TRUTHS[value]


def choice(form: Form, name: str, among: Collection[str], default: str | None = None) -> Any:
    """One of those texts, or the default."""
    value = text(form, name) or default
    if value is not None and value not in among:
        last = ", ".join(sorted(among))
        raise invalid(f"Invalid {name}: must be one of {last}", name)
    return value


def part(form: Form, name: str) -> dict[str, Any]:
    """What lies within a parameter; empty where it is not there, or unset."""
    value = form.get(name) or {}
    if not isinstance(value, dict):
        raise invalid(f"Invalid object: {name}", name)
    return value


def rows(form: Form, name: str) -> list[Any]:
    """The values of a list, in order."""
    values = part(form, name)
    if not all(key.isdigit() for key in values):
        raise invalid(f"Invalid array: {name}", name)
    return [values[key] for key in sorted(values, key=int)]


def metadata(form: Form, before: Mapping[str, str] | None = None) -> dict[str, str]:
    """The metadata after a call: named keys are set, an empty text removes one, and an empty
    `metadata` removes all."""
    if form.get("metadata") == "":
        return {}
    merged = dict(before or {}) | part(form, "metadata")
    kept = {key: value for key, value in merged.items() if value != ""}
    if len(kept) > MOST_METADATA:
        raise invalid(f"Metadata can have up to {MOST_METADATA} keys", "metadata")
    for key, value in kept.items():
        if len(key) > 40 or not isinstance(value, str) or len(value) > 500:
            raise invalid(
                "Metadata keys have up to 40 characters and values are texts of up to 500",
                f"metadata[{key}]",
            )
    return kept
