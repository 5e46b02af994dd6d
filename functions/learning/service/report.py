"""Reads the approvals of a time and reports on them."""

from collections.abc import Sequence
from datetime import datetime

from events.runs import RunSummary
from functions.learning.rules.report import (
    HOW,
    LONGEST,
    MOST_REPORTED,
    is_of_run,
    report_of,
)
from functions.learning.service.reasons import group_reasons
from functions.learning.views import GovernanceReport
from shared.approvals.history import read_history
from shared.approvals.past import PastApproval
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.instant_parameters import check_period
from shared.kit.roles import GOVERNOR, TENANT_ADMIN
from shared.storage.firestore import READ_AT_ONCE, TenantStore
from shared.storage.states import read_states

# `functions/runs` and `functions/approvals` alone write them.
_RUNS, _PRECEDENTS = "runs", "precedents"
# Who may see what others decided; everybody else sees their own row only.
_SEE_ALL = frozenset({GOVERNOR, TENANT_ADMIN})


async def report_on(caller: Caller, since: datetime, until: datetime) -> GovernanceReport:
    """The report on what was requested in that time, in the place that the token opens: one read
    for each request, and one for each run that waited. Raises Invalid for a time that is longer
    than 92 days, or in which more than five thousand requests were made; Unavailable."""
    check_period(since, until, LONGEST)
    store = TenantStore(caller.tenant_id)
    some = [
        each
        async for each in read_history(
            store, caller.workspace_id, since=since, until=until, most=MOST_REPORTED + 1
        )
    ]
    if len(some) > MOST_REPORTED:
        problem = f"must end earlier: over {MOST_REPORTED} requests were made in this time"
        raise Invalid(FieldError("to", problem))
    report = report_of(some, await _spent(store, some), since, until, caller.received_at)
    sees_all = not _SEE_ALL.isdisjoint(caller.roles)
    governors = [
        each for each in report.governors if sees_all or each.principal == caller.principal
    ]
    report = report.but(governors=tuple(governors))
    reasons = await group_reasons(store, some)
    drafts = await _drafts(store, caller.workspace_id)
    return GovernanceReport.of(report, reasons, drafts, dict(HOW))


async def _spent(store: TenantStore, some: Sequence[PastApproval]) -> dict[str, int]:
    """What each run that waited for one of these has spent, in micro-dollars; nothing of one that
    was removed."""
    ids = list(dict.fromkeys(each.subject.id for each in some if is_of_run(each)))
    spent: dict[str, int] = {}
    for start in range(0, len(ids), READ_AT_ONCE):
        runs = await read_states(store, _RUNS, RunSummary, ids[start : start + READ_AT_ONCE])
        spent |= {id: run.spent_usd_micros for id, run in runs.items()}
    return spent


async def _drafts(store: TenantStore, workspace_id: str | None) -> tuple[str, ...]:
    """The ids of drafts of precedents that nobody has activated or rejected, a hundred at most."""
    page = await store.find(_PRECEDENTS, where=[("status", "==", "draft")], limit=READ_AT_ONCE)
    return tuple(
        each.id
        for each in page.items
        if workspace_id is None or each.data.get("workspace_id") == workspace_id
    )
