"""Agents that serve, with the rights of their specs, as `agents` stores them."""

from datetime import UTC, datetime
from typing import Any

from events.plan_content import AgentPart
from events.specs import Spec
from functions.agents.aggregates import AGENTS, NAMES
from functions.agents.rules.agent import Agent, draft
from functions.agents.rules.certification import as_version
from functions.agents.rules.normal_form import normal_form
from functions.agents.rules.rights import Powers
from shared.agents.rights import KnownRights
from shared.kit.contents import Content
from shared.kit.ids import derive_id
from shared.kit.workspaces import WORKSPACE
from shared.messaging.contents import keep, read_contents
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NAME = "stock-keeper"


def spec_of(name: str = NAME, **fields: Any) -> Spec:
    """An agent that counts alone and, with an approval, writes in the ledger."""
    operations = [
        {"name": "transform.apply", "effect": "read"},
        {"name": "skills.run", "effect": "read"},
        {"name": "artifacts.write", "effect": "draft"},
        {"name": "counter.add", "effect": "change"},
        {"name": "ledger.append", "effect": "change"},
        {"name": "schedules.create", "effect": "change"},
        {"name": "schedules.end", "effect": "change"},
        {"name": "people.notify", "effect": "send"},
    ]
    rights = {
        "alone": [
            "assent/transform.apply",
            "assent/skills.run",
            "assent/artifacts.write",
            "assent/counter.add",
            "assent/schedules.create",
            "assent/schedules.end",
        ],
        "with_approval": ["assent/ledger.append"],
        "never": ["assent/people.notify"],
    }
    systems = [{"name": "assent", "connector": "assent", "operations": operations}]
    return Spec.model_validate({"name": name, "systems": systems, "rights": rights, **fields})


def rights_of(spec: Spec) -> KnownRights:
    """What whoever reads the agent finds."""
    return KnownRights.of(normal_form(Powers(spec)))


def part_of(spec: Spec) -> AgentPart:
    """The agent as a plan names it."""
    return AgentPart(
        agent_id=derive_id("agt", LONG_AGO, spec.name),
        name=spec.name,
        version="1.0.0",
        spec_hash=Content.of(normal_form(Powers(spec))).hash,
        mode=spec.mode,
    )


async def deploy(
    tenant: str, spec: Spec, *, workspace_id: str | None = None, **fields: Any
) -> Agent:
    """The agent, active unless `fields` say otherwise, as its documents lie in the store."""
    content = Content.of(normal_form(Powers(spec)))
    version = as_version(spec, content.hash, version="1.0.0", case_id="cas_1")
    agent_id = derive_id("agt", LONG_AGO, spec.name, workspace_id or "")
    drafted = draft(version, agent_id=agent_id, name=spec.name, by="maria", at=LONG_AGO)
    serving = {"status": "active", "version": "1.0.0", "deployed": version}
    agent = drafted.but(**{**serving, WORKSPACE: workspace_id, **fields})
    batch = Batch()
    store = TenantStore(tenant)
    claim = spec.name if workspace_id is None else f"{workspace_id}.{spec.name}"
    known = await store.get(AGENTS.collection, agent_id)
    if known is None:
        batch.create(NAMES, claim, {"agent_id": agent_id})
        batch.create(AGENTS.collection, agent_id, AGENTS.fields(agent, 1, None))
        if not (await read_contents(store, [content.hash])).present:
            keep(batch, content, LONG_AGO, "maria")
    else:
        batch.replace(known, AGENTS.fields(agent, 2, None))
    await store.commit(batch)
    return agent
