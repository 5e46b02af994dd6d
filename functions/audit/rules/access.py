"""Who may ask for which export, how often, and who may see it."""

from datetime import datetime

from events.audit import ExportKind, ExportState
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.roles import TENANT_ADMIN


def start_of_day(at: datetime) -> datetime:
    """When the day of that time began, in UTC."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def check_first(today: ExportState | None) -> None:
    """Raises VersionConflict where an export of everything was made that day."""
    if today is not None and today.status != "failed":
        raise VersionConflict(f"{today.export_id} was made today; ask for another one tomorrow")


def check_reader(kind: ExportKind, caller: Caller) -> None:
    """Raises Forbidden for an export of everything, which has what people wrote as they wrote it,
    unless the caller is an admin of the tenant, and nobody acts for them."""
    if kind == "everything" and (TENANT_ADMIN not in caller.roles or caller.impersonator):
        detail = "an export of everything needs the role tenant_admin, and nobody who acts for them"
        raise Forbidden(detail)
