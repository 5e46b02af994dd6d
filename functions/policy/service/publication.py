"""Acts on the decisions about publications: publishes, gives back, takes back."""

from events.approvals import ApprovalApproved, ApprovalAutoApproved, ApprovalState
from events.decisions import DECISIONS, verify_decision
from functions.policy.aggregates import APPROVALS_KEYS, NAMES, POLICIES, PUBLISHED, RUN
from functions.policy.rules.policy import (
    Policy,
    PolicyName,
    Steps,
    accept,
    give_back,
    publish,
    take_back,
)
from functions.policy.service.sources import published_in, text_of
from shared.aggregates.unit_of_work import UnitOfWork
from shared.messaging.envelope import Envelope
from shared.policy.published import PUBLISHED as CURRENT
from shared.storage.secrets import public_keys

TYPES = {each.event_type: each for each in DECISIONS}


async def act_on(event: Envelope) -> None:
    """Verifies a decision about a publication and acts on it once, also after redeliveries, and in
    any order. Raises SignatureInvalid for one that approvals did not sign, or about another text;
    ContentErased where the text was erased."""
    decision = event.payload(TYPES[event.type])
    if decision.subject.type != POLICIES.noun or not POLICIES.may_be_id(decision.subject.id):
        return

    async def use_case(work: UnitOfWork) -> None:
        policy = await work.find(POLICIES, decision.subject.id)
        accepted = accept(policy, decision) if policy is not None else None
        if accepted is not None:
            await work.save(*await _follow(work, accepted, decision))

    keys = await public_keys(APPROVALS_KEYS, to_verify=[decision.signature or ""])
    verify_decision(decision, event.data, event.tenantid, keys)
    await RUN.reaction(event, use_case)


async def _follow(work: UnitOfWork, policy: Policy, decision: ApprovalState) -> Steps:
    if isinstance(decision, ApprovalApproved | ApprovalAutoApproved):
        return await _publish(work, policy)
    if decision.status in ("vetoed", "overturned"):
        return await _take_back(work, policy)
    return give_back(policy, decision) if policy.status == "draft" else ()


async def _publish(work: UnitOfWork, policy: Policy) -> Steps:
    if policy.status != "draft":
        return ()
    await work.prefetch((NAMES, policy.name), (PUBLISHED, CURRENT))
    published = await published_in(work)
    named = await work.find(NAMES, policy.name) or PolicyName(name=policy.name)
    replaced = await work.find(POLICIES, named.published_id) if named.published_id else None
    return publish(policy, await text_of(work, policy), named, published, replaced, work.at)


async def _take_back(work: UnitOfWork, policy: Policy) -> Steps:
    if policy.status != "published":
        return ()
    await work.prefetch((NAMES, policy.name), (PUBLISHED, CURRENT))
    published = await published_in(work)
    named = await work.find(NAMES, policy.name) or PolicyName(name=policy.name)
    earlier = await work.find(POLICIES, policy.replaces) if policy.replaces else None
    if earlier is None:
        return take_back(policy, named, published, None, work.at)
    text = await text_of(work, earlier)
    return take_back(policy, named, published, (earlier, text), work.at)
