"""Terms of the solver. Constants are folded while terms are made."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

# cvc5 has no types.
Term = Any
LEAST, MOST = -(2**63), 2**63 - 1
# The solver's alphabet ends here.
LAST_CHARACTER = 0x2FFFF


class Terms:
    """Makes terms of booleans, 64-bit integers, texts and sets; constants are folded at once."""

    def __init__(self) -> None:
        import cvc5  # type: ignore[import-untyped]

        self.cvc5 = cvc5
        self.kinds = cvc5.Kind
        self.manager = cvc5.TermManager()
        self.true = self.manager.mkTrue()
        self.false = self.manager.mkFalse()
        self.boolean = self.manager.getBooleanSort()
        self.integer = self.manager.getIntegerSort()
        self.text = self.manager.getStringSort()
        self._symbols: dict[str, Term] = {}
        self._sorts: dict[str, Any] = {}
        self._names: dict[Term, str] = {}

    def make(self, kind: Any, *arguments: Term) -> Term:
        """A term that is not folded."""
        return self.manager.mkTerm(kind, *arguments)

    def symbol(self, name: str, sort: Any, at: tuple[Term, ...] = ()) -> Term:
        """The unknown of the name; `at` an entity it is another for each entity."""
        if name not in self._symbols:
            takes = [term.getSort() for term in at]
            whole = self.manager.mkFunctionSort(takes, sort) if at else sort
            self._symbols[name] = self.manager.mkConst(whole, name)
        found = self._symbols[name]
        return self.make(self.kinds.APPLY_UF, found, *at) if at else found

    def truth(self, value: bool) -> Term:
        """True or false."""
        return self.true if value else self.false

    def entities(self, entity_type: str) -> Any:
        """The sort of the entities of a type: they can only be told apart."""
        if entity_type not in self._sorts:
            self._sorts[entity_type] = self.manager.mkUninterpretedSort(entity_type)
        return self._sorts[entity_type]

    def entity(self, entity_type: str, known: str) -> Term:
        """The entity with the id. Another id is another entity, which `distinct` must say."""
        term = self.symbol(f'{entity_type}::"{known}"', self.entities(entity_type))
        self._names[term] = known
        return term

    def name(self, term: Term) -> str:
        """The id of an entity that `entity` made."""
        return self._names[term]

    def distinct(self, terms: Sequence[Term]) -> Term:
        """No two of them are the same."""
        return self.make(self.kinds.DISTINCT, *terms) if len(terms) > 1 else self.true

    def integer_of(self, value: int) -> Term:
        """A number."""
        return self.manager.mkInteger(str(value))

    def text_of(self, value: str) -> Term:
        """A text; every character but printable ASCII is escaped, as is the backslash."""
        plain = (c if " " <= c <= "~" and c != "\\" else f"\\u{{{ord(c):x}}}" for c in value)
        return self.manager.mkString("".join(plain), True)

    def no(self, term: Term) -> Term:
        """Not the term."""
        if term == self.true:
            return self.false
        return self.true if term == self.false else self.make(self.kinds.NOT, term)

    def all(self, terms: Iterable[Term]) -> Term:
        """All terms hold."""
        return self._joined(terms, self.kinds.AND, self.true, self.false)

    def any(self, terms: Iterable[Term]) -> Term:
        """One of the terms holds."""
        return self._joined(terms, self.kinds.OR, self.false, self.true)

    def either(self, condition: Term, then: Term, otherwise: Term) -> Term:
        """The second term where the first holds, else the third."""
        if condition == self.true or then == otherwise:
            return then
        if condition == self.false:
            return otherwise
        return self.make(self.kinds.ITE, condition, then, otherwise)

    def same(self, one: Term, other: Term) -> Term:
        """Both are equal."""
        if one == other:
            return self.true
        if self._constant(one) and self._constant(other):
            return self.false
        return self.make(self.kinds.EQUAL, one, other)

    def within(self, number: Term) -> Term:
        """The number is one of 64 bits."""
        if number.isIntegerValue():
            return self.truth(LEAST <= number.getIntegerValue() <= MOST)
        least, most = self.integer_of(LEAST), self.integer_of(MOST)
        return self.make(
            self.kinds.AND,
            *(self.make(self.kinds.LEQ, *pair) for pair in ((least, number), (number, most))),
        )

    def member(self, element: Term, of: Term) -> Term:
        """The element is in the set."""
        return self.make(self.kinds.SET_MEMBER, element, of)

    def subset(self, part: Term, whole: Term) -> Term:
        """Every element of the first set is in the second."""
        return self.make(self.kinds.SET_SUBSET, part, whole)

    def set_sort(self, element: Any) -> Any:
        """The sort of sets of the sort."""
        return self.manager.mkSetSort(element)

    def empty(self, element: Any) -> Term:
        """The empty set of the sort."""
        return self.manager.mkEmptySet(self.set_sort(element))

    def is_empty(self, whole: Term) -> Term:
        """The set has no element."""
        return self.same(whole, self.manager.mkEmptySet(whole.getSort()))

    def set_of(self, elements: Iterable[Term], element: Any) -> Term:
        """The set of the elements."""
        whole = self.empty(element)
        for one in elements:
            whole = self.make(self.kinds.SET_UNION, whole, self.make(self.kinds.SET_SINGLETON, one))
        return whole

    @cached_property
    def anything(self) -> Term:
        """The pattern that every text matches."""
        return self.manager.mkRegexpAll()

    def _constant(self, term: Term) -> bool:
        return bool(
            term in self._names
            or term.isIntegerValue()
            or term.isStringValue()
            or term.isBooleanValue()
        )

    def _joined(self, terms: Iterable[Term], kind: Any, neutral: Term, absorbing: Term) -> Term:
        kept = [term for term in dict.fromkeys(terms) if term != neutral]
        if not kept:
            return neutral
        if absorbing in kept:
            return absorbing
        return kept[0] if len(kept) == 1 else self.make(kind, *kept)
