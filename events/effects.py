"""The effects of operations, from harmless to grave, with the risk of each and the kind of approval
that a call with it needs."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

Risk = Literal["low", "medium", "high", "critical"]
ApprovalKind = Literal["artifact", "communication", "execution", "financial", "constitutional"]
# From harmless to grave.
Effect = Literal[
    "read", "draft", "change", "send", "publish", "deploy", "delete", "grant", "decide", "pay"
]
EFFECTS: tuple[Effect, ...] = get_args(Effect)
# Only the agent's own workspace sees what these do, so nothing of it has to be undone.
HARMLESS: frozenset[Effect] = frozenset({"read", "draft"})
CONSEQUENTIAL: frozenset[Effect] = frozenset(EFFECTS[EFFECTS.index("send") :])
RISKS: tuple[Risk, ...] = get_args(Risk)
RISK: Mapping[Effect, Risk] = {
    **dict.fromkeys(("read", "draft"), "low"),
    **dict.fromkeys(("change", "send", "publish"), "medium"),
    **dict.fromkeys(("deploy", "delete", "grant", "decide", "pay"), "high"),
}
# The kind of approval that a call with the effect needs.
APPROVAL_KIND: Mapping[Effect, ApprovalKind] = {
    **dict.fromkeys(("read", "draft"), "artifact"),
    **dict.fromkeys(("send", "publish"), "communication"),
    **dict.fromkeys(("change", "deploy", "delete"), "execution"),
    "pay": "financial",
    **dict.fromkeys(("grant", "decide"), "constitutional"),
}


def gravity(effect: Effect) -> int:
    """The place of an effect in the order from harmless to grave."""
    return EFFECTS.index(effect)


def by_gravity(effects: Iterable[Effect]) -> list[Effect]:
    """The effects, each once, from harmless to grave."""
    return sorted(set(effects), key=gravity)
