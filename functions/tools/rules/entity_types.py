"""What policies may ask about a call before it acts."""

from functions.tools.rules.invocation import Invocation
from shared.policy.requests import Uid
from shared.policy.vocabulary import PRINCIPAL, EntityType

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
        "on_behalf_of?": "Principal",
        "assented": "Bool",
        "assented_call": "Bool",
        "irreversible": "Bool",
        "labels": "Set<String>",
        "undoes": "Bool",
        "called_before": "Set<String>",
        "calls_before": "Long",
        "usd_cents_before": "Long",
        "spent_usd_micros": "Long",
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
        "on_behalf_of": Uid(PRINCIPAL, call.on_behalf_of) if call.on_behalf_of else None,
        "assented": call.approval_id is not None,
        "assented_call": call.assented_call,
        "irreversible": call.irreversible,
        "undoes": call.undoes,
        # The history of the call's run, as `runs` signed it in the token.
        "called_before": call.history.before,
        "calls_before": call.history.calls,
        "usd_cents_before": call.history.usd_cents,
        "spent_usd_micros": call.history.spent_usd_micros,
        "labels": call.labels,
        "workspace": call.workspace_id,
    },
)
