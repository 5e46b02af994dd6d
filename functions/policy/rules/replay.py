"""The time machine: past decisions, decided again by other policies."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self

import cedarpy

from shared.kit.instants import Instant, parse_instant
from shared.kit.models import Model
from shared.policy.engine import Decision, Effect, Policies
from shared.policy.record import Compact, Found
from shared.policy.requests import Request, Uid

MOST_FLIPS = 100
SLICES_KEPT = 1_000
Unreplayable = Literal["erased", "altered", "not_recorded", "does_not_fit"]


class Past(NamedTuple):
    """A recorded decision. `slice_hash` names the stored slice; `beside` is what of its slice lies
    with the record, None where nothing does."""

    decision_id: str
    at: str
    request: Request
    effect: Effect
    determining: tuple[str, ...]
    slice_hash: str
    beside: Found | None = None

    @classmethod
    def asked(cls, state: str) -> Self:
        """An answer of `POST /v1/decisions`, from its state."""
        fields = json.loads(state)
        principal, resource = Uid(*fields["principal"]), Uid(*fields["resource"])
        return cls(
            fields["decision_id"],
            fields["at"],
            Request(principal, fields["action"], resource, fields["context"]),
            fields["effect"],
            tuple(fields["determining"]),
            fields["slice_hash"],
        )

    @classmethod
    def allowed(cls, entry: Mapping[str, Any], beside: Found | None) -> Self:
        """What allowed a command, from the entry of its first event, whose id it has. Raises
        ValueError for an entry without such a record."""
        at = parse_instant(entry["time"])
        record = Compact.of(entry["decision"], entry["actorid"], entry["tenantid"], at)
        request, determining, slice_hash = record
        return cls(entry["id"], entry["time"], request, "allow", determining, slice_hash, beside)


# In place of a record that is none.
UNREADABLE = Past(
    "", "", Request(Uid("", ""), "", Uid("", ""), {}), "deny", (), "", Found("", "altered")
)


class Flip(Model):
    """A decision that would be another one. `because` are the policies that would determine it; for
    a denial without a permit, those that permitted before."""

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
    those `altered` since, those that were not recorded, and those that do not fit today's schema.
    `flips` are the first hundred of `flipped`; `next_cursor` goes on where a replay ended before
    its time."""

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
    _slices: dict[str, cedarpy.Entities | Unreplayable] = field(default_factory=dict)

    def add(self, decisions: Iterable[Past], slices: Mapping[str, Found]) -> None:
        """Decides each of them again, with its own slice of entities."""
        for decision in decisions:
            again = self._again(decision, slices)
            if isinstance(again, str):
                self.not_replayable[again] = self.not_replayable.get(again, 0) + 1
                continue
            self.replayed += 1
            if again.effect != decision.effect:
                self._flip(decision, again)

    def missing(self, decisions: Iterable[Past]) -> set[str]:
        """The names of the slices that must be read to add these decisions."""
        if len(self._slices) > SLICES_KEPT:
            self._slices.clear()
        names = {each.slice_hash for each in decisions if each.slice_hash}
        return names - self._slices.keys()

    def result(self, next_cursor: str | None) -> Replay:
        """What was found until now."""
        return Replay(
            replayed=self.replayed,
            not_replayable=self.not_replayable,
            flipped=self.flipped,
            flips=tuple(self.flips),
            next_cursor=next_cursor,
        )

    def _again(self, decision: Past, slices: Mapping[str, Found]) -> Decision | Unreplayable:
        if decision.beside is not None and decision.beside.lost is not None:
            return decision.beside.lost
        if not decision.slice_hash:
            return "not_recorded"
        prepared = self._prepared(decision.slice_hash, slices)
        if isinstance(prepared, str):
            return prepared
        if decision.beside is not None:
            try:
                handle = self.policies.schema.handle
                prepared = prepared.with_added_json_str(decision.beside.text, handle)
            except ValueError:
                return "does_not_fit"
        again = self.policies.decide(decision.request, prepared)
        if again.errors and self._fits_not(decision.request, prepared):
            return "does_not_fit"
        return again

    def _prepared(self, name: str, slices: Mapping[str, Found]) -> cedarpy.Entities | Unreplayable:
        """The slice, prepared once for all decisions on it, or why it is none."""
        if name not in self._slices:
            self._slices[name] = self._read(slices[name])
        return self._slices[name]

    def _read(self, found: Found) -> cedarpy.Entities | Unreplayable:
        if found.lost is not None:
            return found.lost
        try:
            return cedarpy.Entities.from_json_str(found.text, self.policies.schema.handle)
        except ValueError:
            return "does_not_fit"

    def _fits_not(self, request: Request, prepared: cedarpy.Entities) -> bool:
        """Whether the request is one that today's schema does not know: then also no policies at
        all cannot decide it."""
        return bool(self._nothing.decide(request, prepared).errors)

    @cached_property
    def _nothing(self) -> Policies:
        return Policies.of(self.policies.schema, (), (), "")

    def _flip(self, was: Past, now: Decision) -> None:
        self.flipped += 1
        if len(self.flips) < MOST_FLIPS:
            self.flips.append(
                Flip(
                    decision_id=was.decision_id,
                    at=parse_instant(was.at),
                    principal=_named(was.request.principal),
                    action=was.request.action,
                    resource=_named(was.request.resource),
                    was=was.effect,
                    now=now.effect,
                    because=now.determining or was.determining,
                )
            )


def _named(uid: Uid) -> str:
    return f'{uid.type}::"{uid.id}"'
