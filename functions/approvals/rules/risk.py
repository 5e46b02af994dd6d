"""The risk of a request over the API, with reasons, and what in it is irreversible.

The risk of a creation comes with the requesting case; this covers all other requests."""

import json
from collections.abc import Iterator
from typing import Any

from events.effects import RISK, RISKS, ApprovalKind, Effect, Risk
from functions.approvals.rules.gist import folded
from shared.kit.errors import FieldError
from shared.kit.json_parts import parts_of
from shared.kit.wording import one_of, shortened

CRITICAL_AMOUNT_USD_MICROS = 10_000 * 1_000_000
# A billion dollars; Firestore and JSON readers hold it exactly.
LARGEST_AMOUNT_USD_MICROS = 10**9 * 1_000_000

_BY_KIND: dict[ApprovalKind, tuple[Risk, str]] = {
    "artifact": ("low", "an internal artifact"),
    "communication": ("medium", "something is sent"),
    "execution": ("medium", "something happens"),
    "financial": ("high", "money moves"),
    "constitutional": ("high", "an agent is born or changed"),
}
# What a request of a kind does where it declares no effect.
USUAL_EFFECT: dict[ApprovalKind, Effect] = {
    "artifact": "draft",
    "communication": "send",
    "execution": "change",
    "financial": "pay",
    "constitutional": "grant",
}
# The kinds under which an effect may be requested; a milder kind would be decided too easily.
_KINDS: dict[Effect, tuple[ApprovalKind, ...]] = {
    **dict.fromkeys(
        ("read", "draft"),
        ("artifact", "communication", "execution", "financial", "constitutional"),
    ),
    **dict.fromkeys(("send", "publish"), ("communication", "financial", "constitutional")),
    **dict.fromkeys(
        ("change", "deploy", "delete", "grant", "decide"),
        ("execution", "financial", "constitutional"),
    ),
    "pay": ("financial",),
}
# What a content may declare, and the risk of each value.
_BY_DECLARED: dict[str, dict[str, Risk]] = {
    "classification": {
        "public": "low",
        "internal": "low",
        "confidential": "medium",
        "restricted": "high",
    },
    "blast_radius": {"agent": "low", "workspace": "low", "tenant": "low", "platform": "critical"},
    "risk": {level: level for level in RISKS},
}
_LONGEST_SHOWN = 60


def declaration_errors(
    kind: ApprovalKind, effect: Effect | None, amount: int | None
) -> list[FieldError]:
    """What is wrong with what a request says that it does."""
    errors = []
    if effect is not None and kind not in _KINDS[effect]:
        kinds = one_of(_KINDS[effect])
        errors.append(FieldError("effect", f"{effect} is not {kind}: request it as {kinds}"))
    if kind == "financial":
        if amount is None:
            problem = "must say how much moves or is committed, in micro-dollars"
            errors.append(FieldError("amount_usd_micros", problem))
        elif not 0 <= amount <= LARGEST_AMOUNT_USD_MICROS:
            problem = f"must be from 0 to {LARGEST_AMOUNT_USD_MICROS}"
            errors.append(FieldError("amount_usd_micros", problem))
    elif amount is not None:
        problem = "belongs to the kind financial: request it as that"
        errors.append(FieldError("amount_usd_micros", problem))
    return errors


def assess(
    kind: ApprovalKind, effect: Effect, amount: int | None, content: Any, rollback_plan: str
) -> tuple[Risk, tuple[str, ...]]:
    """The highest risk of all parts of the request, and every reason. The content's own statements
    can raise it, never lower it. `amount` is in micro-dollars."""
    found: list[tuple[Risk, str]] = [_BY_KIND[kind], (RISK[effect], f"its effect: {effect}")]
    if amount is not None and amount >= CRITICAL_AMOUNT_USD_MICROS:
        found.append(("critical", f"at least {CRITICAL_AMOUNT_USD_MICROS // 1_000_000} dollars"))
    found += [("medium", reason) for reason in _no_way_back(rollback_plan)]
    found += [("high", reason) for reason in _irreversible_parts(content)]
    found += _declared(content)
    highest = max((risk for risk, _ in found), key=RISKS.index)
    return highest, tuple(dict.fromkeys(f"{reason} ({risk})" for risk, reason in found))[:32]


def why_irreversible(content: Any, rollback_plan: str) -> tuple[str, ...]:
    """What in the request is irreversible, as far as it says so; empty where all can be undone."""
    return (*_no_way_back(rollback_plan), *_irreversible_parts(content))[:8]


def _no_way_back(rollback_plan: str) -> list[str]:
    return [] if rollback_plan.strip() else ["it has no rollback plan"]


def declared(content: Any, *names: str) -> Iterator[tuple[str, Any]]:
    """What the content declares anywhere under one of the names (in small letters), however the
    name is written there."""
    known = {folded(name): name for name in names}
    for part in parts_of(content):
        for key, value in part.items() if isinstance(part, dict) else ():
            if (name := known.get(folded(key))) is not None:
                yield name, value


def _irreversible_parts(content: Any) -> list[str]:
    found = []
    for name, value in declared(content, "reversible", "irreversible"):
        if name == "reversible" and value is not True:
            found.append(f"it declares reversible: {_shown(value)}")
        if name == "irreversible" and value not in (None, False, "", [], {}):
            found.append("it declares something irreversible")
    return list(dict.fromkeys(found))


def _declared(content: Any) -> Iterator[tuple[Risk, str]]:
    """The risk that the content declares; what is no known value counts as the gravest."""
    for name, value in declared(content, *_BY_DECLARED):
        by_value = _BY_DECLARED[name]
        for each in value if isinstance(value, list) else [value]:
            if each is None:
                continue
            known = each.strip().casefold() if isinstance(each, str) else ""
            gravest = max(by_value.values(), key=RISKS.index)
            yield by_value.get(known, gravest), f"it declares {name}: {_shown(each)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return shortened(text, _LONGEST_SHOWN)
