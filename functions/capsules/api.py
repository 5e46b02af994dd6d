"""HTTP in, HTTP out: capsules, and the plans that are compiled from them."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BeforeValidator, Field

from events.capsules import Version
from events.jobs import Inputs, JobPlan, OrderedJob
from events.plans import Prediction, RehearsalMode
from events.specs import Name
from functions.capsules.aggregates import CAPSULES, RUN
from functions.capsules.order_route import ORDER, OrderRoute, order_of
from functions.capsules.rules.capsule import capsule_id, deprecate, publish
from functions.capsules.rules.source import MOST_BYTES, MOST_PARTS, CapsuleBody
from functions.capsules.service import drafts, plans
from functions.capsules.views import (
    CapsuleDetail,
    CapsuleDrafted,
    CapsulePage,
    CapsuleView,
    PlanView,
)
from shared.kit.callers import Caller
from shared.kit.errors import SignatureInvalid
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.kit.parsing import decoded
from shared.runtime.acts import does
from shared.runtime.bodies import JSON, YAML, Accepts
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

__all__ = ["ROUTER", "RUN"]

ASKS = ("submit_conversation",)
PEOPLES = Router(read=("capsules:read", "governance:read"), write=("capsules:write",), narrows=True)
_route: Any = partial(OrderRoute, within=ASKS)
ORDERS = APIRouter(route_class=_route)

# YAML first: without a content type a source is read as YAML, which reads JSON too.
SourceBody = Annotated[
    CapsuleBody,
    BeforeValidator(JsonLimit(MOST_BYTES, MOST_PARTS)),
    Accepts((YAML, JSON), most_bytes=MOST_BYTES, names_places=True),
]


class PlanBody(Model):
    """Which version of a capsule is compiled, and what it is given."""

    capsule: Name
    version: Version
    inputs: Inputs = Field(default_factory=dict)


class GhostrunBody(Model):
    """How a plan is rehearsed: `full`; `fast`, without judging rights and policies; or `security`,
    for these."""

    mode: RehearsalMode = "full"


@PEOPLES.post("/v1/capsules", status_code=201)
@does("capsules.create", within=ASKS, deed="writing a capsule")
async def post_capsule(
    request: Request, caller: Caller, key: Key, body: SourceBody
) -> CapsuleDrafted:
    """Writes a version of a capsule as a draft, in YAML or JSON; answers what may be a mistake in
    it. A refusal names line and column. A version never changes; the same source again is the same
    version."""
    return await drafts.write(caller, key, body, decoded(await request.body()))


@PEOPLES.get("/v1/capsules")
async def get_capsules(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> CapsulePage:
    """Lists versions of capsules without their sources, newest first."""
    page = await RUN.page(caller, CAPSULES, order_by=("written_at",), limit=limit, cursor=cursor)
    return page.shown(CapsulePage, CapsuleView.of)


@PEOPLES.get("/v1/capsules/{name}/versions/{version}")
@does("capsules.read")
async def get_capsule(caller: Caller, name: str, version: str) -> CapsuleDetail:
    """Shows a version of a capsule with its source."""
    capsule, contents, _ = await RUN.read_whole(
        caller, CAPSULES, _id(caller, name, version), lambda each: [each.checksum]
    )
    return CapsuleDetail.showing(capsule, contents)


@PEOPLES.post("/v1/capsules/{name}/versions/{version}/publish")
@does("capsules.publish", within=ASKS, deed="publishing a capsule")
async def publish_capsule(caller: Caller, key: Key, name: str, version: str) -> CapsuleView:
    """Publishes a version: it is signed, and compiled from now on."""
    rule = partial(publish, by=caller.principal, at=caller.received_at)
    id = _id(caller, name, version)
    return await RUN.change(caller, CAPSULES, id, rule, CapsuleView, key=key)


@PEOPLES.post("/v1/capsules/{name}/versions/{version}/deprecate")
@does("capsules.deprecate", within=ASKS, deed="deprecating a capsule")
@beyond_quota
async def deprecate_capsule(caller: Caller, key: Key, name: str, version: str) -> CapsuleView:
    """Ends a version: it is compiled no more. Plans that were compiled from it stay."""
    rule = partial(deprecate, at=caller.received_at)
    id = _id(caller, name, version)
    return await RUN.change(caller, CAPSULES, id, rule, CapsuleView, key=key)


@PEOPLES.post("/v1/plans", status_code=201)
@does("plans.create", within=ASKS, deed="compiling a plan")
async def post_plan(caller: Caller, key: Key, body: PlanBody) -> PlanView:
    """Compiles a published version with its inputs to a plan. The same version, inputs, agent
    version and policies are the same plan, with the same hash. What does not compile is refused
    with line, column and the smallest change that would."""
    return await plans.compile_plan(caller, key, body.capsule, body.version, body.inputs)


@ORDERS.post("/v1/plans/jobs", dependencies=[Depends(ORDER)])
@does("plans.create", within=ASKS, deed="compiling a plan")
async def post_plan_of_job(request: Request, body: OrderedJob) -> JobPlan:
    """Compiles and rehearses a capsule for a job, by an order of `runs` that names exactly it, in
    the name of whoever asked for the job."""
    if order_of(request).job != body.digest:
        raise SignatureInvalid("the order is for another job")
    return await plans.plan_job(request.state.caller, body)


@PEOPLES.get("/v1/plans/{plan_hash}")
@does("plans.read")
async def get_plan(caller: Caller, plan_hash: str) -> PlanView:
    """Shows a plan with its content and its prediction."""
    return await plans.show(caller, plan_hash)


@PEOPLES.post("/v1/plans/{plan_hash}/ghostrun")
@does("plans.ghostrun", within=ASKS, deed="rehearsing a plan")
async def ghostrun_plan(caller: Caller, key: Key, plan_hash: str, body: GhostrunBody) -> Prediction:
    """Rehearses a plan: what each step would do, cost and need, and why it would not be let act. It
    touches nothing. After a full rehearsal in which nothing is denied the plan may run."""
    return await plans.ghostrun(caller, key, plan_hash, body.mode)


def _id(caller: Caller, name: str, version: str) -> str:
    return capsule_id(name, version, caller.workspace_id)


ROUTER = Router.joining(PEOPLES, ORDERS)
