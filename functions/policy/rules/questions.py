"""Questions that callers ask of the policies, and policies' own tests."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import new_id
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.kit.workspaces import InWorkspace
from shared.policy.engine import Decision, Effect, Policies
from shared.policy.record import PREFIX, RecordedDecision, Slice
from shared.policy.requests import Request, Uid
from shared.policy.vocabulary import TENANT

ENTITIES = JsonLimit(most_bytes=64 * 1024, most_parts=4_000)
MOST_ENTITIES = 100
MOST_CASES = 100
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Context = Annotated[dict[Word, bool | int | Word], Field(max_length=50)]
Entities = Annotated[
    tuple[dict[str, JsonValue], ...], Field(max_length=MOST_ENTITIES), AfterValidator(ENTITIES)
]


class UidBody(Model):
    """An entity by its type and id."""

    type: Word
    id: Word


class RequestBody(Model):
    """Whether the principal may take the action on the resource. `entities` are what policies may
    ask about, in Cedar's JSON form: the principal, the resource, and what they name."""

    principal: UidBody
    action: Word
    resource: UidBody
    context: Context = Field(default_factory=dict)
    entities: Entities = ()

    @property
    def request(self) -> Request:
        """For the engine."""
        who, what = (Uid(each.type, each.id) for each in (self.principal, self.resource))
        return Request(who, self.action, what, self.context)


class CaseBody(Model):
    """A request, and what the policies must answer."""

    request: RequestBody
    expect: Literal["allow", "deny"]


class CasesBody(Model):
    """The tests of a policy."""

    cases: Annotated[tuple[CaseBody, ...], Field(min_length=1, max_length=MOST_CASES)]


class Decided(RecordedDecision):
    """A decision that a caller asked for over the API, and who asked; with a token for a workspace
    it belongs to that."""

    asked_by: str
    workspace_id: InWorkspace = None


class Shown(Decided):
    """The same with the entities that it was decided on, in Cedar's JSON form; null where they are
    not there any more."""

    entities: Slice | None


class Tested(Model):
    """What the policies answered to a case."""

    expect: Effect
    effect: Effect
    determining: tuple[str, ...]
    errors: tuple[str, ...]
    passed: bool


def refuse_other_tenants(body: RequestBody, tenant_id: str, at: str = "") -> None:
    """Raises Invalid where a request or its entities speak of another tenant than the caller's;
    `at` is the path of the request with its last point."""
    problem = f"must be about no tenant but that of your token, {tenant_id}"
    for field in ("principal", "resource"):
        uid = getattr(body, field)
        if uid.type == TENANT and uid.id != tenant_id:
            raise Invalid(FieldError(f"{at}{field}", problem))
    for number, entity in enumerate(body.entities):
        if any(each != tenant_id for each in _tenants(entity)):
            raise Invalid(FieldError(f"{at}entities.{number}", problem))


def _tenants(value: JsonValue) -> Iterator[JsonValue]:
    """The ids of tenants that are named anywhere in a value."""
    if isinstance(value, dict):
        if value.get("type") == TENANT and "id" in value:
            yield value["id"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _tenants(each)


def decide(
    policies: Policies, body: RequestBody, slice_hash: str, by: str, at: datetime
) -> Decided:
    """The record of the answer on the entities of the body, which have that name."""
    request = body.request
    decision = policies.decide_slice(request, body.entities)
    return Decided(
        decision_id=new_id(PREFIX, at),
        at=at,
        principal=request.principal,
        action=request.action,
        resource=request.resource,
        context=dict(request.context),
        slice_hash=slice_hash,
        asked_by=by,
        **_answer(decision),
    )


def _answer(decision: Decision) -> dict[str, Any]:
    return decision._asdict()


def run_cases(policies: Policies, cases: CasesBody) -> tuple[Tested, ...]:
    """The answer to each case, in their order."""
    return tuple(_tested(policies, case) for case in cases.cases)


def _tested(policies: Policies, case: CaseBody) -> Tested:
    decision = policies.decide_slice(case.request.request, case.request.entities)
    return Tested(
        expect=case.expect,
        effect=decision.effect,
        determining=decision.determining,
        errors=decision.errors,
        passed=decision.effect == case.expect,
    )
