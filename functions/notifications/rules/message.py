"""What a recipient is told: a title, one sentence, a link. No text that a tenant keeps secret is in
it, because mail servers, Slack and lock screens show it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from events.approvals import ApprovalState
from events.buckets import OPEN, as_of
from events.deliveries import QuietHours, ToldKind
from functions.notifications.rules.delivery import Delivery
from shared.kit.instants import parse_instant

LONGEST_TITLE = 120
URGENT: frozenset[ToldKind] = frozenset({"last_call", "reversal_failed", "agent_recalled"})
# What people are told of an approval is moot once nobody can decide it any more.
_WHILE_OPEN: frozenset[ToldKind] = frozenset({"approval_pending", "last_call"})
_WHILE_VETOABLE: frozenset[ToldKind] = frozenset({"veto_window_opened", "last_call"})
_PATHS: Mapping[str, str] = {
    "approval": "/console/approvals/",
    "agent": "/console/agents/",
    "connector": "/console/connectors/",
    "run": "/console/runs/",
}


class Message(NamedTuple):
    """What is sent. `path` is the page of the console that it leads to. `tag` is the same for all
    messages about one thing, so that a newer one takes the older one's place on a screen."""

    kind: ToldKind
    title: str
    sentence: str
    path: str
    tag: str
    risk: str | None
    delivery_id: str


def is_moot(kind: ToldKind, approval: ApprovalState, at: datetime) -> bool:
    """Whether nobody needs to be told of the approval any more, as it is at that instant."""
    status = as_of(approval, at).status
    may_decide = kind in _WHILE_OPEN and status in OPEN
    may_veto = kind in _WHILE_VETOABLE and status == "auto_approved"
    return kind in _WHILE_OPEN | _WHILE_VETOABLE and not (may_decide or may_veto)


def deadline_of(approval: ApprovalState) -> datetime | None:
    """Until when somebody may decide or veto; None where an earlier moment comes first, at which
    everybody is told anew."""
    if approval.status == "auto_approved":
        return approval.veto.closes_at if approval.veto is not None else None
    return None if approval.status == "deferred" else approval.deadline_at


def message_of(
    delivery: Delivery, approval: ApprovalState | None, quiet_hours: QuietHours | None
) -> Message:
    """The message of a delivery; instants are in the time zone of the recipient's quiet hours, or
    else in UTC."""
    about = approval.subject.name if approval is not None else delivery.about
    title, sentence = _words(delivery, approval, quiet_hours)
    named = f"{title}: {about}" if about else title
    noun, _, id = delivery.subject.partition("/")
    return Message(
        kind=delivery.kind,
        title=" ".join(named.split())[:LONGEST_TITLE],
        sentence=sentence,
        path=_path(delivery.kind, noun, id),
        tag=delivery.subject,
        risk=approval.risk if approval is not None else None,
        delivery_id=delivery.delivery_id,
    )


def _path(kind: ToldKind, noun: str, id: str) -> str:
    if kind in _MONEY or f"{noun}/{id}" in _QUOTAS:
        return "/console/plan"
    return f"{_PATHS[noun]}{id}" if noun in _PATHS else "/console/"


def _words(
    delivery: Delivery, approval: ApprovalState | None, quiet_hours: QuietHours | None
) -> tuple[str, str]:
    if approval is not None:
        until = deadline_of(approval)
        by = _instant(until, quiet_hours) if until is not None else "its deadline"
        risk = f"Its risk is {approval.risk}."
        if delivery.kind == "last_call" or delivery.kind == "approval_pending":
            if approval.status == "auto_approved":
                return "The veto window closes soon", f"{risk} Veto it by {by}, or it stays."
            title = "Approval expires soon" if delivery.kind == "last_call" else "Approval waits"
            meant = "approves" if approval.on_timeout == "approve" else "denies"
            return title, f"{risk} Decide by {by}: silence {meant}."
        if delivery.kind == "veto_window_opened":
            sentence = f"{risk} A precedent approved it; you may veto it until {by}."
            return "Approved by a precedent", sentence
    title, sentence = _WORDS[delivery.kind]
    if delivery.kind in _MONEY:
        return title, _of_money(delivery, quiet_hours)
    if delivery.kind == "budget_reached" and (quota := _QUOTAS.get(delivery.subject)) is not None:
        how = "used up" if delivery.detail == "100" else "almost used"
        title, sentence = f"{quota.begins} {how}", quota.sentence
    return title, sentence.format(detail=delivery.detail)


