"""What policies may ask about agents and cases."""

from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase
from shared.policy.vocabulary import EntityType, people

AGENT: EntityType[Agent] = EntityType(
    "Agent",
    {
        "name": "String",
        "status": "String",
        "mode": "String",
        "submitters": "Set<Principal>",
        "authors": "Set<Principal>",
        "workspace?": "String",
    },
    lambda agent: {
        "name": agent.name,
        "status": agent.status,
        "mode": agent.mode,
        "submitters": people(*agent.submitters()),
        "authors": people(*agent.authors()),
        "workspace": agent.workspace_id,
    },
)
CASE: EntityType[CreationCase] = EntityType(
    "CreationCase",
    {
        "kind": "String",
        "status": "String",
        "submitters": "Set<Principal>",
        "workspace?": "String",
    },
    lambda case: {
        "kind": case.kind,
        "status": case.status,
        "submitters": people(*case.submitted_by),
        "workspace": case.workspace_id,
    },
)
