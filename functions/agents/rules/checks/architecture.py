"""Stage 4, Architecture: whether it is clear what the agent touches, how far it reaches, and how
its work is rolled back."""

import re
from collections import Counter
from collections.abc import Iterator

from events.catalogue import CONNECTORS
from events.effects import HARMLESS, gravity
from functions.agents.rules.checks.findings import Check, Objection, listed
from functions.agents.rules.rights import Powers
from shared.kit.principals import skeleton
from shared.kit.quoting import quote
from shared.kit.wording import one_of

_AGENT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def _unclear(powers: Powers) -> Iterator[Objection]:
    interfaces = powers.spec.interfaces
    for name, texts in (("inputs", interfaces.inputs), ("outputs", interfaces.outputs)):
        if not any(text.strip() for text in texts):
            path, remedy = f"/interfaces/{name}", f"list the agent's {name}"
            yield Objection(path, f"no {name} are named", remedy)
    yield from _unclear_systems(powers)
    for index, access in enumerate(powers.spec.data_access):
        if access.classification != (gravest := powers.spec.classification(access.source)):
            evidence = f"{quote(access.source)} is {gravest} in another entry"
            remedy = f"write {gravest}, or one entry for each source"
            yield Objection(f"/data_access/{index}/classification", evidence, remedy)
    for deed in powers.deeds.values():
        if gravity(deed.declared) < gravity(deed.effect):
            evidence = f"{deed.ref} is declared as {deed.declared}, and is {deed.effect}"
            yield Objection(f"{deed.path}/effect", evidence, f"write effect: {deed.effect}")


def _unclear_systems(powers: Powers) -> Iterator[Objection]:
    systems = Counter(system.name.casefold() for system in powers.spec.systems)
    for index, system in enumerate(powers.spec.systems):
        path = f"/systems/{index}"
        if systems[system.name.casefold()] > 1:
            remedy = "declare each system once, with all of its operations"
            yield Objection(f"{path}/name", f"{system.name} is declared more than once", remedy)
        if not system.operations:
            remedy = "declare the operations that the agent uses, or leave the system out"
            yield Objection(path, f"no operation of {system.name} is declared", remedy)
        if system.connector is not None and system.connector not in CONNECTORS:
            evidence = f"{system.connector} is not in the catalogue of connectors"
            remedy = f"write {one_of(CONNECTORS)}, or leave connector out"
            yield Objection(f"{path}/connector", evidence, remedy)
        names = Counter(skeleton(operation.name) for operation in system.operations)
        known = {skeleton(name): name for name in CONNECTORS.get(system.connector or "", ())}
        for number, operation in enumerate(system.operations):
            name, place = operation.name, f"{path}/operations/{number}/name"
            plain = skeleton(name)
            if names[plain] > 1:
                evidence = f"{system.name}/{name} is declared more than once, or nearly so"
                yield Objection(place, evidence, "declare each operation once, under one name")
            if known.get(plain, name) != name:
                evidence = f"{system.connector} has {known[plain]}, which reads like {name}"
                yield Objection(place, evidence, f"write {known[plain]}, or a name unlike it")


def _crossing(powers: Powers) -> Iterator[Objection]:
    for system, path, operation in powers.spec.operations:
        known = {source.casefold() for source in system.sources or (system.name,)}
        for place, source in enumerate(operation.sources or ()):
            if source.casefold() not in known:
                evidence = f"{operation.name} touches {quote(source)}, no source of {system.name}"
                remedy = f"add the source to the sources of {system.name}"
                yield Objection(f"{path}/sources/{place}", evidence, remedy)


def _coupled(powers: Powers) -> Iterator[Objection]:
    for index, name in enumerate(powers.spec.interfaces.depends_on):
        path = f"/interfaces/depends_on/{index}"
        if name == powers.spec.name:
            yield Objection(path, f"{name} depends on itself", "leave its own name out")
        elif name.strip() and not _AGENT_NAME.match(name):
            remedy = "write the name of an agent, like clinic-writer; systems go under systems"
            yield Objection(path, f"{quote(name)} is no agent's name", remedy)
        elif name in powers.missing_agents:
            remedy = f"submit {name} first, or leave it out"
            yield Objection(path, f"no agent is called {name}", remedy)


def _far(powers: Powers) -> Iterator[Objection]:
    path, radius = "/containment/blast_radius", powers.spec.containment.blast_radius
    reaching = [deed.ref for deed in powers.held_deeds if deed.effect not in HARMLESS]
    if radius is None:
        remedy = "write agent, workspace or tenant"
        yield Objection(path, "it is not said how far a mistake could reach", remedy)
    elif radius == "platform":
        remedy = "write agent, workspace or tenant: one tenant's agent never reaches every tenant"
        yield Objection(path, "a mistake could reach the whole platform", remedy)
    elif radius == "agent" and reaching:
        evidence = f"{listed(reaching)} reach further than the agent itself"
        yield Objection(path, evidence, "write workspace or tenant")


def _stranded(powers: Powers) -> Iterator[Objection]:
    for deed in powers.deeds.values():
        if deed.undo_fault:
            remedy = "name a declared operation that undoes it, as grave or less, or leave undo out"
            yield Objection(f"{deed.path}/undo", deed.undo_fault, remedy)
    if not powers.spec.containment.rollback.strip():
        for ref in sorted(ref for ref in powers.held if powers.deeds[ref].irreversible):
            deed = powers.deeds[ref]
            evidence = f"nothing undoes {ref} ({deed.effect}), and no rollback is written"
            undo = "" if deed.confirmed else f", or declare as its undo what undoes {ref}"
            remedy = f"write how a person puts it right{undo}"
            yield Objection("/containment/rollback", evidence, remedy)


ARCHITECTURE = (
    Check("explicit_interfaces", "/interfaces", _unclear),
    Check("layer_separation", "/systems", _crossing),
    Check("no_hidden_coupling", "/interfaces/depends_on", _coupled),
    Check("blast_radius", "/containment/blast_radius", _far),
    Check("rollback_path", "/containment/rollback", _stranded),
)
