"""The calls of a capsule's steps: whether their arguments fit, what undoes them, and how many of
them each run makes."""

from collections import Counter
from collections.abc import Sized
from typing import Any

from events.operations import Undo
from functions.capsules.rules.graph import Node
from functions.capsules.rules.operations import Refused
from functions.capsules.rules.problems import Problem, path_below
from functions.capsules.rules.rights import Granted, Holder, may_undo, undo_by_definition
from functions.capsules.rules.schemas import Schema, mistakes
from functions.capsules.rules.scope import Scope, misread
from shared.kit.expressions import Path


def known_arguments(
    node: Node, schema: Schema, scope: Scope
) -> tuple[list[Any] | None, list[Problem]]:
    """The arguments of each call of the step, or None where the inputs alone do not determine them;
    and the problems where the schema does not allow them. Raises ExpressionFailed."""
    step, path = node.step, f"{node.path}.with"
    wrong = [*scope.arguments(path, schema, step.arguments, scope.item_of(step.for_each))]
    if wrong:
        return None, wrong
    known = scope.known(step.arguments, step.for_each)
    for number, arguments in enumerate(known or ()):
        which = f" (item {number})" if step.for_each else ""
        for at, told in mistakes(schema, arguments):
            wrong.append(Problem(path_below(path, at), f"{told}{which}"))
    return known, wrong


def undo_of(node: Node, grant: Granted, holder: Holder) -> tuple[Undo | None, list[Problem]]:
    """What undoes the step, as the step itself says or else the operation's definition; and the
    problems where that reads what is not there. Raises Refused where the agent may not undo it
    so."""
    own = node.step.undo
    if own is None:
        return undo_by_definition(grant, holder.rights), []
    may_undo(grant, own.use, holder)
    wrong = [*misread(f"{node.path}.undo.with", own.arguments, _beyond_call)]
    return Undo(operation=own.use, arguments=own.arguments), wrong


def _beyond_call(place: Path) -> str | None:
    reads_call = place[0] in ("arguments", "output")
    return None if reads_call else "reads more than the arguments and the output of its call"


class CertainCalls:
    """Counts, by operation, the calls that every run of the capsule makes."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    def add(self, node: Node, grant: Granted, known: Sized | None) -> None:
        """Counts the `known` calls of a step that has no condition. Raises Refused for more than
        the agent's right allows in a run."""
        most = grant.right.limits.per_run
        if node.step.condition is not None or known is None:
            return
        self._count[grant.name] += len(known)
        count = self._count[grant.name]
        if most is not None and count > most:
            raise Refused(
                f"is call {count} of {grant.name} in a run, of which the agent may make {most}:"
                " leave some out, or raise per_run in the agent's spec"
            )