def _of_money(delivery: Delivery, quiet_hours: QuietHours | None) -> str:
    """The sentence about a payment: when the next try is, and how to mend what failed."""
    detail = delivery.detail
    if delivery.kind == "plan_lost":
        return _WORDS["plan_lost"][1] if detail == "not_paid" else _IS_PAUSED
    when = _instant(parse_instant(detail), quiet_hours) if detail else ""
    if delivery.kind == "credit_granted":
        return _WORDS["credit_granted"][1].format(when=when)
    if when:
        return f"It is tried again on {when}. {_WORDS['payment_failed'][1]}"
    return f"It is not tried again by itself. {_WORDS['payment_failed'][1]}"


def _instant(moment: datetime, quiet_hours: QuietHours | None) -> str:
    zone = ZoneInfo(quiet_hours.time_zone) if quiet_hours is not None else UTC
    return f"{moment.astimezone(zone):%d %B %Y at %H:%M %Z}"


class _Quota(NamedTuple):
    """How a notice about what the plan allows begins, and its sentence."""

    begins: str
    sentence: str = "{detail} % of what the plan allows in this month are used."


# What a budget's notice is about where it counts what the plan allows.
_QUOTAS: Mapping[str, _Quota] = {
    "budget/executions": _Quota("The plan's runs are"),
    "budget/tokens": _Quota("The plan's tokens are"),
    "budget/api_calls": _Quota("The plan's calls of the API are"),
    "budget/storage": _Quota(
        "The plan's room for files is",
        "{detail} % of the bytes that it has are kept: remove files, or take more room.",
    ),
}
_MONEY: frozenset[ToldKind] = frozenset({"payment_failed", "plan_lost", "credit_granted"})
_IS_PAUSED = "It is paused: what is there stays, and the plan Free holds until it is resumed."
_WORDS: Mapping[ToldKind, tuple[str, str]] = {
    "approval_pending": ("Approval waits", "Decide before its deadline."),
    "last_call": ("Approval expires soon", "Decide before its deadline."),
    "veto_window_opened": ("Approved by a precedent", "You may veto it while its window is open."),
    "reversal_failed": (
        "A reversal failed",
        "What was vetoed could not be rolled back: somebody must look at it.",
    ),
    "pipeline_paused": ("The pipeline is paused", "No agent is created until it is resumed."),
    "violation_reported": ("A rule was broken", "The console shows which rule, and what shows it."),
    "budget_reached": ("A budget is almost spent", "{detail} % of its limit are spent."),
    "payment_failed": (
        "A payment failed",
        "Give another card on the page Plan and usage, or the tenant falls back to the plan Free.",
    ),
    "plan_lost": (
        "The plan does not hold any more",
        "Nobody paid for it: pay what is open on the page Plan and usage, and all is back.",
    ),
    "credit_granted": ("You have a credit", "It pays your renewals until {when}."),
    "run_failed": ("A run failed", "A step of it failed for good; it can be resumed from there."),
    "run_doubtful": (
        "A run waits for your word",
        "Nobody knows whether a call of it acted: say what became of it.",
    ),
    "connector_changed": (
        "A connector was suspended",
        "Nothing is called by it until somebody looks at it and activates it.",
    ),
    "agent_recalled": (
        "An agent was recalled",
        "It acts nowhere any more, and its runs are halted.",
    ),
}
