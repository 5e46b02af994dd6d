"""Saves the transitions of a case and of its agent together."""

from collections.abc import Iterable
from dataclasses import replace

from events.cases import Reversal
from events.specs import Spec
from functions.agents.aggregates import AGENTS, NAMES
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CaseContents, CreationCase, Steps
from functions.agents.rules.normal_form import read_normal_form
from shared.aggregates.unit_of_work import Key, UnitOfWork


async def agent_of(work: UnitOfWork, case: CreationCase) -> Agent:
    """The agent of a case; both are created together."""
    agent = await work.find(AGENTS, case.agent_id)
    if agent is None:
        raise RuntimeError(f"case {case.case_id} has lost its agent {case.agent_id}")
    return agent


def name_key(name: str, workspace_id: str | None) -> Key:
    """The document that claims a name: it is taken in one workspace, or in the rest of the
    tenant."""
    return NAMES, name if workspace_id is None else f"{workspace_id}.{name}"


async def ids_of(
    work: UnitOfWork, names: Iterable[str], workspace_id: str | None
) -> dict[str, str]:
    """The ids of the agents with these names in the same workspace, or among those in none, by
    name; without those that no agent has."""
    wanted = list(names)
    claims = await work.store.get_many([name_key(name, workspace_id) for name in wanted])
    found = zip(wanted, claims, strict=True)
    return {name: claim.data["agent_id"] for name, claim in found if claim is not None}


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
    agent_id = next(each.state.agent_id for each in steps if isinstance(each.state, CreationCase))
    saved = await work.save(*_numbered(work, steps, agent_id))
    case = next(each for each in saved if isinstance(each, CreationCase))
    agent = next((each for each in reversed(saved) if isinstance(each, Agent)), before)
    if agent is not None:
        key = name_key(agent.name, agent.workspace_id)
        had_name = before is not None and before.status != "deprecated"
        has_name = agent.status != "deprecated"
        if has_name and not had_name:
            work.change.create(*key, {"agent_id": agent.agent_id})
        elif had_name and not has_name:
            work.change.delete(*key)
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
