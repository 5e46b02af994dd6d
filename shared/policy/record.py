"""A decision as it is recorded: with all that it was decided on, to be decided again."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.kit.canonical import hash_of
from shared.kit.ids import new_id
from shared.kit.models import Data
from shared.policy.engine import Decision, Effect, Entity, Request, Uid
from shared.policy.sources import Obligation

PREFIX = "dec"

Slice = tuple[dict[str, Any], ...]


class RecordedDecision(Data):
    """What was asked, on what it was decided, and the answer. `entities` is the canonical slice of
    entities, in Cedar's JSON form; `slice_hash` its content hash, also where the slice itself is
    kept elsewhere (`entities` is None) or was erased."""

    decision_id: str
    at: datetime
    principal: Uid
    action: str
    resource: Uid
    context: dict[str, bool | int | str]
    entities: Slice | None
    slice_hash: str
    effect: Effect
    obligations: tuple[Obligation, ...]
    determining: tuple[str, ...]
    errors: tuple[str, ...] = ()
    policy_version: str

    @property
    def request(self) -> Request:
        """What was asked."""
        return Request(self.principal, self.action, self.resource, self.context)


def slice_of(entities: Sequence[Entity]) -> Slice:
    """The entities in their one order and form."""
    return tuple(each.as_json() for each in sorted(entities, key=lambda each: each.uid))


def slice_hash(entities: Slice) -> str:
    """The content hash of a slice: of texts, truths and whole numbers, which have the same RFC 8785
    form as this one."""
    text = json.dumps(entities, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hash_of(text.encode())


def recorded(
    request: Request, entities: Sequence[Entity], decision: Decision, at: datetime
) -> RecordedDecision:
    """The record of one decision, under a new id."""
    kept = slice_of(entities)
    return RecordedDecision.model_construct(
        decision_id=new_id(PREFIX, at),
        at=at,
        principal=request.principal,
        action=request.action,
        resource=request.resource,
        context=dict(request.context),
        entities=kept,
        slice_hash=slice_hash(kept),
        effect=decision.effect,
        obligations=decision.obligations,
        determining=decision.determining,
        errors=decision.errors,
        policy_version=decision.policy_version,
    )
