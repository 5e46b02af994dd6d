"""What the policies of a tenant say of the calls of a plan, asked as a run asks before it acts."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from functions.capsules.rules.denials import Policy
from functions.capsules.rules.requested_calls import RequestedCall
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.policy.authorization import principal_entity
from shared.policy.engine import Decision, Policies
from shared.policy.platform import schema
from shared.policy.published import policies_of
from shared.policy.record import context_at
from shared.policy.requests import Entity, Request, Uid
from shared.policy.vocabulary import TENANT

# Whoever executes runs (`functions/runs`), in which role it acts, and what it asks about
# (`functions/tools`).
RUNTIME = "service:runs"
ROLE = "service_runtime"
ACTION = "tools.invoke"
INVOCATION = "Invocation"


async def policies_about(
    caller: Caller,
    workspace_id: str | None,
    plan_hash: str,
    calls: Iterable[RequestedCall],
    at: datetime,
) -> Mapping[RequestedCall, Policy]:
    """What is decided about each call. Raises PolicyInvalid, Unavailable."""
    policies, tenant_id = await _policies_of(caller), caller.tenant_id
    tenant = Uid(TENANT, tenant_id)
    who = principal_entity(RUNTIME, tenant_id, {ROLE}, workspace_id=workspace_id)
    prepared = schema().prepare([who, Entity(tenant, {"is_alone": False})])

    def decided(call: RequestedCall) -> Decision:
        what = _entity(call, tenant, plan_hash, workspace_id)
        request = Request(who.uid, ACTION, what.uid, context_at(at))
        return policies.decide(request, prepared, (what,))

    def said(call: RequestedCall) -> Policy:
        decision = decided(call)
        seen = call.assented_call or decision.is_allowed
        passes_seen = not seen and decided(call.seen).is_allowed
        return Policy(decision.is_allowed, decision.determining, passes_seen)

    return {call: said(call) for call in calls}


def _entity(call: RequestedCall, tenant: Uid, plan_hash: str, workspace_id: str | None) -> Entity:
    about = {
        "operation": call.operation,
        "effect": call.effect,
        "plan": plan_hash,
        "run": "",
        "step": call.step,
        "agent": call.agent_id,
        "agent_version": call.agent_version,
        "assented": call.assented,
        "assented_call": call.assented_call,
        "irreversible": call.irreversible,
        "undoes": False,
        "called_before": call.before,
        "calls_before": call.calls_before,
        "usd_cents_before": 0,
        "spent_usd_micros": 0,
        # A rehearsal knows no values, and none of their labels.
        "labels": (),
        "workspace": workspace_id,
    }
    return Entity(Uid(INVOCATION, "rehearsed"), about, (tenant,))


async def digest_of(caller: Caller) -> str:
    """The SHA-256 of the policies that can say anything about calls: another policy leaves it as it
    is, and so does the time. Raises PolicyInvalid, Unavailable."""
    return content_hash((await _policies_of(caller)).reaching(ACTION))


async def _policies_of(caller: Caller) -> Policies:
    return await policies_of(caller.tenant_id, caller.control.policy_version)
