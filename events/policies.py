"""What `policy` publishes about a tenant's Cedar policies: drafts, and what is published."""

from typing import Literal

from events.effects import Risk
from events.questions import Question
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.personal import PersonalText

TOPIC = "policy"

PolicyStatus = Literal["draft", "published", "retired"]


class PolicyState(EventData):
    """A version of a policy after the event. Its text never changes: `source_hash` names it, and
    another text is the next version. `approval_id` is the approval that its publication waits for
    or was allowed by; `reason` says why a publication ended without one, with the words of
    whoever refused it, or why it was retired. `policy_version` is the version of all that the
    tenant has published, as of the last event that changed that."""

    policy_id: str
    name: str
    version: int
    status: PolicyStatus
    source_hash: str
    proposed_by: str
    proposed_at: Instant
    approval_id: str | None = None
    published_at: Instant | None = None
    retired_at: Instant | None = None
    reason: PersonalText | None = None
    policy_version: int = 0


@event("assent.policy.drafted.v1")
class PolicyDrafted(PolicyState):
    """Somebody wrote a version; it decides nothing."""


@event("assent.policy.approval_needed.v1")
class PolicyApprovalNeeded(Question, PolicyState):
    """Somebody asks to publish the version: `content_hash` names `{policy_id, name, version,
    source, replaces, policy_version}`, the last of which is what the tenant had published then;
    `evidence_hash` a list with examples of what would newly be allowed or denied; `assessment_hash`
    an `events.dossiers.Assessment`. `authors` are all whose text is in the content."""

    approval_id: str
    kind: Literal["constitutional"] = "constitutional"
    risk: Risk


@event("assent.policy.published.v1")
class PolicyPublished(PolicyState):
    """The version decides from now on, as part of `policy_version`."""


@event("assent.policy.retired.v1")
class PolicyRetired(PolicyState):
    """The version decides no more: another of its name was published or, where `undoes` names it,
    the approval was overturned."""

    undoes: str | None = None


@event("assent.policy.returned.v1")
class PolicyReturned(PolicyState):
    """The version is a draft again, without an approval. `ends` is the approval that it gave up
    itself: that is cancelled or, where it was given, reversed."""

    returned_by: str
    ends: str | None = None
