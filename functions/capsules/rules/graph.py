"""Which step waits for which: as they are written, unless a step says what it needs; and always for
those whose outputs it reads."""

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from functions.capsules.rules.problems import Flawed, Problem, path_below
from functions.capsules.rules.source import CapsuleBody, InnerStep
from shared.kit.expressions import Expression, ExpressionInvalid, Path, in_words
from shared.kit.templates import condition, expressions_in


class Read(NamedTuple):
    """One place that a step reads, with the path of the text that reads it."""

    path: str
    place: Path


class Node(NamedTuple):
    """One step of the source: its path, what it reads, and the step of the sequence that it is or
    is a part of."""

    path: str
    step: InnerStep
    reads: tuple[Read, ...]
    outer: str


class Graph(NamedTuple):
    """The steps by their ids, and what each step of the sequence waits for; `order` has each of
    those after all that it waits for."""

    nodes: dict[str, Node]
    needs: dict[str, tuple[str, ...]]
    order: tuple[str, ...]


def graph_of(body: CapsuleBody) -> Graph:
    """The graph of a capsule's steps. Raises Flawed for an id that is there twice, an unknown step,
    a step that is not before the one that reads it, a cycle, and what is no expression."""
    problems: list[Problem] = []
    nodes = _nodes(body, problems)
    edges = {
        step.id: list(_edges(body, number, nodes, problems))
        for number, step in enumerate(body.steps)
    }
    if problems:
        raise Flawed(*problems)
    needs = {id: tuple(dict.fromkeys(each.needed for each in found)) for id, found in edges.items()}
    order = _ordered(needs)
    left = [id for id in needs if id not in set(order)]
    if left:
        raise Flawed(*_cycles(edges, left))
    return Graph(nodes, needs, order)


class _Edge(NamedTuple):
    needed: str
    path: str
    said: str


def _nodes(body: CapsuleBody, problems: list[Problem]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for path, step in body.with_places:
        outer = body.steps[int(path.split(".")[1])].id
        if step.id in nodes:
            problems.append(
                Problem(f"{path}.id", f"{step.id} is the id of another step: rename it")
            )
        reads = tuple(_reads(path, step, problems))
        nodes[step.id] = Node(path, step, reads, outer)
    return nodes


def _reads(path: str, step: InnerStep, problems: list[Problem]) -> Iterator[Read]:
    for key, text in (("if", step.condition), ("for_each", step.for_each)):
        if text is not None:
            try:
                yield from _of(f"{path}.{key}", condition(text))
            except ExpressionInvalid as refusal:
                problems.append(Problem(f"{path}.{key}", str(refusal)))
    for key, template in _templates(step):
        try:
            for at, expression in expressions_in(template):
                yield from _of(path_below(f"{path}.{key}", at), expression)
        except ExpressionInvalid as refusal:
            problems.append(Problem(f"{path}.{key}", str(refusal)))


def _templates(step: InnerStep) -> Iterator[tuple[str, object]]:
    yield "with", step.arguments
    if step.wait is not None:
        yield "wait.for", step.wait.seconds
        yield "wait.until", step.wait.until
    if step.agent is not None:
        yield "agent.goal", step.agent.goal


def _of(path: str, expression: Expression) -> Iterator[Read]:
    return (Read(path, place) for place in expression.reads)


def step_read(place: Path) -> str | None:
    """The id of the step whose output is at a place; None where the place is of something else."""
    return str(place[1]) if place[0] == "steps" and len(place) > 1 else None


def _edges(
    body: CapsuleBody, number: int, nodes: dict[str, Node], problems: list[Problem]
) -> Iterator[_Edge]:
    step = body.steps[number]
    path = f"steps.{number}"
    if step.needs is None and number:
        yield _Edge(body.steps[number - 1].id, path, "comes after")
    for each, needed in enumerate(step.needs or ()):
        at = f"{path}.needs.{each}"
        if needed not in nodes:
            problems.append(Problem(at, _unknown(needed, nodes)))
        else:
            yield _Edge(nodes[needed].outer, at, "needs")
    for node in (nodes[each.id] for each in (step, *(step.parallel or ())) if each.id in nodes):
        for read in node.reads:
            needed_by = step_read(read.place)
            if needed_by is None:
                continue
            if needed_by not in nodes:
                problems.append(Problem(read.path, _unknown(needed_by, nodes)))
            elif nodes[needed_by].outer == step.id:
                whose = "its own output" if needed_by == node.step.id else "a step of its own group"
                told = f"reads {whose}, which is not there yet: read a step before it"
                problems.append(Problem(read.path, told))
            else:
                yield _Edge(
                    nodes[needed_by].outer, read.path, f"reads {in_words(read.place)}, and so needs"
                )


def _unknown(id: str, nodes: dict[str, Node]) -> str:
    return f"there is no step {id[:60]}: there is {', '.join(list(nodes)[:20])}"


def _ordered(needs: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The steps, each after those that it waits for, otherwise as they are written; without those
    in a cycle and those that wait for one."""
    position = {id: number for number, id in enumerate(needs)}
    waiting = {id: len(needed) for id, needed in needs.items()}
    then: dict[str, list[str]] = {id: [] for id in needs}
    for id, needed in needs.items():
        for each in needed:
            then[each].append(id)
    ready = [position[id] for id, count in waiting.items() if not count]
    heapq.heapify(ready)
    names, order = list(needs), []
    while ready:
        id = names[heapq.heappop(ready)]
        order.append(id)
        for each in then[id]:
            waiting[each] -= 1
            if not waiting[each]:
                heapq.heappush(ready, position[each])
    return tuple(order)


def _cycles(edges: dict[str, list[_Edge]], left: Sequence[str]) -> Iterator[Problem]:
    """In each cycle some step waits for one that is written after it, or for itself."""
    position = {id: number for number, id in enumerate(edges)}
    stuck = set(left)
    for id in left:
        for edge in edges[id]:
            if edge.needed in stuck and position[edge.needed] >= position[id]:
                told = f"{edge.said} {edge.needed}, which is not before {id}, and waits for it"
                yield Problem(edge.path, f"{told}: write {edge.needed} above {id}, or need less")
