"""What policies may ask about a run before somebody lets it go on."""

from functions.runs.rules.run import Run
from shared.policy.requests import Uid
from shared.policy.vocabulary import PRINCIPAL, EntityType

RUN: EntityType[Run] = EntityType(
    "Run",
    {
        "capsule": "String",
        "capsule_version": "String",
        "plan": "String",
        "agent": "String",
        "agent_version": "String",
        "status": "String",
        # Why it rests or has failed, and at which step; empty where nothing says so.
        "failure": "String",
        "step": "String",
        "started_by": "Principal",
        "done": "Long",
        "steps": "Long",
        "spent_usd_micros": "Long",
        "workspace?": "String",
    },
    lambda run: {
        "capsule": run.capsule,
        "capsule_version": run.capsule_version,
        "plan": run.plan_hash,
        "agent": run.agent_id,
        "agent_version": run.agent_version,
        "status": run.status,
        "failure": run.failure.code if run.failure is not None else "",
        "step": (run.failure.step if run.failure is not None else None) or "",
        "started_by": Uid(PRINCIPAL, run.started_by),
        "done": run.done,
        "steps": run.steps,
        "spent_usd_micros": run.spent_usd_micros,
        "workspace": run.workspace_id,
    },
)
