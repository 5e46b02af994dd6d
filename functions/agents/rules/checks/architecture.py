"""Stage 4, Architecture: whether it is clear what the agent touches, how far it reaches, and how
its work is rolled back."""

import re
from collections.abc import Iterator

from functions.agents.rules.checks.findings import Finding, Objection, judged, objection, shown
from functions.agents.rules.checks.placeholders import is_empty, is_vague
from functions.agents.rules.language.folding import fold, words
from functions.agents.rules.language.segments import asserted
from functions.agents.rules.language.vocabulary import listed
from functions.agents.rules.operations import operations
from functions.agents.rules.spec import RADII, Role, Spec

_WILDCARDS = frozenset({"all", "any", "admin", "everything", "full", "root"})
_BELOW = listed(
    "sql shell ssh exec execsql sudo root filesystem bash powershell terminal kubectl eval "
    "raw rawsql rm kernel registry"
)
_BELOW_TEXT = re.compile(
    r"\b(?:raw sql|arbitrary (?:code|commands?|scripts?|sql|queries)|shell commands?|root access|"
    r"(?:direct|unrestricted) (?:database|db|sql|file ?system|server|production) access|"
    r"admin(?:istrator)? (?:rights|access|credentials)|superuser)\b"
)
_PLATFORM_STORES = frozenset({"assent", "firestore"})
_WIDER: dict[str, str] = {
    "platform": r"\b(?:all|every|other|across|any other) tenants?|other (?:organi[sz]ations|"
    r"companies)|platform.?wide\b",
    "tenant": r"\b(?:all|every|across) (?:the )?(?:workspaces?|departments?|teams?|branches|stores|"
    r"sites|plants)|(?:company|organi[sz]ation|firm|group|enterprise).?wide\b",
}
_UNDO = (
    *(
        "restor",
        "revert",
        "roll",
        "undo",
        "undone",
        "discard",
        "delet",
        "remov",
        "withdraw",
        "retract",
    ),
    *("previous", "prior", "earlier", "former", "cancel", "reopen", "reset", "disabl", "deactivat"),
    *("archiv", "unpublish", "recall", "revers", "backup", "snapshot", "replac", "void"),
    *("refund", "reissu", "unsend", "correct", "takedown", "version", "switch", "turn", "stop"),
    *("redo", "replay", "unassign", "reinstat", "revok", "paus", "overwrit"),
)
_CANNOT = re.compile(
    r"\b(?:no|without|lacks?) (?:way to |possible |means of )?(?:roll ?back|undo\w*|revers\w*|"
    r"recover\w*|restor\w*|way back)|(?:can not|not possible to|impossible to|never) (?:be )?"
    r"(?:roll\w*|undo\w*|revers\w*|revert\w*|restor\w*|recall\w*)|irreversible|permanent\b"
)


def explicit_interfaces(spec: Spec) -> list[Finding]:
    """Fails where inputs or outputs are missing or name nothing, or an operation is a wildcard."""
    outputs = spec.interfaces.outputs
    return judged(
        "explicit_interfaces",
        _interface_objections(spec),
        passed=shown("/interfaces/outputs", outputs, "what goes in and comes out is named"),
    )


def _interface_objections(spec: Spec) -> Iterator[Objection]:
    for name, texts in (("inputs", spec.interfaces.inputs), ("outputs", spec.interfaces.outputs)):
        if all(is_empty(text) for text in texts):
            yield objection(f"/interfaces/{name}", texts, f"no {name} are named")
    for passage in spec.passages_of(Role.INPUT, Role.OUTPUT):
        if passage.text.strip() and is_vague(passage.text):
            yield objection(passage.path, passage.text, "names nothing in particular")
    for index, system in enumerate(spec.external_systems):
        if not system.operations:
            path = f"/external_systems/{index}/operations"
            yield objection(path, system.name, "no operation of this system is named")
    for operation in operations(spec):
        said = words(operation.name)
        if "*" in operation.name or (said and said[-1] in _WILDCARDS):
            yield objection(operation.path, operation.name, "stands for more than it names")


def layer_separation(spec: Spec) -> list[Finding]:
    """Fails where the agent reaches below a system's interface (SQL, shells, files), or into the
    platform that governs it."""
    return judged(
        "layer_separation",
        _layer_objections(spec),
        passed=shown(
            "/external_systems",
            [system.name for system in spec.external_systems],
            "reached through their own operations only",
        ),
    )


def _layer_objections(spec: Spec) -> Iterator[Objection]:
    for operation in operations(spec):
        if not _BELOW.isdisjoint(words(operation.name)):
            yield objection(operation.path, operation.name, "reaches below the system's interface")
    for passage in spec.passages_of(Role.SOURCE, Role.SYSTEM):
        if not _PLATFORM_STORES.isdisjoint(words(passage.text)):
            yield objection(passage.path, passage.text, "is the platform's own, not an agent's")
    texts = (Role.PURPOSE, Role.IN_SCOPE, Role.ALONE, Role.WITH_APPROVAL, Role.INPUT, Role.SECTION)
    for passage in spec.passages_of(*texts):
        if (found := asserted(passage.text, _BELOW_TEXT)) is not None:
            yield objection(passage.path, found, "reaches below a system's interface")


def blast_radius(spec: Spec) -> list[Finding]:
    """Fails where no radius is named, where it is the whole platform, or where the spec reaches
    further than the radius that it names."""
    radius = spec.containment.blast_radius
    return judged(
        "blast_radius",
        _radius_objections(spec),
        passed=shown("/containment/blast_radius", radius, "nothing in the spec reaches further"),
    )


def _radius_objections(spec: Spec) -> Iterator[Objection]:
    path, radius = "/containment/blast_radius", spec.containment.blast_radius
    if radius is None:
        yield objection(path, "", "does not say how far a mistake could reach")
        return
    if radius == "platform":
        yield objection(path, radius, "one tenant's agent must not reach every tenant")
        return
    texts = (Role.PURPOSE, Role.IN_SCOPE, Role.ALONE, Role.WITH_APPROVAL, Role.OUTPUT)
    for wider, pattern in _WIDER.items():
        for passage in spec.passages_of(*texts):
            found = asserted(passage.text, re.compile(pattern))
            if found is not None and RADII.index(radius) < RADII.index(wider):
                yield objection(passage.path, found, f'reaches further than "{radius}"')
    if radius == "agent":
        for operation in operations(spec):
            if operation.changes:
                reason = f'changes {operation.system.name}, further than "agent"'
                yield objection(operation.path, operation.name, reason)


def rollback_path(spec: Spec) -> list[Finding]:
    """Fails where there is no rollback, or a text in its place that describes none."""
    path, text = "/containment/rollback", spec.containment.rollback
    found = []
    if is_empty(text):
        found.append(objection(path, text, "there is no way back"))
    elif _CANNOT.search(fold(text)):
        found.append(objection(path, text, "says that there is no way back"))
    elif not any(word.startswith(_UNDO) for word in words(text)):
        found.append(objection(path, text, "does not say what is undone, and how"))
    return judged("rollback_path", found, passed=shown(path, text, "says how it is undone"))
