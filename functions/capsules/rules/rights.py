"""What the agent of a capsule may do with an operation, and who has to assent to it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from events.effects import HARMLESS, Effect, gravity
from events.operations import OPERATIONS, OperationDefinition, Undo
from events.plan_content import AgentPart, Assent
from shared.agents.rights import HeldRight, KnownRights, beyond


class Refused(ValueError):
    """The agent may not; says the smallest change that would let it."""


class Granted(NamedTuple):
    """An operation that the agent may do: its definition, its effect, the right to it, and whether
    it does it alone."""

    name: str
    definition: OperationDefinition
    effect: Effect
    right: HeldRight
    is_alone: bool


def defined(operation: str) -> OperationDefinition:
    """The definition of an operation. Raises Refused for one that nothing serves."""
    found = OPERATIONS.get(operation)
    if found is None:
        near = get_close_matches(operation, OPERATIONS, 1) or sorted(OPERATIONS)
        raise Refused(f"nothing serves {operation}: use {' or '.join(near)}")
    return found


def granted(operation: str, rights: KnownRights, agent: AgentPart) -> Granted:
    """The right of the agent to an operation, whatever its arguments are. Raises Refused."""
    definition = defined(operation)
    held = rights.held(operation)
    if held is None:
        raise Refused(_why_not(operation, rights, agent))
    list_name, right = held
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
    """Who has to assent to the calls of a step, of which all arguments are `known` or, for None,
    some are not. `asks`: the capsule wants somebody to see the calls. Raises Refused for known
    arguments that no right covers."""
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


def undo_by_definition(grant: Granted, rights: KnownRights) -> Undo | None:
    """The operation's own undo, where the agent may do that; named as `system/operation`."""
    return rights.undo_of(grant.name, grant.definition.undo, grant.right)


def may_undo(grant: Granted, operation: str, rights: KnownRights, agent: AgentPart) -> None:
    """Raises Refused where the agent may not undo the step by this operation."""
    defined(operation)
    if grant.right.undo != operation:
        if rights.held(operation) is None:
            raise Refused(_why_not(operation, rights, agent))
        return
    if (entry := rights.forbidding(operation)) is not None:
        raise Refused(f"{agent.name} may never do {operation} ({entry} in `never` of its spec)")
