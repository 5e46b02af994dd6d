"""What a token for a workspace sees on the phone: what lies there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from events import approvals, pipelines, precedents
from mobile_api.rules.counters import all_shards
from mobile_api.rules.documents import COUNTERS
from mobile_api.service.dashboard import read_dashboard
from mobile_api.service.rebuild import rebuild
from mobile_api.service.seeds import list_seeds
from mobile_api.views import Dashboard
from shared.kit.callers import Caller
from shared.storage.firestore import TenantStore
from tests.mobile_api.stories import (
    START,
    agent,
    approval,
    case_of,
    decided,
    id_of,
    pipeline,
    precedent,
    vetoed,
    window,
)
from tests.mobile_api.worlds import happen

HOUR = timedelta(hours=1)
MINE, OTHER = "wsp_surgery", "wsp_ward"


def caller(tenant: str, workspace: str | None) -> Caller:
    at = START + 2 * HOUR
    of_all = Caller("gala", tenant, frozenset(), frozenset({"governor"}), at, "")
    return replace(of_all, workspace_id=workspace)


async def seen(tenant: str, workspace: str | None) -> Dashboard:
    return await read_dashboard(caller(tenant, workspace))


def stuck(dashboard: Dashboard) -> dict[str, int]:
    return {each.name: each.stuck for each in dashboard.health.functions}


async def test_a_dashboard_counts_what_lies_where_its_token_opens(tenant: str) -> None:
    for first, within in ((10, MINE), (20, None)):
        place: dict[str, Any] = {} if within is None else {"workspace_id": within}
        late, later = START + HOUR, START + 3 * HOUR
        await happen(
            tenant,
            approval(approvals.ApprovalRequested, first, deadline_at=later, **place),
            approval(approvals.ApprovalRequested, first + 1, deadline_at=late, **place),
            approval(approvals.ApprovalAutoApproved, first + 2, **window(later), **place),
            approval(
                approvals.ApprovalVetoed, first + 3, 2, case=case_of(first), **vetoed(), **place
            ),
            approval(
                approvals.ApprovalApproved, first + 4, 2, case=case_of(first), **decided(), **place
            ),
            agent(number=first + 5, **place),
        )
    mine, whole, other = [await seen(tenant, each) for each in (MINE, None, OTHER)]
    for shown, times in ((mine, 1), (whole, 2)):
        assert shown.active_agents == times
        assert (shown.pending_approvals, shown.open_veto_windows) == (times, times)
        assert stuck(shown) == {"agents": 2 * times, "approvals": times}
    assert [each.id for each in mine.recent_vetoes] == [id_of("apr", 13)]
    assert {each.id for each in whole.recent_vetoes} == {id_of("apr", 13), id_of("apr", 23)}
    assert (other.active_agents, other.pending_approvals, other.recent_vetoes) == (0, 0, ())
    assert (other.as_of, other.health.functions, other.health.status) == (None, (), "healthy")
    told = await rebuild(tenant, now=START, write=False)
    assert told.digest_before == told.digest_after


async def test_what_lies_in_no_workspace_is_counted_once(tenant: str) -> None:
    await happen(tenant, agent(), approval(approvals.ApprovalRequested, 2))
    shards = await TenantStore(tenant).find(COUNTERS, limit=20)
    assert {(COUNTERS, each.id) for each in shards.items} <= set(all_shards())


async def test_a_paused_pipeline_is_seen_in_every_workspace(tenant: str) -> None:
    await happen(tenant, pipeline())
    assert (await seen(tenant, MINE)).health.status == "degraded"
    assert (await seen(tenant, MINE)).as_of is None
    await happen(tenant, pipeline(pipelines.PipelineResumed, 2))
    assert (await seen(tenant, MINE)).health.status == "healthy"


async def test_a_token_for_a_workspace_lists_the_precedents_that_lie_there(tenant: str) -> None:
    of_kind = precedents.PrecedentActivated
    await happen(tenant, precedent(of_kind), precedent(of_kind, 2, workspace_id=MINE))
    listed = [
        {each.seed_id for each in (await list_seeds(caller(tenant, place), 25, None)).items}
        for place in (MINE, OTHER, None)
    ]
    assert listed == [{id_of("pre", 2)}, set(), {id_of("pre", 1), id_of("pre", 2)}]
