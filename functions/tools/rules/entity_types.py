"""What policies may ask about a call before it acts."""

from functions.tools.rules.invocation import Invocation
from shared.policy.vocabulary import EntityType

INVOCATION: EntityType[Invocation] = EntityType(
    "Invocation",
    {
        "operation": "String",
        "effect": "String",
        "plan": "String",
        "run": "String",
        "step": "String",
        "agent": "String",
        "agent_version": "String",
        "assented": "Bool",
        "undoes": "Bool",
        "workspace?": "String",
    },
    lambda call: {
        "operation": call.operation,
        "effect": call.effect,
        "plan": call.plan_hash,
        "run": call.run_id,
        "step": call.step,
        "agent": call.agent_id,
        "agent_version": call.agent_version,
        "assented": call.approval_id is not None,
        "undoes": call.undoes,
        "workspace": call.workspace_id,
    },
)
