"""What makes the functions ask every query they have."""

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from events.agents import AgentViolationReported
from events.approvals import ApprovalApproved, ApprovalRequested, ApprovalVetoed
from events.buckets import Bucket
from events.budgets import BudgetReached
from events.precedents import PrecedentActivated
from events.retention import RunsRemoved
from functions.agents import api as agents_api
from functions.agents.reactions import HANDLERS as AGENTS_HANDLERS
from functions.approvals import queries
from functions.approvals.aggregates import RUN as APPROVALS
from functions.approvals.service import lists
from functions.artifacts import api as artifacts_api
from functions.artifacts.aggregates import RETENTION as FILE_RETENTION
from functions.artifacts.aggregates import RETENTION_ID as FILE_RETENTION_ID
from functions.artifacts.reactions import HANDLERS as ARTIFACTS_HANDLERS
from functions.artifacts.reactions import RUN as ARTIFACTS_RUN
from functions.artifacts.rules.retention import RETENTION_DUE as FILE_RETENTION_DUE
from functions.artifacts.rules.retention import Retention as FileRetention
from functions.audit.aggregates import RUN as AUDIT
from functions.audit.exports import request_export, show_export
from functions.audit.reactions import HANDLERS as AUDIT_HANDLERS
from functions.billing.aggregates import RUN as BILLING
from functions.billing.service.invoices import list_invoices
from functions.capsules import api as capsules
from functions.capsules.aggregates import RUN as CAPSULES
from functions.capsules.service.sources import Sources
from functions.identity.aggregates import GROUPS, USERS
from functions.identity.reactions import HANDLERS as IDENTITY_HANDLERS
from functions.identity.reactions import RUN as IDENTITY
from functions.identity.rules.tenant import Tenant, TenantBody
from functions.identity.rules.tenant import found as found_tenant
from functions.identity.service import (
    directory,
    impersonations,
    invitations,
    keys,
    sessions,
    tenants,
    workspaces,
)
from functions.knowledge.aggregates import RUN as KNOWLEDGE_RUN
from functions.knowledge.reactions import HANDLERS as KNOWLEDGE_HANDLERS
from functions.knowledge.service import corpora as knowledge_corpora
from functions.knowledge.service import documents as knowledge_documents
from functions.knowledge.views import CorpusBody, DocumentBody
from functions.learning.aggregates import RUN as LEARNING
from functions.learning.service.mining import list_patterns, read_decisions
from functions.learning.service.report import report_on
from functions.models.aggregates import RUN as MODELS
from functions.models.api import calls as model_calls
from functions.models.api import prompts as model_prompts
from functions.models.api import routes as model_routes
from functions.models.reactions import HANDLERS as MODELS_HANDLERS
from functions.models.rules.route import ModelRoute
from functions.models.service.cache import answer_to_keep
from functions.models.service.names import names_of_members
from functions.notifications.aggregates import RUN as NOTIFICATIONS
from functions.notifications.reactions import HANDLERS as NOTIFICATIONS_HANDLERS
from functions.notifications.service.deliveries import list_deliveries
from functions.notifications.service.mailboxes import count_code_for
from functions.notifications.service.recipients import tell
from functions.policy import api as policy
from functions.policy.aggregates import RUN as POLICY
from functions.policy.reactions import HANDLERS as POLICY_HANDLERS
from functions.policy.rules.policy import PolicyBody
from functions.policy.service import decisions, drafts, replay
from functions.runs.aggregates import RECALLS, RETENTION, RETENTION_ID
from functions.runs.api import budgets, recalls, runs, schedules
from functions.runs.reactions import HANDLERS as RUNS_HANDLERS
from functions.runs.reactions import RUN as RUNS
from functions.runs.rules.recalls import RECALL_DUE, Recall
from functions.runs.rules.retention import RETENTION_DUE, Retention
from functions.runs.service.recalls import show_recall
from functions.tools.aggregates import CALL_RETENTION, CURRENT
from functions.tools.api import connectors, credentials
from functions.tools.reactions import HANDLERS as TOOLS_HANDLERS
from functions.tools.reactions import RUN as TOOLS
from functions.tools.rules.retention import CALL_RETENTION_DUE, CallRetention
from functions.tools.service.removal import remove_calls
from mobile_api.reactions import HANDLERS as MOBILE_HANDLERS
from mobile_api.reactions import RUN as MOBILE
from mobile_api.rules.device_bodies import DeviceBody
from mobile_api.service import agents, cards, seeds
from mobile_api.service.dashboard import read_dashboard
from mobile_api.service.devices import list_devices, register_device, remove_device
from mobile_api.service.rebuild import rebuild
from shared.agents import find_serving
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.artifacts.aggregates import require_upload
from shared.artifacts.room import keeping_of
from shared.audit_log.stored_checkpoints import newest_checkpoint, read_checkpoints
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import new_id
from shared.messaging.backlog import late_events
from shared.messaging.changes import Timer
from shared.messaging.log import tenants_of_log
from shared.messaging.timers import timer_event
from shared.policy.authorization import begin
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from tests.functions.agents.worlds import World as AgentsWorld
from tests.functions.approvals.builders import GOVERNOR, opened
from tests.functions.approvals.worlds import World as ApprovalsWorld
from tests.mobile_api.stories import (
    START,
    agent,
    approval,
    case_of,
    decided,
    id_of,
    precedent,
    vetoed,
)
from tests.mobile_api.worlds import happen

