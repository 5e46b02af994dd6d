"""Saves the transitions of a case and of its agent together."""

from collections.abc import Iterable
from dataclasses import replace

from events.cases import Reversal
from events.specs import Spec
from functions.agents.aggregates import AGENTS, NAMES
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CaseContents, CreationCase, Steps
from functions.agents.rules.normal_form import read_normal_form
from shared.aggregates.unit_of_work import UnitOfWork


async def agent_of(work: UnitOfWork, case: CreationCase) -> Agent:
    """The agent of a case; both are created together."""
    agent = await work.find(AGENTS, case.agent_id)
    if agent is None:
        raise RuntimeError(f"case {case.case_id} has lost its agent {case.agent_id}")
    return agent


async def ids_of(work: UnitOfWork, names: Iterable[str]) -> dict[str, str]:
    """The ids of the agents with these names, by name; without those that no agent has."""
    claims = await work.store.get_many([(NAMES, name) for name in names])
    return {claim.id: claim.data["agent_id"] for claim in claims if claim is not None}


async def contents_of(work: UnitOfWork, case: CreationCase) -> CaseContents:
    """What the case names by its hashes, in one round trip. Raises ContentErased where a part was
    erased, ContentInvalid, Unavailable."""
    contents = await work.read_contents(case.spec_hash, case.findings_hash)
    return CaseContents(contents.get(case.spec_hash), contents.get(case.findings_hash))


async def spec_of(work: UnitOfWork, agent: Agent) -> Spec | None:
    """The agent's deployed spec; None where it has none, or it was erased. Raises ContentInvalid,
    Unavailable."""
    if agent.deployed is None:
        return None
    hash = agent.deployed.spec_hash
    value = (await work.read_contents(hash)).shown(hash)
    return None if value is None else read_normal_form(value)


async def save_steps(work: UnitOfWork, steps: Steps, before: Agent | None) -> CreationCase:
    """Adds the transitions to the commit, and claims or frees the agent's name: it is taken from
    the first case that is not stopped at once until the agent is deprecated. Returns the new
    case."""
    case = next(each.state for each in steps if isinstance(each.state, CreationCase))
    agent = next((each.state for each in reversed(steps) if isinstance(each.state, Agent)), before)
    await work.save(*_numbered(work, steps, case.agent_id))
    if agent is not None:
        had_name = before is not None and before.status != "deprecated"
        has_name = agent.status != "deprecated"
        if has_name and not had_name:
            work.change.create(NAMES, agent.name, {"agent_id": agent.agent_id})
        elif had_name and not has_name:
            work.change.delete(NAMES, agent.name)
    return case


def _numbered(work: UnitOfWork, steps: Steps, agent_id: str) -> Steps:
    """Adds the sequence of the agent's latest event to a reversal's event."""
    events = sum(each.event is not None for each in steps if isinstance(each.state, Agent))
    reached = {"agent_sequence": work.sequence(AGENTS, agent_id) + events}
    return tuple(
        replace(each, fields={**each.fields, **reached})
        if each.event is not None and issubclass(each.event, Reversal)
        else each
        for each in steps
    )
