"""The time machine: past decisions, decided again by other policies."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import cedarpy

from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.policy.engine import Decision, Effect, Policies
from shared.policy.record import RecordedDecision, Slice, slice_hash

MOST_FLIPS = 100
SLICES_KEPT = 1_000
Unreplayable = Literal["erased", "altered", "does_not_fit"]


class Flip(Model):
    """A decision that would be another one. `because` are the policies that would determine it; of
    a denial for want of a permit, those that permitted before."""

    decision_id: str
    at: Instant
    principal: str
    action: str
    resource: str
    was: Effect
    now: Effect
    because: tuple[str, ...]


class Replay(Model):
    """What other policies would have decided. `not_replayable` counts by reason: `erased` slices,
    those `altered` since, and those that do not fit today's schema. `flips` are the first hundred
    of `flipped`; `next_cursor` goes on where a replay ended before its time."""

    replayed: int
    not_replayable: dict[Unreplayable, int]
    flipped: int
    flips: tuple[Flip, ...]
    next_cursor: str | None = None


@dataclass
class Replaying:
    """Decides again, one after the other, and counts."""

    policies: Policies
    replayed: int = 0
    flipped: int = 0
    flips: list[Flip] = field(default_factory=list)
    not_replayable: dict[Unreplayable, int] = field(default_factory=dict)
    _slices: dict[str, cedarpy.Entities | None] = field(default_factory=dict)

    def add(self, decisions: Iterable[RecordedDecision]) -> None:
        """Decides each of them again, with its own slice of entities."""
        for decision in decisions:
            again = self._again(decision)
            if isinstance(again, str):
                self.not_replayable[again] = self.not_replayable.get(again, 0) + 1
                continue
            self.replayed += 1
            if again.effect != decision.effect:
                self._flip(decision, again)

    def add_texts(self, texts: Iterable[str]) -> None:
        """The same for decisions as JSON."""
        self.add(RecordedDecision.model_validate_json(each) for each in texts)

    def result(self, next_cursor: str | None) -> Replay:
        """What was found until now."""
        return Replay(
            replayed=self.replayed,
            not_replayable=self.not_replayable,
            flipped=self.flipped,
            flips=tuple(self.flips),
            next_cursor=next_cursor,
        )

    def _again(self, decision: RecordedDecision) -> Decision | Unreplayable:
        if decision.entities is None:
            return "erased"
        if slice_hash(decision.entities) != decision.slice_hash:
            return "altered"
        prepared = self._prepared(decision.slice_hash, decision.entities)
        if prepared is None:
            return "does_not_fit"
        again = self.policies.decide(decision.request, prepared)
        return "does_not_fit" if again.errors and self._fits_not(decision) else again

    def _prepared(self, hash: str, entities: Slice) -> cedarpy.Entities | None:
        """The slice, prepared once for all decisions on it; None where today's schema does not know
        it."""
        if hash not in self._slices:
            if len(self._slices) == SLICES_KEPT:
                self._slices.clear()
            try:
                text = json.dumps(entities)
                handle = self.policies.schema.handle
                self._slices[hash] = cedarpy.Entities.from_json_str(text, handle)
            except ValueError:
                self._slices[hash] = None
        return self._slices[hash]

    def _fits_not(self, decision: RecordedDecision) -> bool:
        """Whether the request or its slice is one that today's schema does not know: then also no
        policies at all cannot decide it."""
        nothing = Policies.of(self.policies.schema, (), (), "")
        return bool(nothing.decide_slice(decision.request, decision.entities or ()).errors)

    def _flip(self, was: RecordedDecision, now: Decision) -> None:
        self.flipped += 1
        if len(self.flips) < MOST_FLIPS:
            self.flips.append(
                Flip(
                    decision_id=was.decision_id,
                    at=was.at,
                    principal=f'{was.principal.type}::"{was.principal.id}"',
                    action=was.action,
                    resource=f'{was.resource.type}::"{was.resource.id}"',
                    was=was.effect,
                    now=now.effect,
                    because=now.determining or was.determining,
                )
            )
