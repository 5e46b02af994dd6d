"""Stage 3, Genesis: whether the job is complete, bounded, governed, stable and no undue burden."""

from collections import Counter
from collections.abc import Iterator

from events.rights import within
from functions.agents.rules.checks.findings import Check, Objection, listed
from functions.agents.rules.rights import Powers
from shared.kit.money import usd_micros
from shared.kit.quoting import quote


def _gaps(powers: Powers) -> Iterator[Objection]:
    spec = powers.spec
    for name, text in (("purpose", spec.purpose), ("industry", spec.industry)):
        if not text.strip():
            yield Objection(f"/{name}", f"the {name} is missing", f"write the agent's {name}")
    if not spec.skills:
        yield Objection("/skills", "no skill is named", "name skills of GET /v1/skills")
    for path, texts in spec.lists.items():
        for index, text in enumerate(texts):
            if not text.strip():
                remedy = "write the entry, or leave it out"
                yield Objection(f"{path}/{index}", "this entry is blank", remedy)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _unscoped(powers: Powers) -> Iterator[Objection]:
    inside, outside = powers.spec.scope.inside, powers.spec.scope.outside
    if not any(map(_folded, inside)):
        yield Objection("/scope/in", "nothing is in scope", "list what the agent works on")
    if not any(map(_folded, outside)):
        yield Objection("/scope/out", "nothing is out of scope", "list what it leaves to others")
    excluded = set(map(_folded, outside)) - {""}
    for index, text in enumerate(inside):
        if _folded(text) in excluded:
            evidence = f"{quote(text)} is in scope and out of scope"
            yield Objection(f"/scope/in/{index}", evidence, "leave it in one of the two lists")


def _unbounded(powers: Powers) -> Iterator[Objection]:
    seen: Counter[tuple[str, str]] = Counter()
    for name, path, right, refs in powers.entries:
        ref = right.operation
        if not refs:
            evidence = f"{ref} stands for no declared operation that never leaves"
            yield Objection(path, evidence, "name an operation, or leave the entry out")
        elif ref in powers.never:
            evidence = f"{ref} is in {name}, and {powers.never[ref][1:]} rules it out"
            yield Objection(path, evidence, "leave it in one of the two lists")
        elif not ref.endswith("*") and ref not in powers.deeds:
            remedy = f"declare {ref} under systems with its effect, or leave the right out"
            yield Objection(path, f"{ref} is not declared", remedy)
        for each in refs:
            seen[name, each] += 1
            if seen[name, each] == 2:
                remedy = "leave one entry, with the limits that hold"
                yield Objection(path, f"{each} is in {name} twice", remedy)
    yield from _excess(powers)
    yield from _idle_limits(powers)
    yield from _unlisted(powers)


def _excess(powers: Powers) -> Iterator[Objection]:
    for ref in sorted(powers.alone.keys() & powers.with_approval.keys()):
        above, bounds = powers.with_approval[ref], powers.alone[ref].limits.bounds
        of_a_call = {name: bounds[name] for name in ("up_to_usd", "only") if name in bounds}
        if not bounds:
            evidence = f"{ref} is in alone without a limit, and in with_approval"
            remedy = (
                "limit the entry in alone, so that a person approves what is above, or leave one"
            )
            yield Objection(powers.alone[ref].path, evidence, remedy)
        elif of_a_call and within(above.limits.bounds, of_a_call):
            evidence = f"with_approval allows no call of {ref} that alone does not"
            yield Objection(above.path, evidence, "allow more than alone, or leave one entry out")


def _idle_limits(powers: Powers) -> Iterator[Objection]:
    for _, path, right, _ in powers.entries:
        deed = powers.deeds.get(right.operation)
        if right.per_run and right.per_day and right.per_run > right.per_day:
            evidence = f"{right.operation} may be called more often in a run than in a day"
            yield Objection(path, evidence, "write a per_run of at most per_day")
        for name in sorted(right.only):
            if not all(pattern.strip("*") for pattern in right.only[name]):
                evidence = f"only allows {quote(name)} to be anything, which bounds nothing"
                yield Objection(path, evidence, f"write its values, or leave {name} out of only")
        if right.up_to_usd and deed and deed.effect != "pay":
            evidence = f"{deed.ref} ({deed.effect}) moves no money, and has a limit of money"
            yield Objection(path, evidence, "declare effect: pay, or leave up_to_usd out")


def _unlisted(powers: Powers) -> Iterator[Objection]:
    for ref in sorted(powers.deeds.keys() - powers.held.keys() - powers.never.keys()):
        deed = powers.deeds[ref]
        evidence = f"{ref} ({deed.effect}) is in no list of rights"
        remedy = f"add {ref} to rights.alone, rights.with_approval or rights.never"
        if ref not in powers.undoing:
            yield Objection(deed.path, evidence, remedy)
        elif deed.consequential:
            yield Objection(deed.path, f"{evidence}, and is more than an undo may be", remedy)


def _ungoverned(powers: Powers) -> Iterator[Objection]:
    if not any(map(_folded, powers.spec.escalation_triggers)):
        remedy = "list at least one occasion on which it asks a person"
        path = "/escalation_triggers"
        yield Objection(path, "nothing makes the agent turn to a person", remedy)


def _self_widening(powers: Powers) -> Iterator[Objection]:
    for ref, right in powers.alone.items():
        if powers.deeds[ref].effect == "grant" and not right.limits.only:
            evidence = f"{ref} gives rights, its own too, and is held alone"
            remedy = f"move {ref} to rights.with_approval, or limit its arguments with only"
            yield Objection(right.path, evidence, remedy)


def _burdens(powers: Powers) -> Iterator[Objection]:
    asked = [powers.deeds[ref] for ref in sorted(powers.with_approval.keys() - powers.alone.keys())]
    touched = {powers.spec.classification(source) for deed in asked for source in deed.sources}
    only_reads = all(deed.effect == "read" for deed in asked)
    if asked and only_reads and touched <= {"public", "internal"}:
        evidence = f"only reading needs a person: {listed(deed.ref for deed in asked)}"
        remedy = "move reading to rights.alone, and keep a person for what changes something"
        yield Objection("/rights/with_approval", evidence, remedy)
    yield from _budget(powers)


def _budget(powers: Powers) -> Iterator[Objection]:
    run, day = powers.spec.budget.per_run_usd, powers.spec.budget.per_day_usd
    for name, usd in (("per_run_usd", run), ("per_day_usd", day)):
        if usd_micros(usd) == 0:
            evidence = f"{name} is {usd:g}, which pays for nothing"
            yield Objection(f"/budget/{name}", evidence, "write an amount of at least 0.000001")
    if run > day > 0:
        evidence = f"one run may cost ${run:g}, and the whole day ${day:g}"
        remedy = "write a per_run_usd of at most per_day_usd"
        yield Objection("/budget/per_run_usd", evidence, remedy)


GENESIS = (
    Check("completeness", "/purpose", _gaps),
    Check("scope", "/scope", _unscoped),
    Check("decision_boundaries", "/rights", _unbounded),
    Check("governance_hooks", "/escalation_triggers", _ungoverned),
    Check("evolution_triggers", "/rights/alone", _self_widening),
    Check("no_undue_burden", "/rights/with_approval", _burdens),
)
