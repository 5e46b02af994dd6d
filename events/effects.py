"""The effects of operations, from harmless to grave."""

from collections.abc import Iterable
from typing import get_args

from events.approvals import Effect

EFFECTS: tuple[Effect, ...] = get_args(Effect)
# Only the agent's own workspace sees what these do, so nothing of it has to be undone.
HARMLESS: frozenset[Effect] = frozenset({"read", "draft"})
CONSEQUENTIAL: frozenset[Effect] = frozenset(EFFECTS[EFFECTS.index("send") :])


def gravity(effect: Effect) -> int:
    """The place of an effect in the order from harmless to grave."""
    return EFFECTS.index(effect)


def by_gravity(effects: Iterable[Effect]) -> list[Effect]:
    """The effects, each once, from harmless to grave."""
    return sorted(set(effects), key=gravity)
