"""Evolution or proposal: a change is a proposal only where every difference provably narrows what
the agent may do, and no text differs, which nobody reads before a proposal is asked for."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from events.agents import CaseKind
from events.rights import within
from events.specs import RADII, SECTIONS, Spec
from functions.agents.rules.checks.architecture import ARCHITECTURE
from functions.agents.rules.checks.ethics import ETHICS
from functions.agents.rules.checks.findings import run
from functions.agents.rules.rights import Powers

# A case tells the reasons of its kind with each of its events.
MOST_TOLD = 50
LONGEST_TOLD = 200
SKILLS, NEVER = "/skills", "/rights/never"


class Difference(NamedTuple):
    """One difference between two specs. `narrows` is true only where that is certain."""

    path: str
    narrows: bool
    why: str


def classify(old: Spec, new: Spec) -> tuple[CaseKind, tuple[str, ...]]:
    """The kind of the change and the differences that decided it, most decisive first.

    Guarantees an evolution wherever any difference could widen scope or data, remove an approval or
    weaken safety, and wherever stage 4 or 5 would not pass the new spec."""
    before, after = Powers(old), Powers(new)
    found = [*_differences(before, after), *_unsound(after)]
    widening = [item for item in found if not item.narrows]
    decisive = widening or found
    why = [f"{item.path}: {item.why}" for item in decisive[:MOST_TOLD]]
    if more := len(decisive) - len(why):
        why.append(f"and {more} more differences")
    kind: CaseKind = "evolution" if widening else "proposal"
    return kind, tuple(each[:LONGEST_TOLD] for each in why) or ("only the form changed",)


def _unsound(new: Powers) -> Iterator[Difference]:
    # A proposal skips stages 4 and 5, so they must pass it.
    for check in (*ARCHITECTURE, *ETHICS):
        for finding in run(check, new):
            if finding.verdict != "pass":
                yield Difference(finding.path, False, f"{finding.check} must be judged")


def _differences(old: Powers, new: Powers) -> Iterator[Difference]:
    before, after = _fixed(old), _fixed(new)
    for path in sorted(before.keys() & after.keys()):
        if before[path] != after[path]:
            yield Difference(path, False, "reads otherwise, and what that means is unsure")
    were, are = set(_facts(old)), set(_facts(new))
    for path, text in sorted(are - were):
        yield Difference(path, path == NEVER, f"adds {text}")
    for path, text in sorted(were - are):
        yield Difference(path, path != NEVER, f"drops {text}")
    sizes, now = _sizes(old.spec), _sizes(new.spec)
    for path, size in sizes.items():
        if now[path] != size:
            yield Difference(path, now[path] < size, f"{size:g} becomes {now[path]:g}")
    yield from _rights(old, new)


def _fixed(powers: Powers) -> dict[str, Any]:
    """What must stay as it is, wherever both specs have it: every text, which data is how
    sensitive, and what an operation does and touches."""
    spec, deeds = powers.spec, powers.deeds
    named = {*spec.sources, *(each for deed in deeds.values() for each in deed.sources)}
    return {
        **{f"/{name}": getattr(spec, name) for name in ("purpose", "instructions", "industry")},
        "/containment/rollback": spec.containment.rollback,
        **{f"/way_of_working/{name}": getattr(spec.way_of_working, name) for name in SECTIONS},
        **{path: set(texts) for path, texts in spec.lists.items() if path not in (SKILLS, NEVER)},
        **{f"/systems/{each.name}/connector": each.connector for each in spec.systems},
        **{f"/data_access/{each.casefold()}": spec.classification(each) for each in named},
        **{f"/systems/{ref}": each._replace(path="") for ref, each in deeds.items()},
    }


def _facts(powers: Powers) -> Iterator[tuple[str, str]]:
    """What the agent may do, of which more widens, and what it never does. Whoever writes a source
    reads it too."""
    for path in (SKILLS, NEVER):
        yield from ((path, f'"{name}"') for name in powers.spec.lists[path])
    for access in powers.spec.data_access:
        for mode in {access.mode, "read"}:
            yield "/data_access", f"the right to {mode} {access.source}"
    yield from (("/systems", ref) for ref in powers.deeds)


def _sizes(spec: Spec) -> dict[str, float]:
    """What narrows as it becomes smaller."""
    radius = spec.containment.blast_radius
    return {
        "/budget/per_run_usd": spec.budget.per_run_usd,
        "/budget/per_day_usd": spec.budget.per_day_usd,
        "/containment/blast_radius": RADII.index(radius) if radius else len(RADII),
        "/mode": 1 if spec.mode == "production" else 0,
    }


def _rights(old: Powers, new: Powers) -> Iterator[Difference]:
    whole = {ref: right for ref, right in old.alone.items() if not right.limits.bounds}
    either = {**old.alone, **old.with_approval, **whole}
    for name, were, are, before in (
        ("alone", old.alone, new.alone, old.alone),
        ("with_approval", old.with_approval, new.with_approval, either),
    ):
        for ref in sorted(are):
            now = are[ref].limits.bounds
            if ref not in before or not within(now, before[ref].limits.bounds):
                yield Difference(f"/rights/{name}", False, f"{ref} is a wider right")
            elif ref not in were or now != were[ref].limits.bounds:
                yield Difference(f"/rights/{name}", True, f"{ref} is a narrower right")
        for ref in sorted(were.keys() - are.keys()):
            yield Difference(f"/rights/{name}", True, f"{ref} is a right less")
    for ref in sorted(new.undoing - old.undoing - whole.keys()):
        yield Difference("/rights", False, f"{ref} may be done alone to undo, without a right")
