"""Whom an event concerns, and what they are told of it, as values."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from events.budgets import BudgetReached, Threshold
from events.connectors import ConnectorSuspended
from events.deliveries import QuietHours, ToldKind
from events.members import MemberState, WorkspaceRoles
from events.mobile_api import NotificationRequested
from events.recalls import RecallStarted
from events.runs import RunFailed, RunPaused, Waiting
from events.subscriptions import SubscriptionPlanLost
from functions.notifications.rules.message import LONGEST_TITLE, is_moot, message_of
from functions.notifications.rules.notice import Notice, concerns, notice_of, told_types
from shared.kit.plans import Meter
from tests.functions.notifications.test_delivery_rules import NEW
from tests.functions.notifications.worlds import waiting

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
APPROVAL = waiting("apr_1", NOON, NOON + timedelta(days=1))
RUN = {
    "run_id": "run_1",
    "plan_hash": "0" * 64,
    "capsule": "weekly-report",
    "capsule_version": "1.0.0",
    "agent_id": "agt_1",
    "agent_version": "1.0.0",
    "started_by": "ada",
    "started_at": NOON,
    "steps": 3,
}
DOUBT = Waiting(kind="doubt", step="pay", invocation_id="ivc_1")
CONNECTOR: dict[str, Any] = {
    "connector_id": "con_1",
    "name": "billing",
    "status": "suspended",
    "pin": "0" * 64,
    "revision": 2,
    "written_by": "ada",
    "written_at": NOON,
    "suspended_by": "service:tools",
    "reason": "Its tools changed, and nobody else may read why.",
}
RECALL: dict[str, Any] = {
    "recall_id": "rcl_1",
    "agent_id": "agt_1",
    "name": "writer",
    "reason": "It wrote to strangers.",
    "recalled_by": "gala",
    "recalled_at": NOON,
    "status": "halting",
}


def _member(*roles: str, **fields: Any) -> MemberState:
    return MemberState(principal_id="p", roles=roles, joined_at=NOON, **fields)


def _notice(payload: Any, subject: str) -> Notice | None:
    return notice_of("evt_1", payload.event_type, subject, "wsp_a", payload.model_dump_json())


@pytest.mark.parametrize(
    ("payload", "kind", "roles", "principals"),
    [
        (
            BudgetReached(scope="tenant", period="2026-11", limit_usd_micros=1, threshold=80),
            "budget_reached",
            {"governor", "tenant_admin"},
            (),
        ),
        (
            BudgetReached(scope="platform", period="2026-11", limit_usd_micros=1, threshold=80),
            None,
            set(),
            (),
        ),
        (RunFailed(**RUN, status="failed"), "run_failed", set(), ("ada",)),
        (RunFailed(**RUN, status="failed", parent_run_id="run_0"), None, set(), ()),
        (
            RunPaused(**RUN, status="paused", waiting=DOUBT),
            "run_doubtful",
            {"governor", "operator"},
            ("ada",),
        ),
        (RunPaused(**RUN, status="paused"), None, set(), ()),
        (ConnectorSuspended(**CONNECTOR), "connector_changed", {"governor", "tenant_admin"}, ()),
        (RecallStarted(**RECALL), "agent_recalled", {"governor", "tenant_admin", "operator"}, ()),
    ],
)
def test_each_event_concerns_those_who_act_on_it(
    payload: Any, kind: str | None, roles: set[str], principals: tuple[str, ...]
) -> None:
    notice = _notice(payload, "run/run_1")
    if kind is None:
        assert notice is None
        return
    assert notice is not None
    assert (notice.kind, set(notice.roles), notice.principals) == (kind, roles, principals)
    assert notice.workspace_id == "wsp_a"
    assert payload.event_type in told_types()


@pytest.mark.parametrize(
    ("member", "principal", "is_told"),
    [
        (_member("governor"), "gov", True),
        (_member("developer"), "gov", False),
        (_member("developer"), "ada", True),
        (None, "ada", False),
        (_member("governor", removed_at=NOON), "gov", False),
        (_member("governor", kind="service"), "gov", False),
        (
            _member(workspaces=(WorkspaceRoles(workspace_id="wsp_a", roles=("governor",)),)),
            "x",
            True,
        ),
        (
            _member(workspaces=(WorkspaceRoles(workspace_id="wsp_b", roles=("governor",)),)),
            "x",
            False,
        ),
        # Named, but with no place where it happened.
        (
            _member(workspaces=(WorkspaceRoles(workspace_id="wsp_b", roles=("governor",)),)),
            "ada",
            False,
        ),
        (_member("analyst", deputy_from=NOON, deputy_until=NOON + timedelta(1)), "dep", True),
        (_member("analyst", deputy_from=NOON - timedelta(2), deputy_until=NOON), "dep", False),
    ],
)
def test_only_who_may_see_it_is_told(
    member: MemberState | None, principal: str, is_told: bool
) -> None:
    notice = Notice(
        "evt_1",
        "approval_pending",
        "approval/apr_1",
        ("governor", "deputy"),
        ("ada",),
        workspace_id="wsp_a",
    )
    assert concerns(notice, principal, member, NOON) is is_told


def test_a_notice_of_mobile_api_is_passed_on_as_it_is() -> None:
    requested = NotificationRequested(
        notification_id="ntf_1",
        kind="veto_window_opened",
        roles=("governor",),
        principals=("ada",),
        subject="approval/apr_1",
        approval_id="apr_1",
        useful_until=NOON,
    )
    notice = _notice(requested, "notice/1")
    assert notice is not None
    assert (notice.kind, notice.approval_id, notice.useful_until) == (
        "veto_window_opened",
        "apr_1",
        NOON,
    )


def test_what_is_said_of_an_approval_is_as_it_is_when_it_is_said() -> None:
    berlin = QuietHours(begin="22:00", end="07:00", time_zone="Europe/Berlin")
    said = message_of(NEW, APPROVAL, berlin)
    assert said.title == "Approval waits: clinic-writer"
    assert (
        said.sentence
        == "Its risk is high. Decide by 21 November 2026 at 13:00 CET: silence denies."
    )
    assert said.path == "/console/approvals/apr_1"
    last = message_of(NEW.but(kind="last_call"), APPROVAL.but(on_timeout="approve"), None)
    assert last.title == "Approval expires soon: clinic-writer"
    assert last.sentence.endswith("at 12:00 UTC: silence approves.")
    long = APPROVAL.but(subject=APPROVAL.subject.but(name="x\n" * 500))
    assert len(message_of(NEW, long, None).title) == LONGEST_TITLE
    assert "\n" not in message_of(NEW, long, None).title


@pytest.mark.parametrize(
    ("kind", "status", "is_over"),
    [
        ("approval_pending", "pending", False),
        ("approval_pending", "escalated", False),
        ("approval_pending", "approved", True),
        ("last_call", "pending", False),
        ("last_call", "vetoed", True),
        ("veto_window_opened", "pending", True),
        ("reversal_failed", "reversal_failed", False),
    ],
)
def test_nobody_is_told_of_what_is_decided(kind: ToldKind, status: str, is_over: bool) -> None:
    assert is_moot(kind, APPROVAL.but(status=status), NOON) is is_over
    late = NOON + timedelta(days=2)
    if kind == "approval_pending":
        assert is_moot(kind, APPROVAL, late)


@pytest.mark.parametrize(
    ("meter", "threshold", "title"),
    [
        (None, 95, "A budget is almost spent"),
        ("executions", 80, "The plan's runs are almost used"),
        ("tokens", 95, "The plan's tokens are almost used"),
        ("tokens", 100, "The plan's tokens are used up"),
        ("api_calls", 80, "The plan's calls of the API are almost used"),
        ("storage", 95, "The plan's room for files is almost used"),
    ],
)
def test_a_quota_is_told_as_the_plans_and_a_budget_as_money(
    meter: Meter | None, threshold: Threshold, title: str
) -> None:
    reached = BudgetReached(
        scope="tenant", period="2026-11", limit_usd_micros=1, threshold=threshold, meter=meter
    )
    notice = _notice(reached, "budget/tenant")
    assert notice is not None
    told = NEW.but(kind=notice.kind, subject=notice.subject, approval_id=None, detail=notice.detail)
    said = message_of(told, None, None)
    assert said.title == title
    assert said.sentence.startswith(f"{threshold} % of ")
    assert said.path == ("/console/" if meter is None else "/console/plan")


def test_each_kind_has_its_words_and_leads_somewhere() -> None:
    kinds = [kind for each in get_args(ToldKind) for kind in (get_args(each) or (each,))]
    for kind in kinds:
        is_dated = kind in ("payment_failed", "credit_granted")
        detail = "2026-11-23T09:00:00.000Z" if is_dated else "95"
        said = message_of(NEW.but(kind=kind, approval_id=None, detail=detail), None, None)
        assert said.title
        assert said.sentence.endswith(".")
        assert said.path.startswith("/console/")


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [
        ("payment_failed", "2026-11-23T09:00:00.000Z", "tried again on 23 November 2026 at 10:00"),
        ("payment_failed", "", "not tried again by itself. Give another card"),
        ("plan_lost", "not_paid", "Nobody paid for it: pay what is open"),
        ("plan_lost", "paused", "It is paused"),
        ("credit_granted", "2026-12-31T00:00:00.000Z", "until 31 December 2026"),
    ],
)
def test_what_is_told_of_money_says_when_and_how_to_mend_it(
    kind: ToldKind, detail: str, said: str
) -> None:
    told = NEW.but(kind=kind, subject="invoice/ivc_1", approval_id=None, detail=detail)
    quiet = QuietHours(begin="22:00", end="07:00", time_zone="Europe/Berlin")
    message = message_of(told, None, quiet)
    assert said in message.sentence
    assert message.path == "/console/plan"


def test_a_plan_that_was_ended_by_its_tenant_is_told_nobody() -> None:
    for reason, kind in (("not_paid", "plan_lost"), ("paused", "plan_lost"), ("ended", None)):
        said = {"tenant_id": "ten_1", "plan": "pro", "reason": reason}
        notice = _notice(SubscriptionPlanLost.model_validate(said), "subscription/ten_1")
        assert (notice.kind if notice is not None else None) == kind
