"""What the expressions of a step may read, and what is there as far as schemas say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.capsules.rules.graph import Graph, Node
from functions.capsules.rules.problems import Problem, path_below
from functions.capsules.rules.schemas import ANY, Schema, at_place, misfit, mistakes
from shared.kit.expressions import (
    Expression,
    ExpressionFailed,
    ExpressionInvalid,
    Path,
    evaluate,
    in_words,
)
from shared.kit.templates import alone, condition, expressions_in, filled, texts_in

LIST: Schema = {"type": "array"}
TRUTH: Schema = {"type": "boolean"}


@dataclass
class Scope:
    """The inputs with their values and schema, and the schemas of what the steps give."""

    inputs: Mapping[str, Any]
    input_schema: Schema
    graph: Graph
    outputs: dict[str, Schema] = field(default_factory=dict)

    def problems_of(self, node: Node) -> Iterator[Problem]:
        """What the step reads that is not there."""
        for read in node.reads:
            told = self.told(read.place, has_item=node.step.for_each is not None)
            if told is not None:
                yield Problem(read.path, told)

    def told(self, place: Path, *, has_item: bool = False) -> str | None:
        """In words, why nothing is at the place; None where something may be."""
        found = self.schema_at(place, ANY if has_item else None)
        return found if isinstance(found, str) else None

    def schema_at(self, place: Path, item: Schema | None) -> Schema | str:
        """The schema of what is at the place; in words, why nothing is."""
        root, rest = place[0], place[1:]
        if root == "inputs":
            found = at_place(self.input_schema, rest)
            return f"reads {in_words(place)}: {found}" if isinstance(found, str) else found
        if root == "item" and item is not None:
            found = at_place(item, rest)
            return f"reads {in_words(place)}: {found}" if isinstance(found, str) else found
        if root == "steps":
            return self._of_step(place)
        more = ", item" if item is not None else " (item, in a step with for_each)"
        return f"reads {in_words(place)[:100]}: there is inputs, steps{more}"

    def _of_step(self, place: Path) -> Schema | str:
        if len(place) < 3 or place[2] != "output" or place[1] not in self.graph.nodes:
            return f"reads {in_words(place)[:100]}: write steps.<id>.output and what of it"
        schema = self.outputs.get(str(place[1]))
        if schema is None:
            return f"reads {in_words(place)[:100]}: a group gives nothing, its steps do"
        found = at_place(schema, place[3:])
        return f"reads {in_words(place)}: {found}" if isinstance(found, str) else found

    def gives(self, expression: Expression, item: Schema | None) -> Schema:
        """What the expression gives, where it only names a place that has a schema."""
        found = self.schema_at(expression.place, item) if expression.place else ANY
        return ANY if isinstance(found, str) else found

    def item_of(self, step_for_each: str | None) -> Schema | None:
        """The schema of one item of the list that a step goes through."""
        if step_for_each is None:
            return None
        schema = self.gives(condition(step_for_each), None)
        items = schema.get("items", ANY)
        return items if isinstance(items, Mapping) else ANY

    def misfits(self, node: Node) -> Iterator[Problem]:
        """Where the step has a condition that is no truth, or goes through what is no list."""
        step = node.step
        wanted = (("if", step.condition, TRUTH), ("for_each", step.for_each, LIST))
        for key, text, schema in wanted:
            if text is not None:
                item = self.item_of(step.for_each) if key == "if" else None
                told = misfit(self.gives(condition(text), item), schema)
                if told is not None:
                    yield Problem(f"{node.path}.{key}", told)

    def arguments(
        self, path: str, schema: Schema, template: Any, item: Schema | None
    ) -> Iterator[Problem]:
        """What the arguments of a call have wrong by its schema, as far as it is known."""
        texts = dict(texts_in(template))
        for at, told in mistakes(schema, template, tuple(texts)):
            yield Problem(path_below(path, at), told)
        for at, text in texts.items():
            wanted = at_place(schema, at)
            if isinstance(wanted, str):
                continue
            expression = alone(text)
            given = {"type": "string"} if expression is None else self.gives(expression, item)
            told_type = misfit(given, wanted)
            if told_type is not None:
                yield Problem(path_below(path, at), told_type)

    def known(self, template: Any, for_each: str | None) -> list[Any] | None:
        """The template for each call, where inputs alone determine all of it; else None. Raises
        ExpressionFailed."""
        items = known_items(for_each, self.inputs)
        more = () if for_each is None else ("item",)
        if items is None or not all(_of_inputs(each, more) for _, each in expressions_in(template)):
            return None
        given = {"inputs": self.inputs}
        return [filled(template, {**given, "item": item} if more else given) for item in items]


def known_items(for_each: str | None, inputs: Mapping[str, Any]) -> Sequence[Any] | None:
    """The items of a list that the inputs alone determine; one call without an item where there is
    no list. None where the list is not known. Raises ExpressionFailed where there is no list."""
    if for_each is None:
        return (None,)
    expression = condition(for_each)
    if not _of_inputs(expression, ()):
        return None
    value = evaluate(expression.text, {"inputs": inputs})
    if not isinstance(value, list):
        raise ExpressionFailed("for_each gives no list")
    return value


def _of_inputs(expression: Expression, more: Sequence[str]) -> bool:
    return all(place[0] in ("inputs", *more) for place in expression.reads)


def misread(path: str, written: Any, why_not: Callable[[Path], str | None]) -> Iterator[Problem]:
    """What is wrong with the expressions in a value at that path: that they are none, or read a
    place that they may not."""
    try:
        for at, expression in expressions_in(written):
            for place in expression.reads:
                if (told := why_not(place)) is not None:
                    yield Problem(path_below(path, at), told)
    except ExpressionInvalid as refusal:
        yield Problem(path, str(refusal))
