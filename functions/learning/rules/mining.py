"""Finds what people approve without exception that a field explains: a beam search over short
conjunctions of declared fields.

A pattern is told only where the earlier decisions show at least nine of ten approved (a one-sided
95 % bound), the later ones, which the search never saw, bear it out, and no field tells its
exceptions apart. Deterministic: the same decisions give the same patterns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb

from functions.learning.rules.candidates import Candidate, candidates, covered
from functions.learning.rules.decision import Decision
from shared.kit.wilson import fewest_unbroken, lower_bound
from shared.precedents.coverable import ENOUGH

FEWEST = fewest_unbroken(ENOUGH)
# The part of decisions, the earliest, in which patterns are searched; the others only test them.
EARLIER = 0.7
FEWEST_LATER = 8
MOST_TERMS = 4
BEAM = 48
MOST_PATTERNS = 10
# How unlikely a split of the exceptions must be for a field to explain them.
UNLIKELY = 0.02


@dataclass(frozen=True)
class Found:
    """A conjunction, and as bits what it covers of all decisions, the earliest first; `earlier` of
    those were searched."""

    terms: tuple[Candidate, ...]
    covers: int
    earlier: int

    @property
    def texts(self) -> tuple[str, ...]:
        """Its conditions in the order in which they were added."""
        return tuple(each.text for each in self.terms)


@dataclass(frozen=True)
class _History:
    """The decisions of one kind in their order, with their outcomes as bits."""

    decisions: tuple[Decision, ...]
    earlier: int
    approved: int

    @classmethod
    def of(cls, decisions: Sequence[Decision]) -> "_History":
        ordered = tuple(sorted(decisions, key=lambda each: each.order))
        approved = sum(1 << place for place, each in enumerate(ordered) if each.approved)
        return cls(ordered, int(len(ordered) * EARLIER), approved)

    @property
    def searched(self) -> int:
        return (1 << self.earlier) - 1

    def bound(self, covers: int) -> float:
        """The bound of the share of approvals among those covered and searched."""
        seen = covers & self.searched
        return lower_bound((seen & self.approved).bit_count(), seen.bit_count())


def bound_of(decisions: Sequence[Decision]) -> float:
    """The least share of approvals that these decisions leave likely."""
    return lower_bound(sum(each.approved for each in decisions), len(decisions))


def mine(decisions: Sequence[Decision]) -> tuple[list[Found], tuple[Decision, ...]]:
    """What the decisions of one kind teach, the widest first, and the decisions in their order."""
    history = _History.of(decisions)
    searched = history.decisions[: history.earlier]
    if len(searched) < FEWEST:
        return [], history.decisions
    known = _widened(candidates(searched), history)
    whole = (1 << len(history.decisions)) - 1
    beam, told = [Found((), whole, history.earlier)], []
    for _ in range(MOST_TERMS):
        beam = sorted(_longer(beam, known, history), key=lambda each: _rank(each, history))[:BEAM]
        told += [each for each in beam if _holds(each, history)]
    return _widest(told, known, history), history.decisions


def _widened(known: Sequence[Candidate], history: _History) -> list[Candidate]:
    """The conditions with what they cover of the later decisions too."""
    return [replace(each, covers=covered(each.condition, history.decisions)) for each in known]


def _longer(
    beam: Sequence[Found], known: Sequence[Candidate], history: _History
) -> Iterator[Found]:
    seen: set[int] = set()
    for found in beam:
        for candidate in known:
            covers = found.covers & candidate.covers
            enough = (covers & history.searched).bit_count() >= FEWEST
            if covers != found.covers and enough and covers not in seen:
                seen.add(covers)
                yield Found((*found.terms, candidate), covers, found.earlier)


def _rank(found: Found, history: _History) -> tuple[float, int, int, tuple[str, ...]]:
    bound, reach = history.bound(found.covers), found.covers.bit_count()
    return -bound, -reach, len(found.terms), found.texts


def _holds(found: Found, history: _History) -> bool:
    """Whether the earlier decisions show it and the later ones bear it out."""
    if history.bound(found.covers) < ENOUGH:
        return False
    later = found.covers & ~history.searched
    borne_out = (later & history.approved).bit_count()
    if later.bit_count() < FEWEST_LATER or borne_out < ENOUGH * later.bit_count():
        return False
    return not _is_of_one(found, history)


def _is_explained(found: Found, known: Sequence[Candidate], history: _History) -> bool:
    """Whether a condition more would keep out the exceptions rather than anything else: then they
    are no slips, and the narrower pattern is told instead. So would one that keeps out little, of
    which people refused half or more."""
    total = found.covers.bit_count()
    refused = found.covers & ~history.approved
    exceptions = refused.bit_count()
    for candidate in known:
        outside = found.covers & ~candidate.covers
        out, refused_out = outside.bit_count(), (outside & refused).bit_count()
        if not refused_out or refused_out * total <= exceptions * out:
            continue
        if 2 * refused_out >= out or _chance(total, exceptions, out, refused_out) < UNLIKELY:
            return True
    return False


def _chance(total: int, exceptions: int, drawn: int, hit: int) -> float:
    """The chance that `drawn` of `total` hold at least `hit` of the `exceptions` (Fisher's exact
    test, one-sided)."""
    most = min(drawn, exceptions)
    ways = sum(
        comb(exceptions, n) * comb(total - exceptions, drawn - n) for n in range(hit, most + 1)
    )
    return ways / comb(total, drawn)


def _is_of_one(found: Found, history: _History) -> bool:
    """Whether all that it covers is one's, where others ask too: then its conditions name them in
    other words."""
    covered = [each for n, each in enumerate(history.decisions) if found.covers >> n & 1]
    named = (
        (
            {each.requested_by for each in covered},
            {each.requested_by for each in history.decisions},
        ),
        ({each.subject for each in covered}, {each.subject for each in history.decisions}),
    )
    return any(len(here) == 1 and len(everywhere) > 1 for here, everywhere in named)


def _widest(told: Sequence[Found], known: Sequence[Candidate], history: _History) -> list[Found]:
    """Those whose exceptions no field explains and that cover something that no wider one does, the
    widest first."""
    ordered = sorted(told, key=lambda each: (-each.covers.bit_count(), len(each.terms), each.texts))
    chosen: list[Found] = []
    reached = 0
    for found in ordered:
        if len(chosen) == MOST_PATTERNS:
            break
        is_new = (found.covers & ~reached).bit_count() >= FEWEST
        if is_new and not _is_explained(found, known, history):
            chosen.append(found)
            reached |= found.covers
    return chosen
