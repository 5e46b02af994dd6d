"""How much work it is to judge a value by a JSON Schema, known before anything is judged. Pure.

A judge that remembers nothing asks each part of a schema as often as ways lead there: a few lines
of `$ref` are enough for a million ways, and for more with each level of the value. So the ways are
counted, along the value."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from shared.kit.json_parts import parts_of
from shared.kit.schema_parts import NOTHING, Part, Parts, TooCostly

# A unit of work takes 20 nanoseconds of a processor at most: 40 milliseconds.
MOST_WORK = 2_000_000
# For one part of a value. A value of a hundred parts can be judged by whatever is accepted.
MOST_FOR_A_PART = 20_000
# In so many levels of a value, however the parts of the schema fork; deeper ones are counted.
CERTAIN_LEVELS = 3
# How much the counting may count: it takes some milliseconds itself.
_MOST_STATES, _MOST_STEPS = 2_000, 40_000
_DEEPEST = 64
# Looking at what others left over asks all of them again.
_ASKED_AGAIN = 4
_UNIQUE, _HUGE, _HUGE_NUMBER = 20, 20, 1e15
# Characters that a pattern may look back over before it gives up.
MOST_LOOKS = 1_000

Ways = Counter[Part]
# What is below is judged by its name, or by its place in a list.
_OTHER, _THE_NAME = -1, -2
_Letter = str | int


class State:
    """What judges one part of a value: parts of the schema, and how often each is asked."""

    def __init__(self, entries: Ways, closure: Ways) -> None:
        self.entries, self.closure = entries, closure
        count = closure.items()
        self.work = sum(n * each.work for each, n in count)
        self.states = sum(n * each.states for each, n in count)
        self.looking = sum(n * each.looking for each, n in count)
        self.lengths = sum(n * each.lengths for each, n in count)
        self.multiples = sum(n * each.multiples for each, n in count)
        self.unique = sum(n * each.unique for each, n in count)
        self.name_work = sum(n * each.name_work for each, n in count)
        self.name_states = sum(n * each.name_states for each, n in count)
        self.name_looking = sum(n * each.name_looking for each, n in count)
        self.left_over = self.work if any(each.evaluated for each in closure) else 0
        self.judges_names = any(each.names for each in closure)
        self.ahead: dict[_Letter, State] = {}
        # The names and the places that are judged otherwise than all others.
        self.names = frozenset(name for each in closure for name in each.named)
        self.places = max((len(each.placed) for each in closure), default=0)

    def of_text(self, length: int) -> int:
        """The work for a text."""
        return _text_work(length, self.states, self.looking) + length * self.lengths // 50

    def of_name(self, length: int) -> int:
        """The work for a name, besides what `propertyNames` ask."""
        return self.name_work + _text_work(length, self.name_states, self.name_looking)


_Waiting = list[tuple[State, Any]]


class SchemaWork:
    """How often each part of one schema is asked. Raises TooCostly for a schema that no value
    should be judged by."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._parts = Parts(schema)
        self._closures: dict[Part, Ways] = {}
        self._states: dict[frozenset[tuple[Part, int]], State] = {}
        self._steps = 0
        self.has_branches = self._parts.has_branches
        self._most_for_a_part = MOST_FOR_A_PART
        self.root = self._state(Counter({self._parts.root: 1}))
        self._look_ahead()
        self._most_for_a_part = MOST_WORK

    def work(self, value: Any) -> int:
        """The units of work for a value. Raises TooCostly beyond the most that a value may take,
        and counts no further."""
        self._steps, total = 0, 0
        if len(self._states) > _MOST_STATES:
            self._states.clear()
            self.root.ahead.clear()
        waiting = [(self.root, value)]
        while waiting:
            state, part = waiting.pop()
            total += state.work
            if isinstance(part, str):
                total += state.of_text(len(part))
            elif isinstance(part, dict):
                total += self._of_object(state, part, waiting)
            elif isinstance(part, list | tuple):
                total += self._of_list(state, part, waiting)
            elif state.multiples and abs(part or 0) > _HUGE_NUMBER:
                total += _HUGE * state.work
            if total + len(waiting) > MOST_WORK:
                told = "takes too much work for so large a value: give fewer parts"
                raise TooCostly(f"{told}, and shorter texts, at once")
        return total

    def _of_object(self, state: State, part: dict[str, Any], waiting: _Waiting) -> int:
        total = state.left_over * len(part)
        for name, below in part.items():
            total += state.of_name(len(name))
            if state.judges_names:
                waiting.append((self._ahead(state, _THE_NAME), name))
            ahead = self._ahead(state, name if name in state.names else _OTHER)
            if ahead.closure:
                waiting.append((ahead, below))
        return total

    def _of_list(self, state: State, part: Sequence[Any], waiting: _Waiting) -> int:
        for place, below in enumerate(part):
            ahead = self._ahead(state, min(place, state.places))
            if ahead.closure:
                waiting.append((ahead, below))
        unique = _UNIQUE * state.unique * sum(1 for _ in parts_of(part)) if state.unique else 0
        return state.left_over * len(part) + unique

    def named(self, value: Any, place: tuple[str | int, ...]) -> tuple[str, ...]:
        """The place in the value. A key that the schema does not name is replaced by its position,
        counted from 1: it may be a person's name."""
        state, said = self.root, list[str]()
        for each in place:
            if isinstance(each, int):
                state = self._ahead(state, min(each, state.places))
                said.append(str(each))
            else:
                known = each in state.names
                state = self._ahead(state, each if known else _OTHER)
                said.append(each if known else f"({list(value).index(each) + 1})")
            value = value[each]
        return tuple(said)

    def _look_ahead(self) -> None:
        """Raises TooCostly where one part of a value could take too much within a few levels."""
        level = [self.root]
        seen = set(level)
        for _ in range(CERTAIN_LEVELS):
            letters = [(each, letter) for each in level for letter in _letters(each)]
            if len(self._states) + len(letters) > _MOST_STATES:
                return
            ahead = {self._ahead(each, letter) for each, letter in letters}
            level = [each for each in ahead if each not in seen]
            seen |= ahead

    def _ahead(self, state: State, letter: _Letter) -> State:
        """What judges what is below by that name or at that place."""
        known = state.ahead.get(letter)
        if known is None:
            entries = Counter[Part]()
            for each, n in state.closure.items():
                for part in _below(each, letter):
                    entries[part] += n
            known = state.ahead[letter] = self._state(entries)
        return known

    def _state(self, entries: Ways) -> State:
        key = frozenset(entries.items())
        known = self._states.get(key)
        if known is not None:
            return known
        closure = Counter[Part]()
        for part, n in entries.items():
            for each, times in self._closure(part, ()).items():
                self._count_steps(1)
                closure[each] += n * times
        state = self._states[key] = State(entries, closure)
        if state.work > self._most_for_a_part:
            told = "asks too much about one part of a value: use fewer $ref and fewer alternatives"
            raise TooCostly(f"{told} that lead to the same")
        return state

    def _closure(self, part: Part, above: tuple[Part, ...]) -> Ways:
        """The parts that judge the same value with it, and how often each is asked."""
        known = self._closures.get(part)
        if known is not None:
            return known
        if part in above:
            raise TooCostly("refers to itself without going on to a part of the value")
        if len(above) >= _DEEPEST:
            raise TooCostly(f"is nested more than {_DEEPEST} deep for one value")
        times = _ASKED_AGAIN if part.evaluated else 1
        found = Counter({part: 1})
        for each in part.same:
            for below, n in self._closure(each, (*above, part)).items():
                self._count_steps(1)
                found[below] += n * times
        self._closures[part] = found
        return found

    def _count_steps(self, more: int) -> None:
        self._steps += more
        if self._steps > _MOST_STEPS:
            raise TooCostly("is too intricate: use fewer $ref that lead to the same")


def _letters(state: State) -> list[_Letter]:
    return [*state.names, _OTHER, _THE_NAME, *range(state.places + 1)]


def _below(part: Part, letter: _Letter) -> list[Part]:
    """The parts of a schema that judge what is below a value there."""
    if letter == _THE_NAME:
        return part.names
    if isinstance(letter, int) and letter != _OTHER:
        placed = part.placed[letter] if letter < len(part.placed) else None
        rest = part.rest if letter >= len(part.placed) else []
        return [*([placed] if placed else []), *rest, *part.items]
    named = None if letter == _OTHER else part.named.get(str(letter))
    found = part.others if named is None else [] if named is NOTHING else [named]
    return [*found, *part.any_named]


def _text_work(length: int, states: int, looking: int) -> int:
    return length * states // 2 + length * min(length, MOST_LOOKS) * looking // 4
