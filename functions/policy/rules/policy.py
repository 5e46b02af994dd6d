"""A version of a policy from its draft to its end, and all that a tenant has published."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol, Self

from pydantic import StringConstraints

from events.approvals import ApprovalState
from events.effects import Risk
from events.policies import (
    PolicyApprovalNeeded,
    PolicyDrafted,
    PolicyPublished,
    PolicyRetired,
    PolicyReturned,
    PolicyState,
)
from functions.policy.rules.room import fits
from shared.kit.contents import Content
from shared.kit.errors import SignatureInvalid, VersionConflict
from shared.kit.ids import derive_id
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition
from shared.policy.sources import LONGEST_NAME, LONGEST_SOURCE, NAME, Source

Steps = tuple[Transition[Any], ...]
Name = Annotated[
    str, StringConstraints(pattern=rf"^{NAME.pattern}$", min_length=3, max_length=LONGEST_NAME)
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SOURCE)]
RISK: Risk = "high"
_CHANGED = "other policies were published meanwhile: compare again and ask again"


class Published(Protocol):
    """All that the tenant has published (`shared.policy.published`)."""

    @property
    def version(self) -> int:
        """Each publication has the next."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The texts, by name."""

    def but(self, **fields: Any) -> Self:
        """The same with other fields."""


class PolicyBody(Model):
    """A policy as Cedar text. A name that exists gets its next version."""

    name: Name
    source: Text


class RequestedApproval(Model):
    """The approval that a publication waits for, or was allowed by. `policy_version` is what was
    published when it was asked for, `acted_on` the version of the last decision acted upon."""

    approval_id: str
    decision_hash: str
    policy_version: int
    by: str
    at: Instant
    acted_on: int = 0


class Policy(PolicyState):
    """A version of a policy. `replaces` is the version that its publication ended."""

    asked: RequestedApproval | None = None
    replaces: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is a draft whose publication somebody asked for."""
        return self.status == "draft" and self.asked is not None

    @property
    def source_name(self) -> str:
        """How its source is called among all that hold in the tenant."""
        return source_name(self.name)


class PolicyName(Model):
    """A name with its newest version, and the id of the published one."""

    name: str
    newest: int = 0
    published_id: str | None = None


def source_name(name: str) -> str:
    """How the source of a tenant's policy is called."""
    return f"tenant/{name}"


def content_of(source: str) -> Content:
    """The content with a policy's text."""
    return Content.of({"source": source})


def draft(
    body: PolicyBody, known: PolicyName, policy_id: str, published: int, by: str, at: datetime
) -> Steps:
    """The next version of the policy."""
    content = content_of(body.source)
    policy = Policy(
        policy_id=policy_id,
        name=body.name,
        version=known.newest + 1,
        status="draft",
        source_hash=content.hash,
        proposed_by=by,
        proposed_at=at,
        policy_version=published,
    )
    named = known.but(newest=policy.version)
    return Transition(policy, PolicyDrafted, contents=(content,)), Transition(named)


def with_policy(published: Published, policy: Policy, source: str) -> tuple[Source, ...]:
    """All published sources with the policy's in place of the one of its name."""
    return (*without(published, policy), Source(policy.source_name, source))


def without(published: Published, policy: Policy) -> tuple[Source, ...]:
    """All published sources but the one of the policy's name."""
    return tuple(each for each in published.sources if each.name != policy.source_name)


def ask(
    policy: Policy,
    source: str,
    published: Published,
    evidence: Sequence[Any],
    by: str,
    at: datetime,
) -> Steps:
    """The request for the approval of exactly this text, on top of exactly what is published.
    Raises VersionConflict for one that is no draft, or waits already."""
    if policy.status != "draft":
        raise VersionConflict(f"it is {policy.status}: post its text again to publish it")
    if policy.asked is not None:
        raise VersionConflict(f"its publication waits for {policy.asked.approval_id}")
    content = Content.of(
        {
            "policy_id": policy.policy_id,
            "name": policy.name,
            "version": policy.version,
            "source": source,
            "replaces": next(
                (each.text for each in published.sources if each.name == policy.source_name), None
            ),
            "policy_version": published.version,
        }
    )
    shown = Content.of(list(evidence))
    assessment = Content.of(
        {
            "risk_reasons": ["it changes what everybody in the tenant may do"],
            "rollback_plan": "Overturning the approval publishes the version before it again.",
        }
    )
    event_id = derive_id("evt", at, policy.policy_id, by, content.hash)
    asked = RequestedApproval(
        approval_id=derive_id("apr", at, event_id),
        decision_hash=content.hash,
        policy_version=published.version,
        by=by,
        at=at,
    )
    waiting = policy.but(asked=asked, approval_id=asked.approval_id, reason=None)
    fields = {
        "risk": RISK,
        "summary": f"Publish the policy {policy.name}, version {policy.version}",
        "content_hash": content.hash,
        "evidence_hash": shown.hash,
        "assessment_hash": assessment.hash,
        "requested_by": by,
        "requested_at": at,
        "authors": tuple(dict.fromkeys((policy.proposed_by, by))),
    }
    contents = (content, shown, assessment)
    return (Transition(waiting, PolicyApprovalNeeded, fields, event_id, contents),)


