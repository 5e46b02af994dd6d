"""The limits of an agent's right to an operation, judged on concrete arguments before it acts."""

import json
from collections.abc import Mapping
from typing import Any

from events.rights import RightLimits
from shared.kit.money import usd_micros


def breach(limits: RightLimits, arguments: Mapping[str, Any], calls_before: int) -> str | None:
    """What keeps a call with those arguments outside of the limits, as a sentence; None where it is
    inside. `calls_before` are those of the same operation in this run."""
    if limits.per_run is not None and calls_before >= limits.per_run:
        return f"the agent may call it {limits.per_run} times a run"
    for name, patterns in limits.only.items():
        if name not in arguments:
            return f"its argument {name} is missing, which must be one of {', '.join(patterns)}"
        values = arguments[name] if isinstance(arguments[name], list) else [arguments[name]]
        if not values or not all(_is_one_of(each, patterns) for each in values):
            return f"its argument {name} must be one of {', '.join(patterns)}"
    return _money_breach(limits, arguments)


def _money_breach(limits: RightLimits, arguments: Mapping[str, Any]) -> str | None:
    limit = limits.up_to_usd
    if limit is None:
        return None
    amount, currency = arguments.get(limit.argument), arguments.get(limit.currency)
    if currency != "USD":
        return f"its argument {limit.currency} must be USD, in which its limit is"
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return f"its argument {limit.argument} must be an amount"
    if not amount >= 0 or usd_micros(amount) > usd_micros(limit.usd):
        return f"its argument {limit.argument} must be at most {limit.usd}"
    return None


def _is_one_of(value: Any, patterns: tuple[str, ...]) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return any(_matches(text, each) for each in patterns)


def _matches(text: str, pattern: str) -> bool:
    """Whether the whole text is the pattern, in which `*` stands for anything."""
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    if not text.startswith(first):
        return False
    place = len(first)
    *inner, last = others
    for part in inner:
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(text) - place >= len(last) and text.endswith(last)
