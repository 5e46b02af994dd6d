"""A decision as it is recorded: small, and with all that it was decided on, so it can be decided
again. A command's decision lies in the entry of its first event (`shared/messaging/log.py`). The
entry's own attributes say who asked, in which tenant and when; what follows from these is not
written again."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, Self

from shared.kit.models import Data
from shared.policy.engine import Decision, Effect
from shared.policy.requests import Entity, Request, Uid, Value
from shared.policy.sources import Obligation
from shared.policy.vocabulary import PRINCIPAL, TENANT

PREFIX = "dec"

Slice = tuple[dict[str, Any], ...]
Lost = Literal["erased", "altered"]


class Found(NamedTuple):
    """A slice that was read, as text, or what became of it."""

    text: str
    lost: Lost | None = None


class RecordedDecision(Data):
    """What was asked and the answer. `slice_hash` names the slice of entities that it was decided
    on, which is stored once (`shared/policy/slices.py`)."""

    decision_id: str
    at: datetime
    principal: Uid
    action: str
    resource: Uid
    context: dict[str, bool | int | str]
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


class AnsweredRequest(NamedTuple):
    """What a request asked, and the answer. `who` are the entities of whoever asked and where,
    which many requests have in common; `what` is the thing that it was about, as it was then, and
    none where it was about the tenant as a whole."""

    request: Request
    who: tuple[Entity, ...]
    what: tuple[Entity, ...]
    decision: Decision
    at: datetime

    def compact(self, tenant_id: str, slice_hash: str) -> str:
        """What allowed a command, as text: the short names are those of `Compact`."""
        resource = self.request.resource
        fields = {
            "a": self.request.action,
            "r": resource if resource != Uid(TENANT, tenant_id) else None,
            "d": self.decision.determining,
            "o": self.decision.obligations or None,
            "v": self.decision.policy_version,
            "s": slice_hash or None,
        }
        return _text({name: value for name, value in fields.items() if value is not None})


class Compact(NamedTuple):
    """What allowed a command, read from an entry of the log: an action on a resource (in the text
    `a`, `r`; no `r` is the tenant), decided by the policies `d` of the version `v`, which oblige to
    `o`. `s` names the stored slice of who asked; without it none was recorded."""

    request: Request
    determining: tuple[str, ...]
    slice_hash: str

    @classmethod
    def of(cls, record: str, principal: str, tenant_id: str, at: datetime) -> Self:
        """Raises ValueError for any other text."""
        try:
            fields = json.loads(record)
            resource = Uid(*fields.get("r", (TENANT, tenant_id)))
            request = Request(Uid(PRINCIPAL, principal), fields["a"], resource, context_at(at))
            return cls(request, tuple(fields["d"]), fields.get("s", ""))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("this is no record of a decision") from error


def slice_text(entities: Sequence[Entity] | Sequence[Mapping[str, Any]]) -> str:
    """A slice in its one form: entities in their order, as JSON without spaces, keys sorted."""
    plain = [each.as_json() if isinstance(each, Entity) else each for each in entities]
    return _text(sorted(plain, key=lambda each: _text(each.get("uid"))))


def context_at(at: datetime) -> dict[str, Value]:
    """What policies may ask about the time: seconds since 1970, the hour and the ISO weekday (1 is
    Monday), all in UTC."""
    return {"at": int(at.timestamp()), "hour": at.hour, "weekday": at.isoweekday()}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
