"""The filter of a subscription: the narrowest that fits Pub/Sub's 256 bytes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

# https://cloud.google.com/pubsub/docs/subscription-message-filter
LONGEST_FILTER = 256
_OR, _AND = " OR ", " AND "


def family(event_type: str) -> str:
    """An event type without the number of its version: `assent.note.kept.v1` gives
    `assent.note.kept.v`."""
    return event_type.rstrip("0123456789")


@dataclass(frozen=True)
class Clause:
    """Passes types that begin with `prefix` and with none of `without`."""

    prefix: str = ""
    without: tuple[str, ...] = ()

    def passes(self, event_type: str) -> bool:
        return event_type.startswith(self.prefix) and not event_type.startswith(self.without)

    def __str__(self) -> str:
        terms = [_begins(self.prefix)] if self.prefix else []
        return _AND.join((*terms, *(f"NOT {_begins(each)}" for each in self.without)))


@dataclass(frozen=True)
class Filter:
    """Passes what one of its clauses passes and, where it names a noun, what is `about` that.
    `str()` is the filter in Pub/Sub's syntax, or empty."""

    clauses: tuple[Clause, ...]
    about: str = ""

    def passes(self, event_type: str, about: str = "") -> bool:
        """Whether a message of this type is delivered, which is about things of that noun."""
        is_wanted = self.about in ("", about)
        return is_wanted and any(clause.passes(event_type) for clause in self.clauses)

    def __str__(self) -> str:
        types = self._types
        if not self.about:
            return types
        is_one = len(self.clauses) == 1
        return _AND.join((_is_about(self.about), types if is_one else f"({types})"))

    @property
    def _types(self) -> str:
        if len(self.clauses) == 1:
            return str(self.clauses[0])
        # Pub/Sub takes AND beside OR only in parentheses.
        return _OR.join(f"({each})" if each.without else str(each) for each in self.clauses)


def narrowest_filter(handled: Iterable[str], others: Iterable[str], *, about: str = "") -> Filter:
    """The filter for a reader that handles some event types of a topic that carries `others` too;
    only what is `about` things of that noun, where one is given.

    Guarantees that every version of a handled type passes, so that the reader can refuse a version
    that it does not know; that the text has at most 256 bytes; and that no filter of such clauses
    within these bytes passes fewer of the others. The order of the types does not matter. Raises
    ValueError where no type is handled."""
    wanted = frozenset(map(family, handled))
    if not wanted:
        raise ValueError("a filter needs a type that is handled")
    families = tuple(sorted(wanted.union(map(family, others))))
    everything = [
        Filter((Clause("", each.without), *each.clauses), about)
        for each in _below("", families, wanted, passing=True)
    ]
    chosen = [Filter(each.clauses, about) for each in _below("", families, wanted, passing=False)]
    best = min(
        (each for each in (*everything, *chosen) if len(str(each)) <= LONGEST_FILTER),
        key=lambda each: (
            sum(each.passes(family, about) for family in families),
            len(str(each)),
            str(each),
        ),
    )
    return _spelled_out(best, families)


@dataclass(frozen=True)
class _Choice:
    """A way to filter the types below a prefix: the enclosing clause leaves out `without`;
    `clauses` pass types by themselves. `passing` counts the types that pass though the reader does
    not handle them, `size` the bytes."""

    passing: int = 0
    size: int = 0
    without: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()

    def __add__(self, other: "_Choice") -> "_Choice":
        return _Choice(
            self.passing + other.passing,
            self.size + other.size,
            self.without + other.without,
            self.clauses + other.clauses,
        )


def _choices(
    prefix: str, families: tuple[str, ...], wanted: frozenset[str], *, passing: bool
) -> list[_Choice]:
    """The ways for the types that begin with `prefix`, whether or not an enclosing clause passes
    them: keep that, or invert it at this prefix."""
    same = _below(prefix, families, wanted, passing=passing)
    other = _below(prefix, families, wanted, passing=not passing)
    return _best((*same, *(_turned(prefix, each, passing=passing) for each in other)))


def _turned(prefix: str, choice: _Choice, *, passing: bool) -> _Choice:
    if passing:
        size = choice.size + len(f"{_AND}NOT {_begins(prefix)}")
        return replace(choice, size=size, without=(prefix,))
    size = choice.size + len(f"{_OR}{_begins(prefix)}") + 2 * bool(choice.without)
    clause = Clause(prefix, choice.without)
    return replace(choice, size=size, without=(), clauses=(clause, *choice.clauses))


# Whether or not an enclosing clause passes them, both are asked at each prefix.
@lru_cache(maxsize=1024)
def _below(
    prefix: str, families: tuple[str, ...], wanted: frozenset[str], *, passing: bool
) -> tuple[_Choice, ...]:
    """All useful ways that do not invert at `prefix` itself."""
    if len(families) == 1:
        if passing:
            return (_Choice(passing=families[0] not in wanted),)
        return () if families[0] in wanted else (_Choice(),)
    found = [_Choice()]
    length = len(_common(families)) + 1
    for start, members in groupby(families, lambda each: each[:length]):
        choices = _choices(start, tuple(members), wanted, passing=passing)
        found = _best(one + another for one in found for another in choices)
    return tuple(found)


def _best(choices: Iterable[_Choice]) -> list[_Choice]:
    """The ways that pass fewer types than every shorter way."""
    found: list[_Choice] = []
    for each in sorted(choices, key=lambda each: (each.size, each.passing)):
        # The first clause has no OR before it, and no parentheses where it is the only one.
        if each.size > LONGEST_FILTER + len(_OR) + 2:
            break
        if not found or each.passing < found[-1].passing:
            found.append(each)
    return found


def _spelled_out(chosen: Filter, families: Sequence[str]) -> Filter:
    """The same filter with each prefix extended to the common prefix of its types, where that fits:
    the filter then stays the same when the topic carries new types, and people can read it."""
    for prefix in sorted(_prefixes(chosen)):
        longer = _common([each for each in families if each.startswith(prefix)])
        spelled = Filter(
            tuple(
                Clause(
                    longer if clause.prefix == prefix else clause.prefix,
                    tuple(longer if each == prefix else each for each in clause.without),
                )
                for clause in chosen.clauses
            ),
            chosen.about,
        )
        if len(str(spelled)) <= LONGEST_FILTER:
            chosen = spelled
    return chosen


def _prefixes(filter: Filter) -> Iterator[str]:
    for clause in filter.clauses:
        yield from (each for each in (clause.prefix, *clause.without) if each)


def _begins(prefix: str) -> str:
    return f'hasPrefix(attributes.ce-type,"{prefix}")'


def _is_about(noun: str) -> str:
    return f'attributes.ce-about="{noun}"'


def _common(families: Sequence[str]) -> str:
    """The common prefix of the sorted texts."""
    pairs = zip(families[0], families[-1], strict=False)
    return families[0][: next(place for place, (a, b) in enumerate((*pairs, ("", "."))) if a != b)]
