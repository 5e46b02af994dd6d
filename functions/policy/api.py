"""HTTP in, HTTP out: policies, what a draft would change, and decisions."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import AwareDatetime, Field, StringConstraints

from events.policies import PolicyStatus
from functions.policy.aggregates import POLICIES, RUN
from functions.policy.rules.policy import PolicyBody
from functions.policy.rules.questions import CasesBody, RequestBody
from functions.policy.rules.replay import Replay
from functions.policy.service import decisions, drafts, preview, replay
from functions.policy.views import (
    ComparisonView,
    DecisionPage,
    DecisionView,
    PolicyDetail,
    PolicyPage,
    PolicyView,
    TestReport,
    Validation,
)
from shared.kit.callers import Caller
from shared.kit.models import Model
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.parameters import ListOf
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

__all__ = ["ROUTER", "RUN"]

AMENDS = ("amend_policies",)
_TAKES: dict[str, Any] = {
    "read": ("policies:read", "governance:read"),
    "write": ("policies:write",),
}
# A tenant's policies decide in its workspaces too: a token for a workspace reads them and asks for
# decisions. Only a token for the whole tenant changes them.
_READING = Router(narrows=True, **_TAKES)
_WRITING = Router(**_TAKES)


class ReplayBody(Model):
    """The time whose decisions are decided again: from one instant up to before another. `cursor`
    is the `next_cursor` of a replay that ended before its time."""

    since: Annotated[AwareDatetime, Field(alias="from")]
    until: Annotated[AwareDatetime, Field(alias="to")]
    cursor: Annotated[str, StringConstraints(max_length=2000)] | None = None


@_READING.get("/v1/policies")
@beyond_quota
async def get_policies(
    caller: Caller, status: PolicyStatus | None = None, limit: Limit = 25, cursor: Cursor = None
) -> PolicyPage:
    """Lists the versions of the tenant's policies without their text, newest first, all of them or
    those with a status."""
    where = [("status", "==", status)] if status else []
    order = ("proposed_at",)
    page = await RUN.page(caller, POLICIES, where=where, order_by=order, limit=limit, cursor=cursor)
    return page.shown(PolicyPage, PolicyView.of)


@_WRITING.post("/v1/policies", status_code=201)
@does("policies.create", within=AMENDS, deed="writing a policy")
async def post_policy(caller: Caller, key: Key, body: PolicyBody) -> PolicyDetail:
    """Writes a policy as a draft, which decides nothing. A name that exists gets its next version;
    the text of a version never changes."""
    return await drafts.propose(caller, key, body)


@_READING.get("/v1/policies/{policy_id}")
@beyond_quota
async def get_policy(caller: Caller, policy_id: str) -> PolicyDetail:
    """Shows a version of a policy with its text."""
    return await drafts.show(caller, policy_id)


@_WRITING.post("/v1/policies/{policy_id}/validate")
@does("policies.validate", within=AMENDS, deed="validating a policy")
async def validate_policy(caller: Caller, policy_id: str) -> Validation:
    """Says what keeps a version from being published, each finding with its line and column."""
    return await preview.validate(caller, policy_id)


@_WRITING.post("/v1/policies/{policy_id}/test")
@does("policies.test", within=AMENDS, deed="testing a policy")
async def test_policy(caller: Caller, policy_id: str, body: CasesBody) -> TestReport:
    """Decides requests as if the version were published, and says which are decided as expected."""
    return await preview.test(caller, policy_id, body)


@_WRITING.post("/v1/policies/{policy_id}/compare")
@does("policies.compare", within=AMENDS, deed="comparing a policy")
async def compare_policy(caller: Caller, policy_id: str) -> ComparisonView:
    """Shows what a version newly allows or denies beside what is published, each with a request and
    its entities; or proves that it changes nothing."""
    return await preview.compare_draft(caller, policy_id)


@_WRITING.post("/v1/policies/{policy_id}/replay")
@does("policies.replay", within=AMENDS, deed="replaying decisions")
async def replay_policy(
    request: Request, caller: Caller, policy_id: str, body: ReplayBody
) -> Replay:
    """Decides the recorded decisions of a time again, each with the entities that it was decided
    on, as if the version were published; up to 5,000 in one call: first those that allowed
    commands, then the answers of `POST /v1/decisions`, each newest first."""
    place = ListOf(request).open(body.cursor) if body.cursor is not None else None
    return await replay.replay(caller, policy_id, body.since, body.until, place)


@_WRITING.post("/v1/policies/{policy_id}/publish", status_code=202)
@does("policies.publish", within=AMENDS, deed="publishing a policy")
async def publish_policy(caller: Caller, key: Key, policy_id: str) -> PolicyView:
    """Asks for the constitutional approval to publish a draft, with examples of what it changes. It
    is published once that is given, for exactly this text and what is published now."""
    return await drafts.ask_to_publish(caller, key, policy_id)


@_WRITING.post("/v1/policies/{policy_id}/withdraw", status_code=202)
@does("policies.withdraw", within=AMENDS, deed="withdrawing a publication")
@beyond_quota
async def withdraw_policy(caller: Caller, key: Key, policy_id: str) -> PolicyView:
    """Gives up the approval that a publication waits for; the version is a draft again."""
    return await drafts.withdraw_request(caller, key, policy_id)


@_READING.post("/v1/decisions")
@does("decisions.create", within=("own_affairs",), deed="asking for a decision")
async def post_decision(caller: Caller, key: Key, body: RequestBody) -> DecisionView:
    """Decides a request by the published policies on the entities that are sent, and records it."""
    return await decisions.ask(caller, key, body)


@_READING.get("/v1/decisions")
async def get_decisions(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> DecisionPage:
    """Lists recorded decisions, newest first, with the entities that they were decided on."""
    return await decisions.list_decisions(caller, limit, cursor)


ROUTER = Router.joining(_READING, _WRITING)
