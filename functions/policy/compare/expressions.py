"""Translates the expressions of Cedar into terms, with whether evaluating them succeeds."""

from collections.abc import Callable, Sequence
from typing import Any

from functions.policy.compare.refusals import NotComparable
from functions.policy.compare.relations import Relations
from functions.policy.compare.schema import BOOL, LONG, STRING, RecordOf
from functions.policy.compare.terms import LAST_CHARACTER, Term
from functions.policy.compare.values import (
    Checked,
    Elements,
    Entity,
    Field,
    Record,
    Scalar,
    Value,
)
from functions.policy.compare.world import World

# The solver does not end on its time within texts that it compares with a pattern.
MOST_WILDCARDS = 20
_COMPARED = {"<": "LT", "<=": "LEQ", ">": "GT", ">=": "GEQ"}
_COMPUTED: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "+": ("ADD", lambda one, other: one + other),
    "-": ("SUB", lambda one, other: one - other),
    "*": ("MULT", lambda one, other: one * other),
}


class Expressions:
    """Translates the expressions of one environment; raises `NotComparable` for what it cannot."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._terms = world.terms
        self._relations = relations = Relations(world)
        self._by_name: dict[str, Callable[[Any], Checked]] = {
            "Value": self._value,
            "Var": lambda name: self._sure(getattr(world, name)),
            "!": lambda body: self._opposite(self.translate(body["arg"])),
            "neg": lambda body: self._computed("-", {"left": {"Value": 0}, "right": body["arg"]}),
            "&&": self._and,
            "||": self._or,
            "==": lambda body: self._related(relations.same, body),
            "!=": lambda body: self._opposite(self._related(relations.same, body)),
            "in": lambda body: self._related(relations.inside, body),
            "is": self._is,
            "has": self._has,
            ".": self._attribute,
            "like": self._like,
            "if-then-else": self._if,
            "Set": self._set,
            "Record": self._record,
            "contains": lambda body: self._related(relations.contains, body),
            "containsAll": lambda body: self._related(relations.contains_all, body),
            "containsAny": lambda body: self._related(relations.contains_any, body),
            "isEmpty": self._is_empty,
        }

    def translate(self, expression: dict[str, Any]) -> Checked:
        """The value of an expression of Cedar's JSON form."""
        ((name, body),) = expression.items()
        if name in _COMPARED:
            return self._related(self._comparing(_COMPARED[name]), body)
        if name in _COMPUTED:
            return self._computed(name, body)
        if name not in self._by_name:
            raise NotComparable(_unsupported(name))
        return self._by_name[name](body)

    def condition(self, expression: dict[str, Any]) -> tuple[Term, Term]:
        """Whether a boolean expression holds, and whether evaluating it succeeds."""
        checked = self.translate(expression)
        return self._relations.term(checked.value), checked.ok

    def _value(self, body: Any) -> Checked:
        if isinstance(body, bool):
            return self._bool(self._terms.truth(body), self._terms.true)
        if isinstance(body, int):
            return self._sure(Scalar(LONG, self._terms.integer_of(body)))
        if isinstance(body, str):
            return self._sure(Scalar(STRING, self._text(body)))
        if isinstance(body, list):
            return self._set([{"Value": item} for item in body])
        if "__entity" in body:
            return self._sure(self._world.entity(body["__entity"]["type"], body["__entity"]["id"]))
        if "__extn" in body:
            raise NotComparable(_unsupported(body["__extn"]["fn"]))
        return self._record({name: {"Value": item} for name, item in body.items()})

    def _text(self, written: str) -> Term:
        if any(ord(character) > LAST_CHARACTER for character in written):
            raise NotComparable("a text with a character beyond U+2FFFF")
        return self._terms.text_of(written)

    def _opposite(self, checked: Checked) -> Checked:
        return self._bool(self._terms.no(self._relations.term(checked.value)), checked.ok)

    def _and(self, body: Any) -> Checked:
        left, left_ok = self.condition(body["left"])
        if left == self._terms.false:
            return self._bool(left, left_ok)
        right, right_ok = self.condition(body["right"])
        ok = self._terms.all((left_ok, self._terms.any((self._terms.no(left), right_ok))))
        return self._bool(self._terms.all((left, right)), ok)

    def _or(self, body: Any) -> Checked:
        left, left_ok = self.condition(body["left"])
        if left == self._terms.true:
            return self._bool(left, left_ok)
        right, right_ok = self.condition(body["right"])
        ok = self._terms.all((left_ok, self._terms.any((left, right_ok))))
        return self._bool(self._terms.any((left, right)), ok)

    def _if(self, body: Any) -> Checked:
        test, test_ok = self.condition(body["if"])
        if test in (self._terms.true, self._terms.false):
            chosen = self.translate(body["then" if test == self._terms.true else "else"])
            return Checked(chosen.value, self._terms.all((test_ok, chosen.ok)))
        then, otherwise = self.translate(body["then"]), self.translate(body["else"])
        ok = self._terms.all((test_ok, self._terms.either(test, then.ok, otherwise.ok)))
        return Checked(self._relations.either(test, then.value, otherwise.value), ok)

    def _related(self, relation: Callable[[Any, Any], Term], body: Any) -> Checked:
        left, right = self.translate(body["left"]), self.translate(body["right"])
        return self._bool(relation(left.value, right.value), self._both(left, right))

    def _comparing(self, kind: str) -> Callable[[Value, Value], Term]:
        def compare(left: Value, right: Value) -> Term:
            terms = (self._relations.term(each) for each in (left, right))
            return self._terms.make(getattr(self._terms.kinds, kind), *terms)

        return compare

    def _computed(self, sign: str, body: Any) -> Checked:
        left, right = self.translate(body["left"]), self.translate(body["right"])
        one, other = (self._relations.term(each.value) for each in (left, right))
        known = [term.isIntegerValue() for term in (one, other)]
        kind, constant = _COMPUTED[sign]
        if sign == "*" and not any(known):
            raise NotComparable("the product of two values that the policy does not spell out")
        if all(known):
            number = constant(one.getIntegerValue(), other.getIntegerValue())
            result = self._terms.integer_of(number)
        else:
            result = self._terms.make(getattr(self._terms.kinds, kind), one, other)
        ok = self._terms.all((self._both(left, right), self._terms.within(result)))
        return Checked(Scalar(LONG, result), ok)

    def _is(self, body: Any) -> Checked:
        left = self.translate(body["left"])
        assert isinstance(left.value, Entity), "Cedar takes entities only."
        alike = left.value.kind.name == body["entity_type"]
        if "in" not in body or not alike:
            return self._bool(self._terms.truth(alike), left.ok)
        return self._related(self._relations.inside, {"left": body["left"], "right": body["in"]})

    def _has(self, body: Any) -> Checked:
        left = self.translate(body["left"])
        field = self._field(left.value, body["attr"])
        return self._bool(field.present if field else self._terms.false, left.ok)

    def _attribute(self, body: Any) -> Checked:
        left = self.translate(body["left"])
        field = self._field(left.value, body["attr"])
        if field is None:
            return self._bool(self._terms.false, self._terms.false)
        return Checked(field.value, self._terms.all((left.ok, field.present)))

    def _field(self, value: Value, name: str) -> Field | None:
        if isinstance(value, Entity):
            return self._world.attribute(value, name)
        if isinstance(value, Record):
            return value.field(name)
        raise NotComparable(f"the attribute `{name}` of a value that has none")

    def _like(self, body: Any) -> Checked:
        left = self.translate(body["left"])
        literals = _literals(body["pattern"])
        if "Value" in body["left"]:
            return self._bool(self._terms.truth(_matches(body["left"]["Value"], literals)), left.ok)
        if len(literals) > MOST_WILDCARDS + 1:
            raise NotComparable(f"`like` with more than {MOST_WILDCARDS} `*`")
        kinds = self._terms.kinds
        parts = [self._terms.make(kinds.STRING_TO_REGEXP, self._text(literals[0]))]
        for each in literals[1:]:
            literal = self._terms.make(kinds.STRING_TO_REGEXP, self._text(each))
            parts += [self._terms.anything, literal]
        whole = parts[0] if len(parts) == 1 else self._terms.make(kinds.REGEXP_CONCAT, *parts)
        text = self._relations.term(left.value)
        return self._bool(self._terms.make(kinds.STRING_IN_REGEXP, text, whole), left.ok)

    def _set(self, body: Any) -> Checked:
        items = [self.translate(item) for item in body]
        ok = self._terms.all(item.ok for item in items)
        return Checked(Elements(tuple(item.value for item in items)), ok)

    def _record(self, body: Any) -> Checked:
        parts = {name: self.translate(item) for name, item in body.items()}
        # Only the names count: each attribute's value says what it is.
        kind = RecordOf(tuple((name, BOOL, True) for name in parts))

        def field(name: str) -> Field | None:
            return Field(self._terms.true, parts[name].value) if name in parts else None

        return Checked(Record(kind, field), self._terms.all(part.ok for part in parts.values()))

    def _is_empty(self, body: Any) -> Checked:
        left = self.translate(body["arg"])
        return self._bool(self._relations.is_empty(left.value), left.ok)

    def _both(self, left: Checked, right: Checked) -> Term:
        return self._terms.all((left.ok, right.ok))

    def _bool(self, term: Term, ok: Term) -> Checked:
        return Checked(Scalar(BOOL, term), ok)

    def _sure(self, value: Value) -> Checked:
        return Checked(value, self._terms.true)


def _literals(pattern: Sequence[Any]) -> list[str]:
    """What stands before, between and after the wildcards of a pattern."""
    literals = [""]
    for part in pattern:
        if part == "Wildcard":
            literals.append("")
        else:
            literals[-1] += part["Literal"]
    return literals


def _matches(text: str, literals: Sequence[str]) -> bool:
    """Whether a text matches a pattern: each literal where it stands first."""
    first, *between = literals
    if not between:
        return text == first
    last = between.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for each in between:
        found = text.find(each, at, end)
        if found < 0:
            return False
        at = found + len(each)
    return text.endswith(last)


def _unsupported(name: str) -> str:
    if name in ("getTag", "hasTag"):
        return f"`{name}`: tags of entities"
    if name == "Slot":
        return "a template's slot"
    return f"`{name}`: functions of extensions"
