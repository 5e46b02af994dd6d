"""The first screen, from the counters and a few cards."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from mobile_api.rules.budget import PLATFORM_PER_MONTH_USD_MICROS, spend
from mobile_api.rules.counters import SOURCES, dead_letters_field, latest_field
from mobile_api.rules.health import is_degraded
from mobile_api.views import Card, Dashboard, FunctionHealth, PlatformHealth

MOST_VETOES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def dashboard(
    counted: Mapping[str, int], recent_vetoes: Sequence[Card], stuck: Mapping[str, int]
) -> Dashboard:
    """The screen for the `totals` of the counters. The same for the same state, whenever it is
    asked for: nothing in it is of the request."""
    newest = {source: _moment(counted[latest_field(source)]) for source in SOURCES}
    dead_letters = {source: counted[dead_letters_field(source)] for source in SOURCES}
    degraded = is_degraded(stuck, dead_letters, counted["paused_pipelines"])
    return Dashboard(
        active_agents=counted["active_agents"],
        pending_approvals=counted["pending_approvals"],
        open_veto_windows=counted["open_veto_windows"],
        recent_vetoes=tuple(recent_vetoes[:MOST_VETOES]),
        budget=spend(0, PLATFORM_PER_MONTH_USD_MICROS),
        health=PlatformHealth(
            status="degraded" if degraded else "healthy",
            functions=tuple(
                FunctionHealth(
                    name=source,
                    last_event_at=newest[source],
                    dead_letters=dead_letters[source],
                    stuck=stuck.get(source, 0),
                )
                for source in SOURCES
            ),
        ),
        as_of=max((at for at in newest.values() if at is not None), default=None),
    )


def _moment(milliseconds: int) -> datetime | None:
    return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds else None
