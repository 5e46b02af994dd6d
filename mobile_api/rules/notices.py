"""Who is notified of an event, and about what."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from events.agents import AgentViolationReported
from events.approvals import (
    ApprovalAutoApproved,
    ApprovalDelegated,
    ApprovalDelivered,
    ApprovalEscalated,
    ApprovalRequested,
    ApprovalResumed,
    ApprovalReversalFailed,
    ApprovalReviewMissed,
    ApprovalState,
)
from events.mobile_api import NoticeKind, NotificationRequested
from events.pipelines import PipelinePaused
from events.reading_pace import ReadingPaceExceeded
from mobile_api.rules.documents import (
    CARDS,
    PIPELINES,
    VIOLATIONS,
    Documents,
    Fields,
    is_newest,
)
from mobile_api.rules.facts import Fact
from shared.kit.ids import derive_id
from shared.kit.roles import DEPUTY, GOVERNOR, TENANT_ADMIN


class Audience(NamedTuple):
    """Everybody with one of the roles, and these principals."""

    roles: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()


class _Notice(NamedTuple):
    kind: NoticeKind
    collection: str
    audience: Callable[[Any], Audience] | None = None
    # Whether it is news only where the card's deadline is another than before.
    if_moved: bool = False


def notice_of(fact: Fact, before: Documents, changed: Documents) -> NotificationRequested | None:
    """The notice for a fact that changed those documents. None for a fact that needs nobody, for a
    duplicate, and for a request that was decided before its event arrived."""
    notice = _NOTICES.get(fact.type)
    if notice is None or not _is_news(notice, fact, before, changed):
        return None
    state = fact.data if isinstance(fact.data, ApprovalState) else None
    choose = notice.audience
    audience = choose(fact.data) if choose else Audience(roles=(GOVERNOR,))
    return NotificationRequested(
        notification_id=derive_id("ntf", fact.time, fact.id),
        kind=notice.kind,
        roles=audience.roles,
        principals=audience.principals,
        subject=fact.subject,
        approval_id=state.approval_id if state else None,
        useful_until=_useful_until(notice.kind, state) if state else None,
    )


def may_notify(fact: Fact) -> bool:
    """Whether somebody is notified of facts of that type."""
    return fact.type in _NOTICES


def _is_news(notice: _Notice, fact: Fact, before: Documents, changed: Documents) -> bool:
    about = [key for key in changed if key[0] == notice.collection]
    if notice.collection == VIOLATIONS:
        return bool(about)
    newest = [key for key in about if is_newest(before.get(key), fact)]
    if notice.if_moved:
        return any(_open_until(before.get(key)) != _open_until(changed[key]) for key in newest)
    return bool(newest)


def _open_until(card: Fields | None) -> str | None:
    return card["open_until"] if card is not None else None


def _useful_until(kind: NoticeKind, state: ApprovalState) -> datetime | None:
    if kind == "approval_pending":
        return state.deadline_at
    if kind == "veto_window_opened" and state.veto is not None:
        return state.veto.closes_at
    return None


def _approvers(state: ApprovalState) -> Audience:
    # Governors may always refuse and veto, so they are told whomever the rules name.
    added = state.added_rule.of if state.added_rule else ()
    places = (*state.rule.of, *added)
    return Audience(
        roles=_distinct([*(place.role for place in places), GOVERNOR]),
        principals=_distinct(place.principal for place in places),
    )


def _deputies(state: ApprovalState) -> Audience:
    # A deputy who escalates hands the request back to the approvers.
    return Audience(roles=(DEPUTY,)) if state.status == "escalated" else _approvers(state)


def _delegate(state: ApprovalState) -> Audience:
    newest = state.grants[-1].to if state.grants else None
    return Audience(principals=(newest,)) if newest is not None else _approvers(state)


def _whom_it_is_about(pace: ReadingPaceExceeded) -> Audience:
    return Audience(roles=(GOVERNOR, TENANT_ADMIN), principals=(pace.principal,))


def _distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name is not None))


_NOTICES: Mapping[str, _Notice] = {
    ApprovalRequested.event_type: _Notice("approval_pending", CARDS, _approvers),
    ApprovalResumed.event_type: _Notice("approval_pending", CARDS, _approvers),
    ApprovalEscalated.event_type: _Notice("approval_pending", CARDS, _deputies),
    ApprovalDelegated.event_type: _Notice("approval_pending", CARDS, _delegate),
    ApprovalAutoApproved.event_type: _Notice("veto_window_opened", CARDS, _approvers),
    # It closes earlier than everybody was told, so their last call comes earlier too.
    ApprovalDelivered.event_type: _Notice("veto_window_opened", CARDS, _approvers, if_moved=True),
    ApprovalReversalFailed.event_type: _Notice("reversal_failed", CARDS, _approvers),
    ApprovalReviewMissed.event_type: _Notice("violation_reported", VIOLATIONS),
    AgentViolationReported.event_type: _Notice("violation_reported", VIOLATIONS),
    ReadingPaceExceeded.event_type: _Notice("violation_reported", VIOLATIONS, _whom_it_is_about),
    PipelinePaused.event_type: _Notice("pipeline_paused", PIPELINES),
}
