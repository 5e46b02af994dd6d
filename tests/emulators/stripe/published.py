"""Checks answers against what Stripe publishes of its API: the classes of its client, which are
generated from its OpenAPI document, with each field, each value of an enumeration, and which fields
are always there."""

import sys
import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import stripe
from stripe._object_classes import get_object_class
from stripe._stripe_object import UntypedStripeObject

_SCALARS = {str: str, int: int, float: (int, float), bool: bool, Decimal: str}


def problems(answer: Any, where: str = "answer") -> list[str]:
    """What is wrong with an answer of the API; empty where nothing is."""
    if isinstance(answer, dict) and "error" in answer:
        return []
    if isinstance(answer, dict) and answer.get("object") == "list":
        return [
            each
            for place, row in enumerate(answer["data"])
            for each in problems(row, f"{where}.data[{place}]")
        ]
    if answer.get("deleted"):
        return []
    kind = get_object_class("V1", answer["object"])
    found = [*_of_object(answer, kind, f"{where}:{answer['object']}")]
    if answer["object"] == "event":
        found += problems(answer["data"]["object"], f"{where}.{answer['type']}")
    return found


def _of_object(value: Any, kind: Any, where: str) -> Iterator[str]:
    fields = _fields(kind)
    for name, each in value.items():
        if name not in fields:
            yield f"{where}.{name}: Stripe has no such field"
        else:
            yield from _of_value(each, fields[name], f"{where}.{name}")
    for name, hint in fields.items():
        if name not in value and name != "deleted" and not _may_be_absent(hint):
            yield f"{where}.{name}: is missing"


def _of_value(value: Any, hint: Any, where: str) -> Iterator[str]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        yield from _of_union(value, arguments, where)
    elif origin is typing.Literal:
        if value not in arguments:
            yield f"{where}: {value!r} is none of {arguments}"
    elif origin in (list, stripe.ListObject):
        rows = value["data"] if isinstance(value, dict) else value
        for place, each in enumerate(rows):
            yield from _of_value(each, arguments[0], f"{where}[{place}]")
    elif origin is UntypedStripeObject or hint is UntypedStripeObject:
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no object"
    else:
        yield from _of_plain(value, hint, where)


def _of_plain(value: Any, hint: Any, where: str) -> Iterator[str]:
    if hint in _SCALARS:
        if not isinstance(value, _SCALARS[hint]) or (hint is not bool and value is True):
            yield f"{where}: {value!r} is no {hint.__name__}"
    elif hint is not Any:
        if isinstance(value, dict):
            yield from _of_object(value, hint, where)
        else:
            yield f"{where}: {value!r} is no object"


def _of_union(value: Any, hints: tuple[Any, ...], where: str) -> Iterator[str]:
    if value is None:
        if type(None) not in hints:
            yield f"{where}: is null"
        return
    named = [each for each in hints if typing.get_origin(each) is typing.Literal]
    # An enumeration is published with `str` beside it, for values that come later.
    tried = named or [each for each in hints if each is not type(None)]
    results = [[*_of_value(value, each, where)] for each in tried]
    if all(results):
        yield from min(results, key=len)


def _may_be_absent(hint: Any) -> bool:
    return type(None) in typing.get_args(hint) or typing.get_args(hint)[-1:] == (type(None),)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    known = {**vars(sys.modules[kind.__module__])}
    hints = typing.get_type_hints(kind, known, _Names(known, vars(kind)))
    own = {
        name
        for each in kind.__mro__
        for name in vars(each).get("__annotations__", {})
        if issubclass(each, stripe.StripeObject) and each.__module__ != "stripe._stripe_object"
    }
    return {name: hint for name, hint in hints.items() if name in own and name != "OBJECT_NAME"}


class _Names(dict[str, Any]):
    """Names as a module of the client knows them while types are checked."""

    def __init__(self, module: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        super().__init__(module)
        self.update(own)

    def __missing__(self, name: str) -> Any:
        plain = name.removesuffix("Resource")
        for place in (stripe, stripe.billing, stripe.checkout, stripe.test_helpers):
            if hasattr(place, plain):
                return getattr(place, plain)
        raise KeyError(name)
