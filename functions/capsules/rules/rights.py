"""What the agent of a capsule may do with an operation, and who has to assent to it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from events.effects import HARMLESS, Effect, gravity
from events.operations import OperationDefinition, Undo
from events.plan_content import AgentPart, Assent, Call
from functions.capsules.rules.operations import Refused, defined
from shared.agents.rights import HeldRight, KnownRights, beyond
from shared.connectors.operations import Operations, is_own


class Holder(NamedTuple):
    """An agent with the rights that it holds, and the operations that there are where it acts."""

    agent: AgentPart
    rights: KnownRights
    operations: Operations


class Granted(NamedTuple):
    """An operation that the agent may do: its definition, its effect, the right to it, and whether
    it does it alone."""

    name: str
    definition: OperationDefinition
    effect: Effect
    right: HeldRight
    is_alone: bool


def granted(operation: str, holder: Holder) -> Granted:
    """The right of the agent to an operation, whatever its arguments are. Raises Refused."""
    agent, rights, operations = holder
    definition = defined(operation, operations)
    held = rights.held(operation)
    if held is None:
        raise Refused(_why_not(operation, rights, agent))
    list_name, right = held
    if not is_own(operation) and gravity(right.effect) < gravity(definition.effect):
        raise Refused(
            f"{agent.name} holds {operation} as {right.effect}, and its connector says that it is"
            f" {definition.effect}: write effect: {definition.effect} in the agent's spec"
        )
    effect = max(definition.effect, right.effect, key=gravity)
    if agent.mode == "trial" and effect not in HARMLESS:
        raise Refused(
            f"{agent.name} is on trial, and {operation} ({effect}) reaches beyond drafts: use what"
            " reads or drafts, or let the agent go live"
        )
    return Granted(operation, definition, effect, right, list_name == "alone")


def _why_not(operation: str, rights: KnownRights, agent: AgentPart) -> str:
    entry = rights.forbidding(operation)
    if entry is not None:
        return (
            f"{agent.name} may never do {operation}: leave the step out, or take {entry} out of"
            " `never` in the agent's spec"
        )
    undone = rights.only_undoes(operation)
    if undone is not None:
        return (
            f"{agent.name} may do {operation} only to undo {undone}: write it as the `undo` of that"
            f" step, or add {operation} to `with_approval` in the agent's spec"
        )
    return (
        f"{agent.name} has no right to {operation}: add it to `with_approval` in the agent's spec,"
        " or name an agent that has it"
    )


def assent_to(
    grant: Granted, rights: KnownRights, known: Sequence[Mapping[str, Any]] | None, *, asks: bool
) -> Assent:
    """Who has to assent to the calls of a step. `known` are the arguments of each call; None where
    some are not known yet. `asks`: the capsule wants somebody to see the calls. Raises Refused for
    known arguments that no right covers."""
    above = rights.with_approval.get(grant.name)
    alone = grant.is_alone
    for arguments in known or ():
        if alone and beyond(grant.right.limits, arguments) is not None and above is not None:
            alone = False
        right = grant.right if alone or above is None else above
        limit = beyond(right.limits, arguments)
        if limit is not None:
            raise Refused(
                f"is beyond the agent's right to {grant.name}: {limit}; change the argument, or"
                " the limit in the agent's spec"
            )
    if asks or (not alone and known is None):
        return "step"
    return "none" if alone else "plan"


def call_of(grant: Granted, arguments: dict[str, Any]) -> Call:
    """The call of a step, without what undoes it."""
    return Call(
        operation=grant.name,
        arguments=arguments,
        effect=grant.effect,
        idempotent=grant.definition.idempotent,
        pin=grant.definition.pin,
        limits=grant.right.limits,
        price_usd_micros=grant.definition.price_usd_micros,
    )


def undo_by_definition(grant: Granted, rights: KnownRights) -> Undo | None:
    """The operation's own undo, where the agent may do that; named as `system/operation`."""
    return rights.undo_of(grant.name, grant.definition.undo, grant.right)


def may_undo(grant: Granted, operation: str, holder: Holder) -> None:
    """Raises Refused where the agent may not undo the step by this operation."""
    agent, rights, operations = holder
    defined(operation, operations)
    if not is_own(operation) and _system(operation) != _system(grant.name):
        raise Refused(
            f"{operation} is of another connector than {grant.name}, and is not pinned with it:"
            " undo by an operation of the same one"
        )
    if grant.right.undo != operation:
        if rights.held(operation) is None:
            raise Refused(_why_not(operation, rights, agent))
        return
    if (entry := rights.forbidding(operation)) is not None:
        raise Refused(f"{agent.name} may never do {operation} ({entry} in `never` of its spec)")


def _system(operation: str) -> str:
    return operation.partition("/")[0]
