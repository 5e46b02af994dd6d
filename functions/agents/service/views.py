"""What the API answers about agents and cases (docs/contracts.md, Core API)."""

import json
from typing import Any

from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase
from functions.agents.rules.stages import place
from functions.agents.store import Kept


def accepted(case: CreationCase) -> dict[str, Any]:
    """The answer to a spec: where its case stands now."""
    return {
        "agent_id": case.agent_id,
        "case_id": case.case_id,
        "status": case.status,
        "stage": place(_current_stage(case)).model_dump(mode="json"),
        "kind": case.kind,
        "why": list(case.why),
    }


def agent_view(agent: Agent) -> dict[str, Any]:
    """An agent with its spec."""
    return {
        "agent_id": agent.agent_id,
        "name": agent.name,
        "version": agent.version,
        "status": agent.status,
        "mode": agent.mode,
        "health": agent.health,
        "case_id": agent.case_id,
        "suspension": agent.suspension.model_dump(mode="json") if agent.suspension else None,
        "spec": json.loads(agent.spec_text()),
    }


def case_view(kept: Kept[CreationCase]) -> dict[str, Any]:
    """A creation case with its seven stages."""
    case = kept.value.model_dump(mode="json")
    shown = (
        "case_id",
        "agent_id",
        "status",
        "kind",
        "why",
        "revision",
        "version",
        "reason",
        "stages",
        "requested_by",
        "requested_at",
    )
    story = kept.latest.correlation_id if kept.latest else None
    return {name: case[name] for name in shown} | {"correlation_id": story}


def _current_stage(case: CreationCase) -> int:
    done = ("passed", "skipped")
    return next((stage.number for stage in case.stages if stage.status not in done), 7)
