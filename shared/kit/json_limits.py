"""The limits of free JSON: its depth, its number of parts, its size."""

from dataclasses import dataclass
from typing import Any

from shared.kit.canonical import canonical_json
from shared.kit.errors import Invalid
from shared.kit.json_parts import below

DEEPEST_JSON = 32


@dataclass(frozen=True)
class JsonLimit:
    """Bounds a JSON value that has no other shape. As `AfterValidator(JsonLimit(...))` it bounds a
    model's field."""

    most_bytes: int
    most_parts: int = 20_000

    def __call__(self, value: Any) -> Any:
        """The unchanged value. Raises ValueError for one beyond the limits."""
        if problem := self.problem(value):
            raise ValueError(problem)
        return value

    def problem(self, value: Any) -> str | None:
        """What to change: depth, parts, bytes of canonical JSON, or what has no canonical form;
        None where the value is within all limits. Stops counting at the limit, and recurses only
        into what is shallow."""
        level, parts = [value], 0
        for _ in range(DEEPEST_JSON):
            parts += len(level)
            if parts > self.most_parts:
                return f"must have at most {self.most_parts} parts in all"
            level = [part for each in level for part in below(each)]
            if not level:
                break
        else:
            return f"must be nested at most {DEEPEST_JSON} deep"
        try:
            size = len(canonical_json(value))
        except Invalid as refusal:
            return refusal.errors[0].message
        return None if size <= self.most_bytes else f"must be at most {self.most_bytes} bytes"
