"""What `approvals` publishes about a tenant's approval policy: who decides what, and how soon."""

from typing import Annotated

from pydantic import Field

from events.effects import ApprovalKind, Risk
from events.quorum import Rule
from events.registry import event
from shared.kit.callers import Identifier
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData, Model

TOPIC = "approvals"
MOST_NAMED = 50


class PolicyEntry(Model):
    """Who decides requests of a kind, from a risk and an amount on. Without a deadline, the kind's
    own holds: `deadline_seconds` is the default, `shortest_deadline_seconds` the shortest that a
    requester may ask for. Silence approves low-risk artifacts of the requesters in
    `silence_approves`, and denies everything else."""

    kind: ApprovalKind
    min_risk: Risk = "low"
    min_amount_usd_micros: Annotated[int, Field(strict=True)] = 0
    rule: Rule
    deadline_seconds: Annotated[int, Field(strict=True)] | None = None
    shortest_deadline_seconds: Annotated[int, Field(strict=True)] | None = None
    silence_approves: Annotated[tuple[Identifier, ...], Field(max_length=MOST_NAMED)] = ()


# Nobody reads faster (functions/approvals/rules/reading_pace.py has the sources).
FASTEST_READING = 1_000
WordsPerMinute = Annotated[int, Field(strict=True, ge=100, le=2_000)]


class PasskeyRule(Model):
    """When only a passkey's signature assents: from a risk on, to what is irreversible, and where
    somebody breaks the glass. Nobody ever needs one to refuse."""

    from_risk: Risk | None = None
    irreversible: Annotated[bool, Field(strict=True)] = False
    break_glass: Annotated[bool, Field(strict=True)] = False


class PolicyVersion(Data):
    """One version of a tenant's approval policy: `proposed_by` one person, approved by another.
    Version 0 is the one that comes with Assent, before anybody changed it. `decision_hash` names
    the content that was approved, which holds the entries."""

    version: int
    proposed_by: str | None = None
    approval_id: str | None = None
    decision_hash: str | None = None
    changed_at: Instant | None = None


class PolicyRecord(PolicyVersion):
    """A version of the policy with its entries, when a passkey must sign, and from how many words a
    minute on nobody is believed to have read what they approve; null where the tenant does not
    look at that. `veto_waits_for_device`: a veto window closes 24 hours after the first device had
    the notice of it, where people have such devices."""

    entries: tuple[PolicyEntry, ...]
    passkey: PasskeyRule = PasskeyRule()
    words_per_minute: WordsPerMinute | None = FASTEST_READING
    veto_waits_for_device: bool = True


@event("assent.approval_policy.changed.v1")
class ApprovalPolicyChanged(PolicyVersion, EventData):
    """A governor approved a change of the policy: requests from now on follow it."""
