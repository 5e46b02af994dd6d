"""The envelope of a step in which a model chooses: what it may call, and how often."""

from events.plan_content import AgentPart, AgentTurns, Assent, Envelope
from events.rights import RightLimits
from functions.capsules.rules.operations import Refused
from functions.capsules.rules.rights import call_of, granted, undo_by_definition
from functions.capsules.rules.schemas import Schema
from functions.capsules.rules.source import AgentBody
from shared.agents.rights import KnownRights
from shared.connectors.operations import Operations
from shared.kit.money import usd_micros

# What the step gives: what the model answered.
ANSWER: Schema = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}


def agent_turns(
    body: AgentBody, rights: KnownRights, agent: AgentPart, model: str, operations: Operations
) -> tuple[AgentTurns, Assent]:
    """The envelope with the model that chooses and the rights of the agent to each of its tools,
    and who assents to it: who assents to the plan, where the agent does not do all of it alone.
    Raises Refused."""
    unlisted = sorted(body.arguments.keys() - set(body.tools))
    if unlisted:
        raise Refused(f"bounds the arguments of {unlisted[0]}, which is not among its tools")
    grants = [granted(each, rights, agent, operations) for each in dict.fromkeys(body.tools)]
    calls = tuple(
        call_of(each, {}).but(
            undo=undo_by_definition(each, rights),
            limits=_narrowed(each.name, each.right.limits, body),
        )
        for each in grants
    )
    envelope = Envelope(
        model=model,
        calls=calls,
        most_calls=body.calls,
        most_turns=body.turns,
        spend_usd_micros=usd_micros(body.spend_usd),
    )
    assent: Assent = "none" if all(each.is_alone for each in grants) else "plan"
    return AgentTurns(goal=body.goal, envelope=envelope), assent


def why_no_model(named: str | None, configured: str) -> str | None:
    """Why the model of a step cannot choose; None where it can. `configured` is the one of the
    stack, empty where there is none."""
    if not configured:
        return (
            "a model chooses in it, and none is configured: set `assent:model_url` and"
            " `assent:model_name` of the stack, or use operations"
        )
    if named not in (None, configured):
        return f"{named} is not configured: write {configured}, or leave `model` out"
    return None


def _narrowed(operation: str, limits: RightLimits, body: AgentBody) -> RightLimits:
    own = body.arguments.get(operation, {})
    for name, patterns in own.items():
        wider = set(patterns) - set(limits.only.get(name, patterns))
        if wider:
            raise Refused(
                f"allows {name} of {operation} to be {min(wider)}, which the agent's right does"
                f" not: write one of {' | '.join(limits.only[name])}"
            )
    return limits.but(only={**limits.only, **own})
