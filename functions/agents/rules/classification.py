"""Evolution or proposal: a change is a proposal only where every difference provably narrows what
the agent may do. Every other or unclear difference makes it an evolution."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from functions.agents.rules.judgement import ARCHITECTURE, ETHICS
from functions.agents.rules.spec import RADII, SECTIONS, ExternalSystem, Spec

Kind = Literal["proposal", "evolution"]
Keyed = dict[str | None, str]


class Difference(NamedTuple):
    """One difference between two specs. `narrows` is true only where that is certain."""

    path: str
    narrows: bool
    why: str


def classify(old: Spec, new: Spec) -> tuple[Kind, tuple[str, ...]]:
    """The kind of the change and the differences that decided it, most decisive first.

    Guarantees an evolution wherever any difference could widen scope or data, remove an approval or
    weaken safety, and wherever stage 4 or 5 would not pass the new spec."""
    found = [*_differences(old, new), *_unsound(new)]
    widening = [item for item in found if not item.narrows]
    decisive = widening or found
    why = tuple(f"{item.path}: {item.why}" for item in decisive)
    return ("evolution" if widening else "proposal"), why or ("only the form of words changed",)


def _differences(old: Spec, new: Spec) -> Iterator[Difference]:
    yield from _reworded(old, new)
    yield from _lists(old, new)
    yield from _rights(old, new)
    yield from _data(old, new)
    yield from _systems(old, new)
    yield from _limits(old, new)


def _unsound(new: Spec) -> Iterator[Difference]:
    # A proposal skips stages 4 and 5, so they must pass it.
    for check in (*ARCHITECTURE, *ETHICS):
        for finding in check(new):
            if finding.verdict != "pass":
                yield Difference(finding.path, False, f"{finding.check} must be judged")


def _same(text: str | None) -> str | None:
    """The form of a text by which two texts certainly mean the same."""
    return None if text is None else " ".join(text.split()).casefold().rstrip(".")


def _reworded(old: Spec, new: Spec) -> Iterator[Difference]:
    before, after = _prose(old), _prose(new)
    for path, text in before.items():
        if _same(text) != _same(after[path]):
            yield Difference(path, False, "reads otherwise, and what that means is unsure")


def _prose(spec: Spec) -> dict[str, str | None]:
    sections = {f"/way_of_working/{name}": getattr(spec.way_of_working, name) for name in SECTIONS}
    return {
        "/purpose": spec.purpose,
        "/industry": spec.industry,
        "/containment/rollback": spec.containment.rollback,
        **sections,
    }


def _lists(old: Spec, new: Spec) -> Iterator[Difference]:
    yield from _permits("/skills", old.skills, new.skills)
    yield from _permits("/scope/in", old.scope.inside, new.scope.inside)
    yield from _forbids("/scope/out", old.scope.outside, new.scope.outside)
    yield from _forbids("/escalation_triggers", old.escalation_triggers, new.escalation_triggers)
    before, after = old.interfaces, new.interfaces
    yield from _permits("/interfaces/inputs", before.inputs, after.inputs)
    yield from _permits("/interfaces/outputs", before.outputs, after.outputs)
    yield from _permits("/interfaces/depends_on", before.depends_on, after.depends_on)


def _permits(path: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Difference]:
    yield from _compared(path, old, new, added_narrows=False)


def _forbids(path: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Difference]:
    yield from _compared(path, old, new, added_narrows=True)


def _compared(
    path: str, old: Iterable[str], new: Iterable[str], *, added_narrows: bool
) -> Iterator[Difference]:
    before, after = _keys(old), _keys(new)
    for text in _missing_from(before, after):
        yield Difference(path, added_narrows, f'adds "{text}"')
    for text in _missing_from(after, before):
        yield Difference(path, not added_narrows, f'drops "{text}"')


def _missing_from(some: Keyed, others: Keyed) -> list[str]:
    return [text for key, text in others.items() if key not in some]


def _rights(old: Spec, new: Spec) -> Iterator[Difference]:
    path = "/decision_rights"
    alone, was_alone = _keys(new.decision_rights.alone), _keys(old.decision_rights.alone)
    asked = _keys(new.decision_rights.with_approval)
    was_asked = _keys(old.decision_rights.with_approval)
    never, was_never = _keys(new.decision_rights.never), _keys(old.decision_rights.never)
    for text in _missing_from(was_alone, alone):
        why = "no longer needs approval" if _same(text) in was_asked else "is decided alone now"
        yield Difference(f"{path}/alone", False, f'"{text}" {why}')
    for text in _missing_from(was_asked, asked):
        narrows = _same(text) in was_alone
        why = "needs approval now" if narrows else "is a new right"
        yield Difference(f"{path}/with_approval", narrows, f'"{text}" {why}')
    for text in _missing_from({**asked, **alone}, was_asked):
        narrows = _same(text) in never
        why = "is ruled out now" if narrows else "is no longer said to need approval"
        yield Difference(f"{path}/with_approval", narrows, f'"{text}" {why}')
    for text in _missing_from({**alone, **asked}, was_alone):
        yield Difference(f"{path}/alone", True, f'"{text}" is no longer a right')
    for text in _missing_from(was_never, never):
        yield Difference(f"{path}/never", True, f'"{text}" is ruled out now')
    for text in _missing_from(never, was_never):
        yield Difference(f"{path}/never", False, f'"{text}" is no longer ruled out')


def _keys(texts: Iterable[str]) -> Keyed:
    return {_same(text): text for text in texts}


def _data(old: Spec, new: Spec) -> Iterator[Difference]:
    before = {(item.source, item.mode, item.classification) for item in old.data_access}
    after = {(item.source, item.mode, item.classification) for item in new.data_access}
    for source, mode, classification in sorted(after - before):
        narrows = mode == "read" and (source, "write", classification) in before
        why = f"{mode}s {source} as {classification}"
        yield Difference("/data_access", narrows, f"only {why}" if narrows else why)
    for source, mode, classification in sorted(before - after):
        yield Difference("/data_access", True, f"no longer {mode}s {source} as {classification}")


def _systems(old: Spec, new: Spec) -> Iterator[Difference]:
    path = "/external_systems"
    before, after = _operations(old.external_systems), _operations(new.external_systems)
    for name, operation, reversible in sorted(after - before):
        undone = "" if reversible else ", which cannot be undone"
        yield Difference(path, False, f"{name}: {operation}{undone}")
    for name, operation, reversible in sorted(before - after):
        if (name, operation, not reversible) not in after:
            yield Difference(path, True, f"{name}: no longer {operation}")


def _operations(systems: Iterable[ExternalSystem]) -> set[tuple[str, str, bool]]:
    return {
        (system.name, operation, system.reversible)
        for system in systems
        for operation in (*system.operations, "is reached")
    }


def _limits(old: Spec, new: Spec) -> Iterator[Difference]:
    for name in ("per_run_usd", "per_day_usd"):
        before, after = getattr(old.budget, name), getattr(new.budget, name)
        if before != after:
            yield Difference(f"/budget/{name}", after < before, f"${before:g} becomes ${after:g}")
    if old.mode != new.mode:
        yield Difference("/mode", new.mode == "trial", f"{old.mode} becomes {new.mode}")
    radius, was = new.containment.blast_radius, old.containment.blast_radius
    if radius != was:
        narrows = radius is not None and was is not None and RADII.index(radius) < RADII.index(was)
        yield Difference("/containment/blast_radius", narrows, f"{was} becomes {radius}")
