"""Stage 2: the ten sections that every agent must have, derived from the spec where possible."""

from collections.abc import Iterator

from events.cases import Finding
from events.specs import SECTIONS
from functions.agents.rules.checks.findings import Check, Objection, run
from functions.agents.rules.rights import Powers

# The part of the spec that says the same as a section that is left out. Only the author knows how
# the agent checks its own work, and which proof it leaves.
DERIVED = {
    "outcome": "/purpose",
    "scope": "/scope",
    "inputs_and_evidence": "/interfaces/inputs",
    "outputs": "/interfaces/outputs",
    "interfaces": "/systems",
    "decision_rights": "/rights",
    "escalation_triggers": "/escalation_triggers",
    "containment": "/containment",
}


def way_of_working(powers: Powers) -> list[Finding]:
    """One finding per section: it fails where the section is blank, or is left out and cannot be
    derived."""
    return [finding for name in SECTIONS for finding in run(_section(name, powers), powers)]


def _section(name: str, powers: Powers) -> Check:
    text: str | None = getattr(powers.spec.way_of_working, name)
    path = f"/way_of_working/{name}"

    def objections(_: Powers) -> Iterator[Objection]:
        if text is None and name not in DERIVED:
            evidence = f"{name} is missing, and nothing else in the spec says it"
            yield Objection(path, evidence, f"write way_of_working.{name}")
        elif text is not None and not text.strip():
            yield Objection(path, f"{name} is blank", "write the section, or leave it out")

    shown = DERIVED.get(name, path) if text is None else path
    return Check(f"section_{name}", shown, objections)
