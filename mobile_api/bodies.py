"""What the governor's API accepts. The rules of decisions are their owner's: here only shapes."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from events.approvals import Kind, Risk
from shared.kit.models import Model

MOST_SYNCED = 50

Action = Literal["approve", "request-changes", "veto"]


class ApproveBody(Model):
    """Assent to the content with that hash."""

    decision_hash: str
    client_decision_id: UUID
    note: str | None = None


class RequestChangesBody(Model):
    """Not this content; `note` says what must change."""

    decision_hash: str
    client_decision_id: UUID
    note: str


class GovernorVetoBody(Model):
    """Rejects what is pending, reverses what was assented to automatically."""

    decision_hash: str
    client_decision_id: UUID
    reason_category: Literal["constitutional", "safety", "budget", "other"]
    explanation: str
    attachments: tuple[str, ...] | None = None


DecisionBody = ApproveBody | RequestChangesBody | GovernorVetoBody


class SyncBody(Model):
    """Decisions queued offline, oldest first. Each is `{approval_id, action, …its body}`, with
    `action` one of approve, request-changes and veto; a bad one spoils only itself."""

    decisions: Annotated[list[dict[str, JsonValue]], Field(max_length=MOST_SYNCED)]


class DeviceBody(Model):
    """A device's push registration. The token is kept, never given back."""

    platform: Literal["ios", "android", "web"]
    token: Annotated[str, Field(max_length=4096)]


class SeedConditionBody(Model):
    """A comparison over `{content: …}`; `field` is a dotted path."""

    field: str
    op: Literal[
        "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "contains", "subset_of", "exists"
    ]
    value: JsonValue = None


class SeedBody(Model):
    """A precedent to be judged."""

    title: str
    domain: Literal["GEN", "ETH", "ARCH", "GOV"]
    kind: Kind
    max_risk: Risk
    conditions: list[SeedConditionBody]
    rationale: str
    example_approval_id: str | None = None