_KEEPING = ModelRoute(
    name="small",
    provider="openai",
    model="gpt",
    most_tokens_out=1,
    cache_seconds=60,
    set_by="gala",
    set_at=START,
)
BUCKETS: tuple[Bucket | None, ...] = ("pending", "veto_open", "decided", None)
REASON = {"reason": "It sent what it should not."}
ROLLBACKS = 6


async def somebody_lists_what_is_theirs(tenant: TenantStore) -> None:
    """What a person and a tenant's admin look at in `identity`."""
    admin = Caller(
        "user_1", tenant.tenant_id, frozenset(), frozenset({"tenant_admin"}), START, "token"
    )

    async def found(work: Command) -> Tenant:
        body = TenantBody(name="Clinic", slug="clinic")
        saved = await work.save(*found_tenant(tenant.tenant_id, body, admin.principal, START))
        founded: Tenant = saved[0]
        return founded

    await IDENTITY.command(admin, found, Tenant)
    await sessions.list_sessions(admin, 25, None)
    await tenants.list_members(admin, 25, None)
    await invitations.list_invitations(admin, 25, None)
    await keys.list_keys(admin, 25, None)
    await workspaces.list_workspaces(admin, 25, None)
    await impersonations.list_impersonations(admin, 25, None)
    await impersonations.allow(admin, IdempotencyKey(admin), False)
    await directory.page(admin, USERS, 0, 25)
    await directory.find(admin, USERS, "externalid", "one")
    await find_serving(tenant, START, 25)
    user = await directory.create_user(admin, {"userName": "ada", "externalId": "one"})
    await directory.page(admin, GROUPS, 0, 25)
    await directory.find(admin, GROUPS, "externalid", "one")
    members = [{"value": user.entry_id}]
    await directory.create_group(admin, {"displayName": "team", "members": members})
    await directory.delete_user(admin, user.entry_id)
    await IDENTITY.sweep(IDENTITY_HANDLERS).run(START)


async def a_policy_is_tried(tenant: str) -> None:
    """A draft, every list of policies and of decisions, and a replay of those of a time."""
    caller = caller_of(tenant)
    source = "permit (principal, action, resource);"
    body = PolicyBody(name="exports", source=source)
    drafted = await drafts.propose(caller, IdempotencyKey(caller), body)
    for status in (None, "draft"):
        await policy.get_policies(caller, status, 25, None)
    await decisions.list_decisions(caller, 25, None)
    until = START + timedelta(days=1)
    await replay.replay(caller, drafted.policy_id, START, until, None)
    await POLICY.sweep(POLICY_HANDLERS).run(START)


async def agents_live_and_fall(world: AgentsWorld) -> None:
    """Births, lists, a suspension that reaches a dependent, rollbacks until the pipeline pauses,
    and its resumption with a case that waited."""
    base = await world.live(name="base")
    await world.live(name="dependent", interfaces__depends_on=["base"])
    await world.get("/v1/agents")
    await world.cases()
    await world.cases(status="live")
    await world.get(f"/v1/agents/{new_id('agt', START)}")
    governor = world.of("gala", "governor")
    suspended = await governor.post(f"/v1/agents/{base['agent_id']}/suspend", REASON, key="one")
    assert suspended.status_code == 202, suspended.text
    await world.deliver_own("assent.agent.suspended.v1")
    for number in range(ROLLBACKS):
        answer = await world.submit(name=f"writer-{number}")
        await world.decide(answer["case_id"], "auto_approved")
        await world.decide(answer["case_id"], "vetoed", version=3)
    resumed = await governor.post("/v1/pipeline/resume", REASON, key="resume")
    assert resumed.status_code == 200, resumed.text
    await world.deliver_own("assent.pipeline.resumed.v1")
    await AGENTS_HANDLERS["assent.pipeline.resumed.v1"]((await world.log())[-1])
    await world.sweep(datetime.now(UTC) + timedelta(days=1))


