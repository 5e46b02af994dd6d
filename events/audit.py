"""What `audit` publishes: what became of exports of a tenant's audit log, or of all it has."""

from typing import Annotated, Literal

from pydantic import Field

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData

TOPIC = "audit"

ExportKind = Literal["log", "everything"]


class ExportState(EventData):
    """One export: an archive of a tenant's entries from the first up to number `entries` and, of
    `everything`, of its events, their things and contents. `bytes` and `sha256` are the archive's;
    `reason` says why there is none."""

    export_id: str
    kind: ExportKind = "log"
    status: Literal["pending", "ready", "failed"] = "pending"
    requested_by: str
    requested_at: Instant
    ended_at: Instant | None = None
    entries: Annotated[int, Field(ge=0)] | None = None
    bytes: Annotated[int, Field(ge=0)] | None = None
    sha256: str | None = None
    reason: str | None = None


@event("assent.audit_export.requested.v1")
class AuditExportRequested(ExportState):
    """Somebody asked for an archive of the tenant's audit log, or of everything that it has."""


@event("assent.audit_export.completed.v1")
class AuditExportCompleted(ExportState):
    """The archive is in the bucket."""


@event("assent.audit_export.failed.v1")
class AuditExportFailed(ExportState):
    """There will be no archive; a new request may have another outcome."""


class RunEvidenceState(EventData):
    """The runs, and the calls without one, of which a checkpoint covers every event and every
    receipt, of those that `asked`, an event of `runs` or of `tools`, names."""

    asked: str
    run_ids: tuple[str, ...]
    invocation_ids: tuple[str, ...] = ()


@event("assent.run_evidence.covered.v1")
class RunEvidenceCovered(RunEvidenceState):
    """Nothing of what these runs and calls did can be denied, also when they are removed."""
