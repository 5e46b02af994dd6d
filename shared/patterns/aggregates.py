"""The documents of patterns, which `functions/learning` alone writes."""

from events.patterns import PatternState
from shared.aggregates.aggregate import Aggregate
from shared.kit.workspaces import WORKSPACE

PATTERNS: Aggregate[PatternState] = Aggregate(
    noun="pattern",
    model=PatternState,
    collection="patterns",
    prefix="pat",
    indexed=("status", "found_at"),
    composites=(("status", "-found_at"), (WORKSPACE, "status", "-found_at")),
    in_workspaces=True,
)