async def approvals_are_asked_and_listed(world: ApprovalsWorld) -> None:
    """A precedent, a decision, every list, every comparison."""
    # What the last call of another story asked is still there: it was made in this task.
    begin(None)
    store, caller = world.store, world.caller(GOVERNOR)
    await world.precedent()
    for bucket in BUCKETS:
        await lists.list_approvals(caller, bucket, 25, None)
    await lists.list_precedents(caller, 25, None)
    work = Command(APPROVALS, caller)
    await queries.find_like(work, "row", 3)
    await queries.find_precedent_like(work, "row", ["draft", "active"])
    await queries.has_devices(store)
    await queries.find_ended(work, "execution", "suspended", 25)
    await queries.find_ended(work, "execution", "deprecated", 25, START)
    assert [each async for each in queries.find_refused_since(store, "execution", START)] == []
    await queries.find_refused(work, opened())
    await queries.find_tacit(work, opened(), 25)
    await queries.is_governor_absent(store, "dina", START, ())
    assert not await queries.holds_passkey("noor")
    await world.sweep(START + timedelta(days=40))
    event, _ = world.approval_needed()
    await world.deliver(event)
    APPROVALS.outbox._answered.clear()
    await APPROVALS.outbox.publish_again(store, event)


async def a_governor_looks(tenant: str) -> None:
    """Every page of the phone, a device, and the projection made again."""
    # A veto whose reversal waits, for the screen looks only for what there is.
    over = approval(ApprovalVetoed, 2, 2, case=case_of(2), **vetoed())
    # An assent whose deployment waits.
    waiting = approval(ApprovalApproved, 3, 2, case=case_of(3), **decided())
    await happen(tenant, approval(ApprovalRequested), over, waiting, precedent(PrecedentActivated))
    await happen(tenant, agent(AgentViolationReported))
    caller = caller_of(tenant)
    await read_dashboard(caller)
    for bucket in BUCKETS:
        await cards.list_cards(caller, bucket, 25, None)
    await cards.read_card(caller, id_of("apr", 2))
    await seeds.list_seeds(caller, 25, None)
    await agents.list_agents(caller, 25, None)
    await agents.list_violations(caller, 25, None)
    with suppress(NotFound):
        await agents.read_agent(caller, new_id("agt", START))
    device = DeviceBody(platform="android", token="a-token")
    registered = await register_device(caller, IdempotencyKey(caller, "key", "fingerprint"), device)
    await remove_device(caller, registered.device_id)
    told = {"endpoint": "https://push.example/1", "keys": {"p256dh": "B" * 87, "auth": "A" * 22}}
    browser = DeviceBody.model_validate({"platform": "web", "subscription": told})
    await register_device(caller, IdempotencyKey(caller, "another", "fingerprint"), browser)
    await list_devices(caller)
    assert tenant in await tenants_of_log()
    await rebuild(tenant, now=START, write=False)
    await MOBILE.sweep(MOBILE_HANDLERS).run(START)


async def a_workspace_is_looked_at(tenant: str) -> None:
    """Every list that a token for one workspace narrows."""
    there: dict[str, Any] = {"workspace_id": "wsp_1"}
    over = approval(ApprovalVetoed, 5, 2, case=case_of(5), **vetoed(), **there)
    waiting = approval(ApprovalApproved, 6, 2, case=case_of(6), **decided(), **there)
    await happen(tenant, approval(ApprovalRequested, 4, **there), over, waiting)
    caller = replace(caller_of(tenant), **there)
    await read_dashboard(caller)
    await agents_api.get_agents(caller)
    for status in (None, "live"):
        await agents_api.get_cases(caller, status)
    for bucket in BUCKETS:
        await lists.list_approvals(caller, bucket, 25, None)
        await cards.list_cards(caller, bucket, 25, None)
    await agents.list_agents(caller, 25, None)
    await agents.list_violations(caller, 25, None)
    await keys.list_keys(caller, 25, None)
    await decisions.list_decisions(caller, 25, None)
    await lists.list_precedents(caller, 25, None)
    await seeds.list_seeds(caller, 25, None)


