"""The envelope of a step in which a model chooses: what it may call, and how often."""

from collections.abc import Mapping, Sequence

from events.plan_content import AgentTurns, Assent, Call, Envelope
from events.rights import RightLimits
from functions.capsules.rules.operations import Refused
from functions.capsules.rules.rights import Granted, Holder, call_of, granted, undo_by_definition
from functions.capsules.rules.schemas import Schema
from functions.capsules.rules.source import AgentBody
from shared.agents.rights import KnownRights
from shared.kit.money import usd_micros

# By operation, the patterns of each of its arguments.
Bounds = Mapping[str, Mapping[str, tuple[str, ...]]]
# What the step gives: what the model answered.
ANSWER: Schema = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}


def agent_turns(body: AgentBody, holder: Holder, model: str) -> tuple[AgentTurns, Assent]:
    """The envelope with the model that chooses and the rights of the agent to each of its tools,
    and who assents to it: who assents to the plan, where the agent does not do all of it alone.
    Raises Refused."""
    grants = chosen_grants(body.tools, body.arguments, holder)
    envelope = Envelope(
        model=model,
        calls=chosen_calls(grants, body.arguments, holder.rights),
        most_calls=body.calls,
        most_turns=body.turns,
        spend_usd_micros=usd_micros(body.spend_usd),
    )
    assent: Assent = "none" if all(each.is_alone for each in grants) else "plan"
    return AgentTurns(goal=body.goal, envelope=envelope), assent


def chosen_grants(named: Sequence[str], bounds: Bounds, holder: Holder) -> list[Granted]:
    """The rights of the agent to what a model, or a program, may choose, each once. Raises
    Refused, also for bounds of an operation that is not among these."""
    unlisted = sorted(bounds.keys() - set(named))
    if unlisted:
        raise Refused(f"bounds the arguments of {unlisted[0]}, which it does not list")
    return [granted(each, holder) for each in dict.fromkeys(named)]


def chosen_calls(
    grants: Sequence[Granted], bounds: Bounds, rights: KnownRights
) -> tuple[Call, ...]:
    """The calls that may be chosen, each argument as its right and its bounds allow. Raises
    Refused."""
    return tuple(
        call_of(each, {}).but(
            undo=undo_by_definition(each, rights),
            limits=_narrowed(each.name, each.right.limits, bounds.get(each.name, {})),
        )
        for each in grants
    )


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


def _narrowed(
    operation: str, limits: RightLimits, own: Mapping[str, tuple[str, ...]]
) -> RightLimits:
    for name, patterns in own.items():
        wider = set(patterns) - set(limits.only.get(name, patterns))
        if wider:
            raise Refused(
                f"allows {name} of {operation} to be {min(wider)}, which the agent's right does"
                f" not: write one of {' | '.join(limits.only[name])}"
            )
    return limits.but(only={**limits.only, **own})
