"""Instants that callers name in parameters."""

from datetime import datetime, timedelta
from typing import overload

from shared.kit.errors import FieldError, Invalid
from shared.kit.instants import parse_instant


@overload
def instant_named(name: str, text: str) -> datetime: ...


@overload
def instant_named(name: str, text: None) -> None: ...


@overload
def instant_named(name: str, text: str | None) -> datetime | None: ...


def instant_named(name: str, text: str | None) -> datetime | None:
    """The instant in a parameter of that name; None where it was not sent. Raises Invalid."""
    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        message = "must be a time in UTC, like 2026-11-20T12:00:00.000Z"
        raise Invalid(FieldError(name, message)) from error


def check_period(since: datetime, until: datetime, longest: timedelta) -> None:
    """Raises Invalid for a time, named by `from` and `to`, that ends before it begins, or is longer
    than that."""
    if until <= since:
        raise Invalid(FieldError("to", "must be after `from`"))
    if until - since > longest:
        raise Invalid(FieldError("to", f"must be within {longest.days} days of `from`"))
