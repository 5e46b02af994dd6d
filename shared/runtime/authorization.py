"""Asks the policies about each request, and reports what they deny."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import Request

from shared.kit.callers import Caller
from shared.kit.errors import AssentError, Forbidden, PolicyInvalid, RecordedRefusal
from shared.policy.authorization import Authorization, begin
from shared.policy.platform import platform_policies
from shared.policy.published import policies_of
from shared.policy.vocabulary import Act
from shared.runtime import logs
from shared.runtime.boundary import received_at
from shared.runtime.credential_refusals import (
    record_refusal,
    report_refusal,
    report_refused_caller,
)
from shared.runtime.entitlements import entitlements_of, is_reserved_tenant

_UNENFORCEABLE = "the tenant's policies cannot be enforced, so nothing is allowed"

_log = logging.getLogger("assent.policy")


async def authorization_of(
    request: Request, caller: Caller | None, acts: Sequence[Act]
) -> Authorization:
    """That of this request; already answered where it needs nothing but the principal. Raises
    Forbidden, SeparationOfDuties, FeatureNotInPlan, and Unavailable where the tenant's policies
    cannot be read."""
    policies = platform_policies()
    if caller is not None and _has_store(request):
        try:
            policies = await policies_of(caller.tenant_id, caller.control.policy_version)
        except PolicyInvalid as error:
            _log.error("the published policies do not fit this release", exc_info=error)
            raise Forbidden(_UNENFORCEABLE) from error
    entitled = None
    if caller is not None and not is_reserved_tenant(caller.tenant_id):
        entitled = entitlements_of(caller.control, caller.received_at)
    authorization = Authorization(caller, acts, policies, entitled)
    request.state.authorization = authorization
    begin(authorization)
    try:
        authorization.ask_at_the_edge(received_at(request.scope))
    except AssentError:
        await _report(request, authorization)
        raise
    return authorization


@asynccontextmanager
async def answered(request: Request, authorization: Authorization) -> AsyncIterator[None]:
    """Around the endpoint: reports what the policies denied in it, and records what it refused.
    Raises TypeError where it answered though nothing was asked."""
    try:
        yield
    except AssentError as error:
        await _report(request, authorization)
        if isinstance(error, RecordedRefusal):
            await record_refusal(request, error)
        raise
    _note(authorization)
    if not authorization.is_answered:
        names = ", ".join(authorization.acts)
        raise TypeError(f"the call answered without asking whether anybody may: {names}")


def _has_store(request: Request) -> bool:
    """Whether the function has a store, so that tenants' policies are there to be read."""
    return getattr(request.app.state, "outbox", None) is not None


def _note(authorization: Authorization) -> None:
    """Lets the request's line say what was decided, so that reads and denials can be counted, and
    says what policies oblige to."""
    if authorization.decisions:
        last = authorization.decisions[-1]
        logs.note(
            action=last.request.action,
            decided=last.decision.effect,
            policies=list(last.decision.determining),
            policy_version=last.decision.policy_version,
        )
    for request, *_, decision, _at in authorization.decisions:
        for kind, value in decision.obligations:
            level = logging.WARNING if kind == "alert" else logging.INFO
            fields = {"action": request.action, "policies": decision.determining, "says": value}
            _log.log(level, "a policy obliges to %s", kind, extra={"fields": fields})


async def _report(request: Request, authorization: Authorization) -> None:
    decisions = (each.decision for each in authorization.decisions)
    denied = next((each for each in decisions if not each.is_allowed), None)
    if denied is None:
        return
    _note(authorization)
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        await report_refusal(request, "not_permitted")
    else:
        await report_refused_caller(request, "not_permitted", caller)
