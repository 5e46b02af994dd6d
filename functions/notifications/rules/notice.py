"""A notice: what happened, and for whom it is. One rule for each event that people are told of."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from events.budgets import BudgetReached
from events.connectors import ConnectorChanged, ConnectorSuspended
from events.credits import CreditGranted
from events.deliveries import ToldKind
from events.invoices import InvoicePaymentFailed
from events.members import MemberState
from events.mobile_api import NotificationRequested
from events.recalls import RecallStarted
from events.runs import RunFailed, RunPaused, RunState
from events.subscriptions import SubscriptionPlanLost
from shared.kit.instants import format_instant
from shared.kit.roles import DEPUTY, GOVERNOR, OPERATOR, TENANT_ADMIN


class Notice(NamedTuple):
    """What happened to `subject` (`<noun>/<id>`), in words that no secret is in: `about` is a name
    that people gave, `detail` a number, a version, an instant or a reason. It is for everybody with
    one of `roles` and for `principals`. After `useful_until` nobody needs to know."""

    event_id: str
    kind: ToldKind
    subject: str
    roles: tuple[str, ...]
    principals: tuple[str, ...] = ()
    about: str = ""
    detail: str = ""
    workspace_id: str | None = None
    useful_until: datetime | None = None

    @property
    def approval_id(self) -> str | None:
        """The approval that it is about, whose card it leads to."""
        noun, _, id = self.subject.partition("/")
        return id if noun == "approval" else None


def roles_in(member: MemberState | None, workspace_id: str | None, at: datetime) -> frozenset[str]:
    """What a member may be, at that instant, for a thing in that workspace, or in none: nothing for
    somebody who left, and nothing of a workspace in which they have no role."""
    if member is None or member.removed_at is not None or member.kind != "human":
        return frozenset()
    roles = set(member.roles)
    if workspace_id is not None:
        within = (each.roles for each in member.workspaces if each.workspace_id == workspace_id)
        roles.update(role for each in within for role in each)
    if _is_deputy(member, at):
        roles.add(DEPUTY)
    return frozenset(roles)


def concerns(notice: Notice, principal: str, member: MemberState | None, at: datetime) -> bool:
    """Whether the notice is for the principal, who may see what it is about."""
    roles = roles_in(member, notice.workspace_id, at)
    is_named = principal in notice.principals and bool(roles)
    return is_named or not roles.isdisjoint(notice.roles)


def notice_of(
    event_id: str, event_type: str, subject: str, workspace_id: str | None, data: str
) -> Notice | None:
    """The notice of an event of the log; None for an event that nobody is told of."""
    payload, rule = _RULES[event_type]
    found = rule(payload.model_validate_json(data))
    if found is None:
        return None
    placed = {"event_id": event_id, "workspace_id": workspace_id}
    return Notice(**{"subject": subject, **placed, **found})


def told_types() -> frozenset[str]:
    """The types of events that people are told of."""
    return frozenset(_RULES)


def _is_deputy(member: MemberState, at: datetime) -> bool:
    begins, ends = member.deputy_from, member.deputy_until
    return ends is not None and (begins is None or begins <= at) and at < ends


_ADMINS = (GOVERNOR, TENANT_ADMIN)
Fields = Mapping[str, Any] | None


def _requested(event: NotificationRequested) -> Fields:
    return {
        "kind": event.kind,
        "subject": event.subject,
        "roles": event.roles,
        "principals": event.principals,
        "useful_until": event.useful_until,
    }


def _budget(event: BudgetReached) -> Fields:
    # What all tenants together spend is no tenant's business.
    if event.scope == "platform":
        return None
    subject = f"budget/{event.meter or event.scope}"
    detail = str(event.threshold)
    return {"kind": "budget_reached", "subject": subject, "roles": _ADMINS, "detail": detail}


def _payment(event: InvoicePaymentFailed) -> Fields:
    again = event.next_attempt_at
    detail = format_instant(again) if again is not None else ""
    return {"kind": "payment_failed", "roles": (TENANT_ADMIN,), "detail": detail}


def _plan_lost(event: SubscriptionPlanLost) -> Fields:
    # It was ended by those who would be told.
    if event.reason == "ended":
        return None
    return {"kind": "plan_lost", "roles": (TENANT_ADMIN,), "detail": event.reason}


def _credit(event: CreditGranted) -> Fields:
    detail = format_instant(event.expires_at)
    return {"kind": "credit_granted", "roles": (TENANT_ADMIN,), "detail": detail}


def _of_run(kind: ToldKind, run: RunState, roles: tuple[str, ...]) -> Fields:
    return {"kind": kind, "roles": roles, "principals": (run.started_by,), "about": run.capsule}


def _failed(run: RunFailed) -> Fields:
    # A step of another run started it, and that run fails with it.
    return None if run.parent_run_id else _of_run("run_failed", run, ())


def _paused(run: RunPaused) -> Fields:
    is_doubtful = run.waiting is not None and run.waiting.kind == "doubt"
    return _of_run("run_doubtful", run, (GOVERNOR, OPERATOR)) if is_doubtful else None


def _connector(event: ConnectorChanged | ConnectorSuspended) -> Fields:
    if event.status != "suspended":
        return None
    return {"kind": "connector_changed", "roles": _ADMINS, "about": event.name}


def _recall(event: RecallStarted) -> Fields:
    roles = (*_ADMINS, OPERATOR)
    detail = event.version or ""
    return {"kind": "agent_recalled", "roles": roles, "about": event.name, "detail": detail}


_RULES: Mapping[str, tuple[Any, Callable[[Any], Fields]]] = {
    NotificationRequested.event_type: (NotificationRequested, _requested),
    BudgetReached.event_type: (BudgetReached, _budget),
    InvoicePaymentFailed.event_type: (InvoicePaymentFailed, _payment),
    SubscriptionPlanLost.event_type: (SubscriptionPlanLost, _plan_lost),
    CreditGranted.event_type: (CreditGranted, _credit),
    RunFailed.event_type: (RunFailed, _failed),
    RunPaused.event_type: (RunPaused, _paused),
    ConnectorChanged.event_type: (ConnectorChanged, _connector),
    ConnectorSuspended.event_type: (ConnectorSuspended, _connector),
    RecallStarted.event_type: (RecallStarted, _recall),
}