def withdraw(policy: Policy, by: str) -> Steps:
    """The draft without its approval. Raises VersionConflict for one that waits for none."""
    if not policy.is_waiting:
        raise VersionConflict("its publication waits for no approval")
    return _returned(policy, f"withdrawn by {by}", by, ends=policy.approval_id)


def accept(policy: Policy, decision: ApprovalState) -> Policy | None:
    """The policy with the decision recorded; None where the decision is about another request, or
    older than the last. Raises SignatureInvalid for a decision about other content."""
    asked = policy.asked
    if asked is None or asked.approval_id != decision.approval_id:
        return None
    if asked.acted_on >= decision.version:
        return None
    if asked.decision_hash != decision.decision_hash:
        raise SignatureInvalid("the decision is about another text than was asked about")
    return policy.but(asked=asked.but(acted_on=decision.version))


def publish(
    policy: Policy,
    source: str,
    named: PolicyName,
    published: Published,
    replaced: Policy | None,
    at: datetime,
) -> Steps:
    """The approved version decides, in place of the one of its name. Where something else was
    published since it was asked for, nobody approved the result: it is returned."""
    assert policy.asked is not None
    if published.version != policy.asked.policy_version:
        return _returned(policy, _CHANGED, policy.asked.by, ends=policy.approval_id)
    after = published.but(
        version=published.version + 1, sources=with_policy(published, policy, source)
    )
    held = policy.but(
        status="published",
        published_at=at,
        policy_version=after.version,
        replaces=replaced.policy_id if replaced else None,
    )
    steps: Steps = (
        Transition(held, PolicyPublished),
        Transition(named.but(published_id=policy.policy_id)),
        Transition(after),
    )
    return (*_retired(replaced, f"version {policy.version} took its place", after, at), *steps)


def give_back(policy: Policy, decision: ApprovalState) -> Steps:
    """The draft whose publication was not approved."""
    reason = f"{decision.status} by {decision.decided_by}: {decision.note}".rstrip(": ")
    return _returned(policy, reason, decision.decided_by or "", ends=None)


def take_back(
    policy: Policy,
    named: PolicyName,
    published: Published,
    earlier: tuple[Policy, str] | None,
    at: datetime,
) -> Steps:
    """The version whose approval was overturned decides no more; the `earlier` one of its name,
    with its text, does again where all that is published has room for it. One that another version
    has replaced stays retired."""
    if policy.status != "published":
        return ()
    sources = without(published, policy)
    if earlier is not None:
        whole = (*sources, Source(policy.source_name, earlier[1]))
        earlier, sources = (earlier, whole) if fits(whole) else (None, sources)
    after = published.but(version=published.version + 1, sources=sources)
    retired = _retired(policy, "its approval was overturned", after, at, undoes=policy.approval_id)
    back = named.but(published_id=earlier[0].policy_id if earlier else None)
    steps: Steps = (*retired, Transition(back), Transition(after))
    if earlier is None:
        return steps
    again = earlier[0].but(
        status="published", published_at=at, retired_at=None, reason=None,
        policy_version=after.version,
    )  # fmt: skip
    return (*steps, Transition(again, PolicyPublished))


def _retired(
    policy: Policy | None, reason: str, after: Published, at: datetime, undoes: str | None = None
) -> Steps:
    if policy is None:
        return ()
    retired = policy.but(
        status="retired", retired_at=at, reason=reason, policy_version=after.version
    )
    return (Transition(retired, PolicyRetired, {"undoes": undoes}),)


def _returned(policy: Policy, reason: str, by: str, ends: str | None) -> Steps:
    free = policy.but(asked=None, approval_id=None, reason=reason)
    return (Transition(free, PolicyReturned, {"returned_by": by, "ends": ends}),)
