"""What this function owns beside the chain: exports."""

from datetime import timedelta

from events.audit import ExportState, RunEvidenceState
from shared.aggregates import Aggregate, DueTimer, Runner

EXPORT_DUE = "assent.audit_export.due.v1"


class Export(ExportState):
    """One export as it is stored. `object` is the archive's name in the bucket: each attempt has
    its own, so that one which ends late replaces nothing."""

    object: str | None = None


def next_timer(export: Export) -> DueTimer | None:
    """A pending export is made at once."""
    return (EXPORT_DUE, export.requested_at) if export.status == "pending" else None


EXPORTS = Aggregate(
    noun="audit_export",
    model=Export,
    collection="audit_exports",
    prefix="exp",
    id_of=lambda export: export.export_id,
    indexed=("status",),
    queried=("status",),
    next_timer=next_timer,
)
# The latest answer about runs that are to go; one for each tenant.
EVIDENCE = Aggregate(
    noun="run_evidence",
    model=RunEvidenceState,
    collection="run_evidence",
    id_of=lambda _: "current",
)
# It keeps what it must not be able to read, so it has no key of a tenant.
RUN = Runner("audit", EXPORTS, EVIDENCE, in_stopped=True)
# As long as the bucket keeps an archive (function.toml).
EXPORT_RETENTION = timedelta(days=30)