async def somebody_lists_capsules_and_runs(tenant: str) -> None:
    """The lists of capsules, runs and budgets, also those that a token for one workspace narrows,
    and the timers of runs."""
    everywhere = caller_of(tenant)
    for caller in (everywhere, replace(everywhere, workspace_id="wsp_1")):
        await capsules.get_capsules(caller)
        for status in (None, "running"):
            await runs.get_runs(caller, status)
    await budgets.get_budgets(everywhere)
    await RUNS.sweep(RUNS_HANDLERS).run(START)


async def somebody_lists_files(tenant: str) -> None:
    """Files of all and of one status, also those that a token for one workspace narrows; how many a
    tenant has; and their timers."""
    everywhere = caller_of(tenant)
    for caller in (everywhere, replace(everywhere, workspace_id="wsp_1")):
        for status in (None, "stored"):
            await artifacts_api.list_artifacts(caller, status)
    await require_upload(TenantStore(tenant), keeping_of("free", None), 1)
    await ARTIFACTS_RUN.sweep(ARTIFACTS_HANDLERS).run(START)


async def somebody_asks_documents(tenant: str) -> None:
    """Who may read which corpora; the documents of one, also those that a token for one workspace
    narrows, those of the same bytes, and those that are to be read; how many there are; and their
    timers."""
    everywhere = caller_of(tenant)
    for caller in (everywhere, replace(everywhere, workspace_id="wsp_1")):
        made = await knowledge_corpora.create(
            caller, IdempotencyKey(caller), CorpusBody(name="A", readers=("b",))
        )
        text = DocumentBody(name="a.md", text="A note.")
        key, corpus = IdempotencyKey(caller), made.corpus_id
        added = await knowledge_documents.add(caller, key, corpus, text)
        await knowledge_documents.page(caller, corpus, 25, None)
        await knowledge_documents.remove(caller, IdempotencyKey(caller), corpus, added.document_id)
    await knowledge_corpora.all_readable(everywhere)
    await KNOWLEDGE_RUN.sweep(KNOWLEDGE_HANDLERS).run(START)


async def somebody_is_told(tenant: str) -> None:
    """Who is reached in a tenant; what was sent to a person, also where a token for one workspace
    narrows it; and the timers of deliveries."""
    everywhere = caller_of(tenant)
    for caller in (everywhere, replace(everywhere, workspace_id="wsp_1")):
        await list_deliveries(caller, 25, None)
    reached = BudgetReached(scope="tenant", period="2026-11", limit_usd_micros=1, threshold=80)
    event = timer_event("runs", tenant, Timer(reached.event_type, "budget/tenant", START), START)
    await tell(event.but(data=reached.model_dump_json()))
    await count_code_for(f"{tenant}@clinic.example", START)
    await NOTIFICATIONS.sweep(NOTIFICATIONS_HANDLERS).run(START)


async def somebody_is_billed(tenant: str) -> None:
    """An admin lists invoices, and the function publishes what a crash left."""
    await list_invoices(caller_of(tenant), 25, None)
    await BILLING.sweep({}).run(START)


async def somebody_learns(tenant: str) -> None:
    """Decisions are mined, patterns are listed and a time is reported on, also where a token for
    one workspace narrows it."""
    everywhere = caller_of(tenant)
    for caller in (everywhere, replace(everywhere, workspace_id="wsp_1")):
        await read_decisions(TenantStore(tenant), caller.workspace_id)
        await list_patterns(caller, "found", 25, None)
        await report_on(caller, START, START + timedelta(days=30))
    await LEARNING.sweep({}).run(START)


