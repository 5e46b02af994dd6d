"""The risk of a request over the API, with reasons, and what in it is irreversible.

The risk of a creation comes with the requesting case; this covers all other requests."""

from collections.abc import Iterator
from typing import Any

from events.approvals import Kind, Risk

LEVELS: tuple[Risk, ...] = ("low", "medium", "high", "critical")

_BY_KIND: dict[Kind, tuple[Risk, str]] = {
    "artifact": ("low", "an internal artifact"),
    "communication": ("medium", "something is sent"),
    "execution": ("medium", "something happens"),
    "financial": ("high", "money moves"),
    "constitutional": ("high", "an agent is born or changed"),
}
_BY_CLASSIFICATION: dict[Any, Risk] = {"confidential": "medium", "restricted": "high"}


def assess(kind: Kind, content: Any, rollback_plan: str) -> tuple[Risk, tuple[str, ...]]:
    """The highest risk of all parts of the request, and every reason. The content's own statements
    can raise it, never lower it."""
    found: list[tuple[Risk, str]] = [_BY_KIND[kind]]
    found += [("medium", reason) for reason in _no_way_back(rollback_plan)]
    found += [("high", reason) for reason in _irreversible_parts(content)]
    for mapping in _mappings(content):
        found += _declared(mapping)
    highest = max((risk for risk, _ in found), key=LEVELS.index)
    return highest, tuple(dict.fromkeys(f"{reason} ({risk})" for risk, reason in found))[:32]


def why_irreversible(content: Any, rollback_plan: str) -> tuple[str, ...]:
    """What in the request is irreversible, as far as it says so; empty where all can be undone."""
    return (*_no_way_back(rollback_plan), *_irreversible_parts(content))[:8]


def _no_way_back(rollback_plan: str) -> list[str]:
    return [] if rollback_plan.strip() else ["it has no rollback plan"]


def _irreversible_parts(content: Any) -> list[str]:
    found = []
    for mapping in _mappings(content):
        if mapping.get("reversible") is False:
            found.append("it declares reversible: false")
        if mapping.get("irreversible") not in (None, False, "", [], {}):
            found.append("it declares something irreversible")
    return list(dict.fromkeys(found))


def _declared(mapping: dict[str, Any]) -> Iterator[tuple[Risk, str]]:
    classification = mapping.get("classification")
    if isinstance(classification, str) and classification in _BY_CLASSIFICATION:
        yield _BY_CLASSIFICATION[classification], f"{classification} data"
    if mapping.get("blast_radius") == "platform":
        yield "critical", "its blast radius is the platform"
    if mapping.get("risk") in LEVELS:
        yield mapping["risk"], "its content says so"


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every object anywhere in a JSON value; does not recurse, so any depth is safe."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
