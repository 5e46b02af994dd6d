"""Stage 2: the ten sections that every agent must have, derived from the spec where possible."""

from functions.agents.rules.checks.findings import Finding, judged, objection, shown
from functions.agents.rules.checks.placeholders import is_empty
from functions.agents.rules.language.folding import words
from functions.agents.rules.spec import SECTIONS, Spec

SHORTEST_SECTION = 3


def sections(spec: Spec) -> dict[str, str]:
    """The text of every section that is given or can be derived, in the order of the ten."""
    derived = _derived(spec)
    given = {name: getattr(spec.way_of_working, name) for name in SECTIONS}
    texts = {name: derived.get(name) if given[name] is None else given[name] for name in SECTIONS}
    return {name: text for name, text in texts.items() if text is not None}


def way_of_working(spec: Spec) -> list[Finding]:
    """One finding per section: it fails where the section is blank, a placeholder or too short, or
    where it is missing and cannot be derived."""
    texts = sections(spec)
    return [finding for name in SECTIONS for finding in _judged(spec, name, texts.get(name))]


def _judged(spec: Spec, name: str, text: str | None) -> list[Finding]:
    path = f"/way_of_working/{name}"
    given = getattr(spec.way_of_working, name) is not None
    found = []
    if text is None:
        found.append(objection(path, "", f"the section {name} is missing and cannot be derived"))
    elif given and (is_empty(text) or len(words(text)) < SHORTEST_SECTION):
        found.append(objection(path, text, f"the section {name} is not complete"))
    passed = shown(path, text or "", "complete" if given else "derived from the spec")
    return judged(f"section_{name}", found, passed=passed)


def _derived(spec: Spec) -> dict[str, str]:
    # Without `self_critique` and `auditability`: only the author knows how the agent checks its own
    # work, and which proof it leaves.
    rights = spec.decision_rights
    sources = [f"{access.source} ({access.mode})" for access in spec.data_access]
    systems = [f"{system.name}: {_line(system.operations)}" for system in spec.external_systems]
    contained = spec.containment
    return {
        "outcome": spec.purpose or "Not said.",
        "scope": f"In: {_line(spec.scope.inside)}. Out: {_line(spec.scope.outside)}.",
        "inputs_and_evidence": f"{_line(spec.interfaces.inputs)}. Sources: {_line(sources)}.",
        "outputs": f"{_line(spec.interfaces.outputs)}.",
        "interfaces": f"Systems: {_line(systems)}. Agents: {_line(spec.interfaces.depends_on)}.",
        "decision_rights": f"Alone: {_line(rights.alone)}. With approval: "
        f"{_line(rights.with_approval)}. Never: {_line(rights.never)}.",
        "escalation_triggers": f"{_line(spec.escalation_triggers)}.",
        "containment": f"Rollback: {contained.rollback or 'none'}. "
        f"Blast radius: {contained.blast_radius or 'not said'}.",
    }


def _line(texts: tuple[str, ...] | list[str]) -> str:
    return "; ".join(text.strip() for text in texts) or "none"