async def somebody_lists_models(tenant: str) -> None:
    """The routes of models, as governors and as programs see them, and the timers of calls, also of
    those that agents elsewhere make of tools."""
    caller = caller_of(tenant)
    await model_routes.list_routes(caller)
    await model_prompts.get_prompts(caller)
    await model_prompts.get_prompts(caller, "a-prompt")
    await model_calls.get_models(caller)
    await names_of_members(caller.tenant_id)
    named = {"call_id": new_id("mdc", START), "answer_sha256": "0" * 64}
    kept = await answer_to_keep(caller, "a" * 64, _KEEPING, b"{}", START, **named)
    await TenantStore(tenant).commit(kept)
    await MODELS.sweep(MODELS_HANDLERS).run(START)
    await TOOLS.sweep(TOOLS_HANDLERS).run(START)


async def runs_are_recalled_and_removed(tenant: TenantStore) -> None:
    """What a job, a schedule, a connector, a recall and the time of runs look for."""
    everywhere = caller_of(tenant.tenant_id)
    for caller in (everywhere, replace(everywhere, workspace_id="wsp_1")):
        await schedules.get_schedules(caller)
        await connectors.get_connectors(caller)
        await credentials.get_credentials(caller)
        await recalls.get_recalls(caller)

    async def newest(work: Command) -> Recall:
        await Sources(work).newest("nothing")
        raise AssertionError("there is no capsule")

    with suppress(NotFound):
        await CAPSULES.command(everywhere, newest, Recall)
    for version in (None, "1.0.0"):
        recall = _recall_of(version)
        await _kept(tenant, RECALLS, recall)
        await show_recall(everywhere, recall.recall_id, None)
        await _fired(tenant, Timer(RECALL_DUE, f"recall/{recall.recall_id}", START))
    at_once = Retention(due_at=START, erasing=("ada",))
    await _kept(tenant, RETENTION, at_once)
    await _fired(tenant, Timer(RETENTION_DUE, f"run_retention/{RETENTION_ID}", START))
    await _kept(tenant, FILE_RETENTION, FileRetention(days=30, due_at=START))
    due = Timer(FILE_RETENTION_DUE, f"artifact_retention/{FILE_RETENTION_ID}", START)
    await ARTIFACTS_HANDLERS[due.type](timer_event("artifacts", tenant.tenant_id, due, START))
    await _kept(tenant, CALL_RETENTION, CallRetention(due_at=START))
    due = Timer(CALL_RETENTION_DUE, f"call_retention/{CURRENT}", START)
    await TOOLS_HANDLERS[due.type](timer_event("tools", tenant.tenant_id, due, START))
    removed = timer_event("runs", tenant.tenant_id, Timer("removed", "run/run_1", START), START)
    gone = RunsRemoved(days=365, run_ids=("run_1",))
    said = {"type": gone.event_type, "data": gone.model_dump_json()}
    await remove_calls(removed.model_copy(update=said))


def _recall_of(version: str | None) -> Recall:
    return Recall(
        recall_id=new_id("rcl", START),
        agent_id="agt_1",
        name="writer",
        version=version,
        reason="look at it",
        recalled_by="gala",
        recalled_at=START,
        status="halting",
        due_at=START,
    )


async def _kept(tenant: TenantStore, aggregate: Aggregate[Any], state: Any) -> None:
    batch = Batch()
    batch.create(aggregate.collection, aggregate.id(state), aggregate.fields(state, 1, None))
    await tenant.commit(batch)


async def _fired(tenant: TenantStore, timer: Timer) -> None:
    await RUNS_HANDLERS[timer.type](timer_event("runs", tenant.tenant_id, timer, START))


async def a_stranger_knocks(client: httpx.AsyncClient) -> None:
    """A token that nobody signed."""
    answer = await client.get("/v1/agents", headers={"Authorization": "Bearer a.b.c"})
    assert answer.status_code == 401, answer.text


async def an_auditor_looks(tenant: str) -> None:
    """The checkpoints of a chain, which has none yet, an export, which waits for its timer, and
    what is late."""
    assert await late_events("audit", START) == []
    assert await newest_checkpoint(tenant) is None
    assert await read_checkpoints(tenant) == []
    caller = caller_of(tenant)
    asked = await request_export(caller, IdempotencyKey(caller), "log")
    assert (await show_export(caller, asked.export_id)).status == "pending"
    await AUDIT.sweep(AUDIT_HANDLERS).run(START)


def caller_of(tenant: str) -> Caller:
    everything = frozenset({"governance:read", "governance:write"})
    return Caller("gala", tenant, everything, frozenset({"governor"}), START, "")


def new_tenant() -> TenantStore:
    return TenantStore(f"clinic-{uuid.uuid4().hex[:12]}")
