"""A proposed change of the approval policy: an approval that no policy alters.

One governor whose text is not in it decides, by a deadline of 24 hours; precedents, deputies and
break-glass do not apply. So no tenant locks itself out, and nobody changes the policy alone. Only
what the current policy asks of passkeys holds for its change too: every governor can add one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from events.approval_policies import (
    FASTEST_READING,
    ApprovalPolicyChanged,
    PasskeyRule,
    PolicyEntry,
    WordsPerMinute,
)
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.policy import ApprovalPolicy, completed
from functions.approvals.rules.quorum import needed
from functions.approvals.rules.requests import Request
from functions.approvals.rules.subjects import POLICY
from shared.kit.callers import Actor
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.kit.roles import GOVERNOR
from shared.kit.transitions import Transition

MOST_ENTRIES = 40
LONGEST_REASON = 1_900
# A proposal shows the proposed entries beside the current ones, so a content must hold both: else
# the largest policy could never be changed.
ENTRIES = JsonLimit(most_bytes=125_000)


def _bounded(entries: tuple[PolicyEntry, ...]) -> tuple[PolicyEntry, ...]:
    ENTRIES(_listed(entries))
    return entries


class PolicyBody(Model):
    """A whole policy, as somebody proposes it. A kind without an entry from low risk on keeps the
    built-in one: any governor decides, and silence denies. What is left out of `passkey`,
    `words_per_minute` and `veto_waits_for_device` stays as it is. `reason` is shown to who
    decides."""

    entries: Annotated[
        tuple[PolicyEntry, ...], Field(max_length=MOST_ENTRIES), AfterValidator(_bounded)
    ]
    # Which of these somebody says is asked of the model; their defaults are nobody's.
    passkey: PasskeyRule = Field(default_factory=PasskeyRule)
    words_per_minute: WordsPerMinute | None = Field(default_factory=lambda: FASTEST_READING)
    veto_waits_for_device: Annotated[bool, Field(strict=True)] = Field(default_factory=lambda: True)
    reason: Annotated[str, StringConstraints(max_length=LONGEST_REASON)]


def proposal_of(
    body: PolicyBody,
    current: ApprovalPolicy,
    approval_id: str,
    by: Actor,
) -> Request:
    """The request to replace the current policy. Raises Invalid for a policy that is not sound or
    changes nothing."""
    entries, others = completed(body.entries), _others(body, current)
    if not body.reason.strip():
        raise Invalid(FieldError("reason", "must say why the policy should change"))
    if (entries, others) == (completed(current.entries), _others(current, current)):
        raise Invalid(FieldError("entries", "are the current policy: nothing would change"))
    version = current.version + 1
    return Request(
        approval_id=approval_id,
        kind="constitutional",
        subject=POLICY,
        summary=f"Change the approval policy to version {version}: {body.reason}",
        content={
            "version": version,
            "entries": _listed(entries),
            "passkey": others["passkey"].model_dump(mode="json"),
            "was": _listed(current.entries),
            "passkey_was": current.passkey.model_dump(mode="json"),
            "words_per_minute": others["words_per_minute"],
            "words_per_minute_was": current.words_per_minute,
            "veto_waits_for_device": others["veto_waits_for_device"],
            "veto_waits_for_device_was": current.veto_waits_for_device,
        },
        evidence=(),
        rollback_plan=f"Propose version {current.version} again.",
        risk="high",
        risk_reasons=("it changes who decides (high)",),
        requested_by=by.principal,
        authors=(by.principal,),
        by_governor=GOVERNOR in by.roles,
        precedents_allowed=False,
        proposal=current.version,
    )


def asks_for_more_people(body: PolicyBody, current: ApprovalPolicy) -> bool:
    """Whether more than one person must assent to something from then on, where one was enough for
    everything before."""
    before = any(needed(each.rule) > 1 for each in current.entries)
    return not before and any(needed(each.rule) > 1 for each in body.entries)


def adopt(
    proposal: Approval,
    entries: Sequence[PolicyEntry],
    current: ApprovalPolicy,
    at: datetime,
    *,
    passkey: PasskeyRule,
    words_per_minute: int | None = FASTEST_READING,
    veto_waits_for_device: bool = True,
) -> Transition[ApprovalPolicy]:
    """The approved policy in place of the one that its proposal named. Raises VersionConflict where
    another change came first, because the proposer and the governor did not see that."""
    if proposal.proposal != current.version:
        raise VersionConflict(
            f"the policy is at version {current.version}, and this proposal replaces version "
            f"{proposal.proposal}: reject it, and propose the change again"
        )
    changed = ApprovalPolicy(
        version=current.version + 1,
        entries=tuple(entries),
        passkey=passkey,
        words_per_minute=words_per_minute,
        veto_waits_for_device=veto_waits_for_device,
        proposed_by=proposal.requested_by,
        approval_id=proposal.approval_id,
        decision_hash=proposal.decision_hash,
        changed_at=at,
    )
    return Transition(changed, ApprovalPolicyChanged)


def _others(said: PolicyBody | ApprovalPolicy, current: ApprovalPolicy) -> dict[str, Any]:
    """The rest of the policy, beside its entries: as the body says, or as it is now."""
    names = ("passkey", "words_per_minute", "veto_waits_for_device")
    return {
        name: getattr(said if name in said.model_fields_set else current, name) for name in names
    }


def _listed(entries: Sequence[PolicyEntry]) -> list[dict[str, object]]:
    return [entry.model_dump(mode="json") for entry in entries]
