"""Events and timers in: what is due of a file, bytes that belong to none, the end of a tenant."""

from events.tenants import TenantClosed
from functions.artifacts.aggregates import RETENTION, RUN
from functions.artifacts.rules.retention import RETENTION_DUE
from functions.artifacts.service import retention
from functions.artifacts.service.due import do_what_is_due, erase_tenant, remove_orphans
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import ARTIFACT_DUE

__all__ = ["HANDLERS", "RUN"]

ORPHANS_DUE = "assent.artifact_orphans.due.v1"

HANDLERS = {
    ARTIFACT_DUE: RUN.timed(ARTIFACTS, do_what_is_due),
    RETENTION_DUE: RUN.timed(RETENTION, retention.look),
    ORPHANS_DUE: remove_orphans,
    TenantClosed.event_type: erase_tenant,
}
