"""The commands of people: a new agent, a change of one, a revision, a withdrawal."""

from events.agents import NEVER_DEPLOYED, CaseKind
from events.specs import Spec
from functions.agents.aggregates import AGENTS, CASES, CREATION, PIPELINES, RUN
from functions.agents.rules.agent import Agent, draft
from functions.agents.rules.approval_request import refuse_what_no_approval_takes
from functions.agents.rules.breaker import refuse_where_paused
from functions.agents.rules.case import CreationCase
from functions.agents.rules.catalogue import refuse_unknown_skills
from functions.agents.rules.change import (
    changed_kind,
    refuse_new_name,
    version_after,
)
from functions.agents.rules.creation import open_case
from functions.agents.rules.creation import revise as revise_case
from functions.agents.rules.withdrawal import cancel as cancel_case
from functions.agents.rules.withdrawal import give_up as give_up_case
from functions.agents.service.judgement import judge_spec
from functions.agents.service.steps import agent_of, name_key, save_steps, spec_of
from functions.agents.views import CaseAccepted
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, VersionConflict
from shared.kit.ids import new_id
from shared.storage.idempotency import IdempotencyKey


class NameTaken(VersionConflict):
    """Another agent of the workspace, or of those in none, has the name, or had it and may
    return."""

    def __init__(self, name: str) -> None:
        detail = f"an agent called {name} exists"
        more = "change it, revise or cancel its open case, or choose another name"
        super().__init__(f"{detail}: {more}", FieldError("name", detail))


async def submit(caller: Caller, key: IdempotencyKey, spec: Spec) -> CaseAccepted:
    """The case of a new agent after stages 1 to 5. Raises Invalid (unknown skills), NameTaken,
    VersionConflict (the pipeline is paused), IdempotencyKeyReused, Unavailable."""
    refuse_unknown_skills(spec.skills)

    async def use_case(work: Command) -> CaseAccepted:
        name, pipeline = await work.store.get_many(
            [name_key(spec.name, caller.workspace_id), (PIPELINES.collection, CREATION)]
        )
        refuse_where_paused(await work.take(PIPELINES, CREATION, pipeline))
        if name is not None:
            raise NameTaken(spec.name)
        return await _open_case(work, spec, "creation", why=())

    return await RUN.command(caller, use_case, CaseAccepted, key=key)


async def change(caller: Caller, key: IdempotencyKey, agent_id: str, spec: Spec) -> CaseAccepted:
    """The case of a change, which is a `proposal` or an `evolution`. Raises NotFound, Forbidden,
    Invalid (also where nothing changes), VersionConflict (a case is open, or the agent takes
    none)."""
    refuse_unknown_skills(spec.skills)

    async def use_case(work: Command) -> CaseAccepted:
        agent = await work.get(AGENTS, agent_id)
        refuse_new_name(agent.name, spec)
        refuse_where_paused(await work.find(PIPELINES, CREATION))
        kind, why = changed_kind(agent, await spec_of(work, agent), spec)
        return await _open_case(work, spec, kind, why, agent)

    return await RUN.command(caller, use_case, CaseAccepted, key=key, about=(AGENTS, agent_id))


async def revise(caller: Caller, key: IdempotencyKey, case_id: str, spec: Spec) -> CaseAccepted:
    """The returned or blocked case, judged anew from stage 1. Raises NotFound, Forbidden, Invalid,
    VersionConflict."""
    refuse_unknown_skills(spec.skills)

    async def use_case(work: Command) -> CaseAccepted:
        case = await work.get(CASES, case_id)
        refuse_new_name(case.agent_name, spec)
        refuse_where_paused(await work.find(PIPELINES, CREATION))
        agent = await agent_of(work, case)
        kind, why = await _revised_kind(work, agent, case, spec)
        judged = await judge_spec(work, spec, kind, case_id, version_after(agent.version, kind))
        refuse_what_no_approval_takes(judged, why)
        case = case.but(kind=kind, why=why)
        steps = revise_case(agent, case, judged, caller.principal, work.at)
        return CaseAccepted.after(await save_steps(work, steps, agent), judged.judgement)

    return await RUN.command(caller, use_case, CaseAccepted, key=key, about=(CASES, case_id))


async def cancel(caller: Caller, key: IdempotencyKey, case_id: str) -> CaseAccepted:
    """The case, cancelled, or waiting for its approval to be. Raises NotFound, Forbidden,
    VersionConflict."""

    async def use_case(work: Command) -> CaseAccepted:
        case = await work.get(CASES, case_id)
        agent = await agent_of(work, case)
        steps = cancel_case(agent, case, caller.actor, work.at)
        return CaseAccepted.after(await save_steps(work, steps, agent) if steps else case)

    return await RUN.command(caller, use_case, CaseAccepted, key=key, about=(CASES, case_id))


async def give_up(work: UnitOfWork, case: CreationCase) -> None:
    """Cancels a case that nobody revised in time."""
    agent = await agent_of(work, case)
    await save_steps(work, give_up_case(agent, case, work.at), agent)


async def _open_case(
    work: Command, spec: Spec, kind: CaseKind, why: tuple[str, ...], changed: Agent | None = None
) -> CaseAccepted:
    """A new case of the `changed` agent or, without one, of the agent that is drafted with it."""
    by, at = work.caller.principal, work.at
    version = version_after(changed.version if changed else NEVER_DEPLOYED, kind)
    judged = await judge_spec(work, spec, kind, new_id("cas", at), version)
    refuse_what_no_approval_takes(judged, why)
    agent = changed or draft(
        judged.version, agent_id=new_id("agt", at), name=spec.name, by=by, at=at
    )
    steps = open_case(agent, kind=kind, why=why, judged=judged, by=by, at=at)
    return CaseAccepted.after(await save_steps(work, steps, changed), judged.judgement)


async def _revised_kind(
    work: Command, agent: Agent, case: CreationCase, spec: Spec
) -> tuple[CaseKind, tuple[str, ...]]:
    if case.kind == "creation" or case.revisable_until is None:
        return case.kind, case.why
    return changed_kind(agent.but(case_id=None), await spec_of(work, agent), spec)
