"""The first screen, from the counters and a few cards."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from events.approvals import Card
from mobile_api.rules.budget import spend
from mobile_api.rules.counters import DEAD_LETTERS, LATEST, functions_in
from mobile_api.views import Dashboard, FunctionHealth, PlatformHealth
from shared.budgets.limits import Spending

MOST_VETOES = 10
PAUSED = "paused_pipelines"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def dashboard(
    counted: Mapping[str, int],
    recent_vetoes: Sequence[Card],
    stuck: Mapping[str, int],
    *,
    pending: int,
    windows: int,
    month: Spending | None,
) -> Dashboard:
    """The dashboard for the `totals` of the counters, the numbers of pending approvals and of open
    veto windows, what is stuck at the moment, and what the tenant has spent this month. The same
    state at the same moment always gives the same dashboard."""
    functions = tuple(
        FunctionHealth(
            name=name,
            last_event_at=_moment(counted.get(f"{LATEST}/{name}", 0)),
            dead_letters=counted.get(f"{DEAD_LETTERS}/{name}", 0),
            stuck=stuck.get(name, 0),
        )
        for name in functions_in(counted)
    )
    is_paused = counted.get(PAUSED, 0) > 0
    is_degraded = is_paused or any(stuck.values()) or any(each.dead_letters for each in functions)
    times = (each.last_event_at for each in functions)
    return Dashboard(
        active_agents=counted.get("active_agents", 0),
        pending_approvals=pending,
        open_veto_windows=windows,
        recent_vetoes=tuple(recent_vetoes[:MOST_VETOES]),
        budget=spend(month.spent_usd_micros, month.limit(None)) if month is not None else None,
        health=PlatformHealth(status="degraded" if is_degraded else "healthy", functions=functions),
        as_of=max((at for at in times if at is not None), default=None),
    )


def _moment(milliseconds: int) -> datetime | None:
    return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds else None
