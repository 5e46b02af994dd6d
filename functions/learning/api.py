"""HTTP in, HTTP out: what decisions teach."""

from typing import Annotated, Any

from fastapi import Query

from events.patterns import PatternStatus
from functions.learning.aggregates import RUN
from functions.learning.service import mining, report
from functions.learning.views import GovernanceReport, MinedView, PatternPage, PatternView
from shared.kit.callers import Caller
from shared.kit.instant_parameters import instant_named
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router

__all__ = ["ROUTER", "RUN"]

_TAKES: dict[str, Any] = {
    "read": ("approvals:read", "governance:read"),
    "write": ("approvals:write", "governance:write"),
    "narrows": True,
}
_PATTERNS = Router(prefix="/v1/patterns", tag="patterns", **_TAKES)


@_PATTERNS.get("")
async def list_patterns(
    caller: Caller, status: PatternStatus = "found", limit: Limit = 25, cursor: Cursor = None
) -> PatternPage:
    """Lists what people's decisions teach, the latest found first, and when they were mined."""
    return await mining.list_patterns(caller, status, limit, cursor)


@_PATTERNS.post("/mine")
@does("patterns.mine", within=("submit_conversation",), deed="mining decisions")
async def mine_patterns(caller: Caller, key: Key) -> MinedView:
    """Mines the latest two thousand requests for patterns; at most once in five minutes."""
    return await mining.mine_decisions(caller, key)


@_PATTERNS.get("/{pattern_id}")
async def get_pattern(caller: Caller, pattern_id: str) -> PatternView:
    """Shows a pattern with its conditions, its support, its exceptions, its bound and how later
    decisions bear it out."""
    return await mining.show_pattern(caller, pattern_id)


_GOVERNANCE = Router(prefix="/v1/governance", tag="governance", **_TAKES)


@_GOVERNANCE.get("/report")
@does("governance.report", within=("read_tenant",), deed="reading the governance report")
async def get_report(
    caller: Caller,
    since: Annotated[str, Query(alias="from", max_length=40)],
    until: Annotated[str, Query(alias="to", max_length=40)],
) -> GovernanceReport:
    """Reports what governing cost and kept out, of all that was requested from one instant up to
    before another, at most 92 days later: by rule, by governor and by precedent."""
    period = instant_named("from", since), instant_named("to", until)
    return await report.report_on(caller, *period)


ROUTER = Router.joining(_PATTERNS, _GOVERNANCE)
