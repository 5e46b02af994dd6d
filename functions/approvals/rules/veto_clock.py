"""When a veto window closes: a phone that was off takes nobody's time to object away. Pure.

Where somebody has a device that acknowledges notices, the window closes 24 hours after the first of
them had the notice, and 72 hours after the assent at the latest; otherwise 24 hours after it."""

from dataclasses import replace
from datetime import datetime, timedelta

from events.approvals import ApprovalDelivered
from events.deliveries import DeliveryAcknowledged
from events.vetoes import VetoWindow
from functions.approvals.rules.approval import Approval, Step, Steps, transition
from functions.approvals.rules.veto import WINDOW

LONGEST = timedelta(hours=72)


def wait_for_device(opened: Step) -> Step:
    """An automatic approval whose window waits for the first device that has the notice."""
    approval = opened.state
    assert approval.veto is not None, "a precedent's approval has a window"
    assert approval.decided_at is not None, "it was given at once"
    window = VetoWindow(closes_at=approval.decided_at + LONGEST, waits_for_device=True)
    return replace(opened, state=approval.but(veto=window))


def start_clock(approval: Approval, had: DeliveryAcknowledged, at: datetime) -> Steps:
    """The approval whose window closes 24 hours after the acknowledgement that arrives at `at`,
    once: a later one changes nothing, nor one of another time than the server's. The window is
    never longer for it, and never closes before `at`."""
    window = approval.veto
    if approval.status != "auto_approved" or window is None or not window.waits_for_device:
        return ()
    if at > window.closes_at:
        return ()
    closes_at = min(window.closes_at, max(had.at + WINDOW, at))
    started = window.but(
        closes_at=closes_at,
        waits_for_device=False,
        delivered_at=min(had.at, at),
        device_id=had.device_id,
    )
    return (transition(approval, ApprovalDelivered, veto=started),)
