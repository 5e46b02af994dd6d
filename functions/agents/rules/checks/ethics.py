"""Stage 5, Ethics: whether the right people keep the decision, and whether data stays where it
belongs."""

from collections.abc import Iterator

from events.catalogue import CATALOGUE, CONNECTORS
from events.operations import SYSTEM
from events.specs import System
from functions.agents.rules.checks.findings import Check, Objection, listed
from functions.agents.rules.rights import Powers
from shared.kit.principals import is_assents
from shared.kit.quoting import quote


def _misaligned(powers: Powers) -> Iterator[Objection]:
    skills = [CATALOGUE[name] for name in powers.spec.skills if name in CATALOGUE]
    known = {"read", *(effect for skill in skills for effect in skill.effects)}
    for ref, right in sorted(powers.held.items()):
        if (effect := powers.deeds[ref].effect) not in known:
            able = listed(name for name, skill in CATALOGUE.items() if effect in skill.effects)
            evidence = f"{ref} can {effect}, and no skill of it does: {listed(powers.spec.skills)}"
            remedy = f"add a skill ({able}), or take {ref} out of alone and with_approval"
            yield Objection(right.path, evidence, remedy)


def _owed(powers: Powers) -> Iterator[Objection]:
    for ref in powers.irreversible:
        if powers.deeds[ref].consequential:
            evidence = f"{ref} ({powers.deeds[ref].effect}) is done alone, and nothing undoes it"
            remedy = f"move {ref} to rights.with_approval, or a person decides on this first"
            yield Objection(powers.alone[ref].path, evidence, remedy, "escalate")


def _bypasses(powers: Powers) -> Iterator[Objection]:
    remedy = "leave it out, or rename what is another thing: no agent has a right over Assent"
    has_own_tools = any(map(_is_own_tools, powers.spec.systems))
    for index, access in enumerate(powers.spec.data_access):
        if is_assents(access.source) and not (has_own_tools and access.source == SYSTEM):
            path = f"/data_access/{index}/source"
            yield Objection(path, f"{quote(access.source)} belongs to Assent itself", remedy)
    for index, system in enumerate(powers.spec.systems):
        if _is_own_tools(system):
            continue
        path = f"/systems/{index}"
        if is_assents(system.name):
            yield Objection(f"{path}/name", f"{system.name} is Assent itself", remedy)
        for source in filter(is_assents, system.sources or ()):
            yield Objection(path, f"{quote(source)} belongs to Assent itself", remedy)
    for system, path, operation in powers.spec.operations:
        if _is_own_tools(system):
            continue
        for name in filter(is_assents, (operation.name, *(operation.sources or ()))):
            yield Objection(path, f"{quote(name)} belongs to Assent itself", remedy)


def _is_own_tools(system: System) -> bool:
    """Whether these are operations that Assent itself offers to agents, and nothing beside them."""
    named = (system.name, system.connector, *(system.sources or ()))
    touched = (source for each in system.operations for source in each.sources or ())
    is_only_that = set(named) == {SYSTEM} and {SYSTEM}.issuperset(touched)
    return is_only_that and all(each.name in CONNECTORS[SYSTEM] for each in system.operations)


def _leaks(powers: Powers) -> Iterator[Objection]:
    seen = [each for each in powers.reached if powers.spec.classification(each) == "restricted"]
    unknown = [quote(each) for each in seen if each in powers.undeclared]
    known = [quote(each) for each in seen if each not in powers.undeclared]
    these, those = listed(unknown), listed(known)
    for deed in powers.alone_deeds if seen else ():
        if deed.effect not in ("send", "publish"):
            continue
        path = powers.alone[deed.ref].path if deed.ref in powers.alone else deed.path
        beside = f"{deed.ref} ({deed.effect}) is held alone beside"
        move = f"move {deed.ref} to rights.with_approval"
        if unknown:
            evidence = f"{beside} {these}, which counts as restricted"
            remedy = f"declare it under data_access with its classification, or {move}"
            yield Objection(path, evidence, remedy)
        if known:
            evidence = f"{beside} restricted data: {those}"
            yield Objection(path, evidence, f"{move}, or a person decides first", "escalate")


def _mishandled(powers: Powers) -> Iterator[Objection]:
    yield from _leaks(powers)
    access = powers.spec.data_access
    written = {each.source.casefold() for each in access if each.mode == "write"}
    for deed in powers.held_deeds:
        for source in deed.sources if deed.effect in ("change", "delete") else ():
            if source.casefold() in powers.spec.declared.keys() - written:
                evidence = f"{deed.ref} ({deed.effect}) changes {quote(source)}, which is only read"
                remedy = f"declare {quote(source)} with mode: write, or leave the operation out"
                yield Objection(deed.path, evidence, remedy)


def _who_may_assent(powers: Powers) -> str:
    if powers.irreversible:
        return f"only a person assents: nothing undoes {listed(powers.irreversible)}"
    if powers.unconfirmed:
        return f"only a person assents: nobody confirms {listed(powers.unconfirmed)}"
    if not powers.spec.containment.rollback.strip():
        return "only a person assents: no rollback is written"
    return f"a precedent may assent; alone it can: {listed(powers.alone_effects)}"


ETHICS = (
    Check("alignment", "/skills", _misaligned),
    Check("approval_boundary_integrity", "/rights", _owed),
    Check("gate_bypass_protection", "/systems", _bypasses),
    Check("safe_data_handling", "/data_access", _mishandled),
    # What a spec says never gives an assent: this one only says who may.
    Check("precedent_requirements", "/rights/alone", lambda p: iter(()), _who_may_assent),
)
