"""Who may read a tenant's audit log."""

from shared.kit.callers import Actor
from shared.kit.errors import Forbidden

# `read_audit_reports` of the role and action matrix (docs/domain.md).
READERS = (
    *("platform_admin", "tenant_admin", "workspace_admin", "operator", "developer", "analyst"),
    *("governor", "deputy", "genesis", "architect", "guardian"),
)


def refuse_reader(actor: Actor) -> None:
    """Raises Forbidden for who has none of the roles that read the audit log."""
    if actor.roles.isdisjoint(READERS):
        raise Forbidden(f"to read the audit log, have one of the roles {', '.join(READERS)}")
