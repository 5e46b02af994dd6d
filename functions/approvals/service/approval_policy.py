"""The approval policy: shown, and proposed anew. A governor's approval of a proposal adopts it."""

from pydantic import TypeAdapter

from events.approval_policies import FASTEST_READING, PasskeyRule, PolicyEntry, PolicyRecord
from functions.approvals.aggregates import POLICIES, POLICY_ID, RUN
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.proposals import (
    PolicyBody,
    adopt,
    asks_for_more_people,
    proposal_of,
)
from functions.approvals.service.built_in import built_in
from functions.approvals.service.requests import open_request_of
from functions.approvals.views import SignedCard
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.kit.models import part_of
from shared.quotas.features import check_feature
from shared.runtime.entitlements import entitlements_of
from shared.storage.idempotency import IdempotencyKey

_ENTRIES = TypeAdapter(tuple[PolicyEntry, ...])


async def show_policy(caller: Caller) -> PolicyRecord:
    """The tenant's policy; the built-in one where nobody has changed it."""
    policy = await RUN.find(caller, POLICIES, POLICY_ID)
    return part_of(PolicyRecord, policy or built_in())


async def propose_policy(caller: Caller, key: IdempotencyKey, body: PolicyBody) -> SignedCard:
    """The approval that a governor must give before the policy changes. Raises Invalid, and
    FeatureNotInPlan where more than one person would have to assent and the plan has not that."""

    async def use_case(work: Command) -> SignedCard:
        current = await work.find(POLICIES, POLICY_ID) or built_in()
        if asks_for_more_people(body, current):
            check_feature(entitlements_of(caller.control, work.at), "two-person-approval")
        request = proposal_of(body, current, new_id("apr", work.at), caller.actor)
        return SignedCard.of(await open_request_of(work, request))

    return await RUN.command(caller, use_case, SignedCard, key=key)


async def adopt_policy(work: UnitOfWork, proposal: Approval) -> None:
    """Replaces the policy by the approved one, in the approval's own commit. Raises VersionConflict
    where another change came first, ContentErased."""
    current = await work.find(POLICIES, POLICY_ID) or built_in()
    contents = await work.read_contents(proposal.decision_hash)
    proposed = contents.value(proposal.decision_hash)
    entries = _ENTRIES.validate_python(proposed["entries"])
    passkey = PasskeyRule.model_validate(proposed["passkey"])
    adopted = adopt(
        proposal,
        entries,
        current,
        work.at,
        passkey=passkey,
        # Proposals of earlier versions do not say these.
        words_per_minute=proposed.get("words_per_minute", FASTEST_READING),
        veto_waits_for_device=proposed.get("veto_waits_for_device", True),
    )
    await work.save(adopted)
