"""Recalls, which stop an agent everywhere."""

from typing import Annotated

from pydantic import StringConstraints

from functions.runs.aggregates import RECALLS, RUN
from functions.runs.service import recalls
from functions.runs.views.recalls import RecallDetail, RecallPage, RecallView
from shared.kit.callers import Caller
from shared.kit.ids import Id
from shared.kit.models import Model
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

ROUTER = Router(read=("runs:read", "governance:read"), write=("governance:write",), narrows=True)
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class RecallBody(Model):
    """The agent to stop, or one version of it, and why."""

    agent_id: Id
    version: Annotated[str, StringConstraints(max_length=40)] | None = None
    reason: Reason


class LiftBody(Model):
    """Why the recall is lifted."""

    reason: Reason


@ROUTER.post("/v1/recalls", status_code=202)
@does("recalls.create", within=("govern",), deed="recalling an agent")
@beyond_quota
async def post_recall(caller: Caller, key: Key, body: RecallBody) -> RecallView:
    """Stops an agent, or one version of it, everywhere: from this answer on none of its tokens
    acts, and nothing of it starts or compiles. Its runs are halted, it is suspended with all that
    depends on it, and so are the precedents that were learned from it. For governors."""
    return await recalls.recall_agent(caller, key, body.agent_id, body.version, body.reason)


@ROUTER.get("/v1/recalls")
@beyond_quota
async def get_recalls(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> RecallPage:
    """Lists the recalls, newest first."""
    page = await RUN.page(caller, RECALLS, order_by=("recalled_at",), limit=limit, cursor=cursor)
    return page.shown(RecallPage, RecallView.of)


@ROUTER.get("/v1/recalls/{recall_id}")
@beyond_quota
async def get_recall(caller: Caller, recall_id: str, cursor: Cursor = None) -> RecallDetail:
    """Shows what a recall stopped, and the runs of the agent, newest first, 25 at a time: which it
    halted, which can be undone, and which were."""
    return await recalls.show_recall(caller, recall_id, cursor)


@ROUTER.post("/v1/recalls/{recall_id}/lift", status_code=202)
@does("recalls.lift", within=("govern",), deed="lifting a recall")
async def lift_recall(caller: Caller, key: Key, recall_id: str, body: LiftBody) -> RecallView:
    """Lifts a recall: the agent stays suspended until somebody reactivates it, and its halted runs
    until somebody resumes them. For governors."""
    return await recalls.lift_recall(caller, key, recall_id, body.reason)
