"""The agent spec: its schema, and every text in it with its path and role."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import ConfigDict, Field, StrictBool, StringConstraints, model_validator

from shared.kit.canonical import content_hash
from shared.kit.models import Model

Name = Annotated[
    str,
    StringConstraints(
        strict=True, min_length=3, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"
    ),
]
Text = Annotated[str, StringConstraints(strict=True, max_length=2_000)]
Word = Annotated[str, StringConstraints(strict=True, max_length=200)]
Texts = Annotated[tuple[Text, ...], Field(max_length=50)]
Words = Annotated[tuple[Word, ...], Field(max_length=50)]
Usd = Annotated[float, Field(ge=0, le=1_000_000, strict=True)]
Classification = Literal["public", "internal", "confidential", "restricted"]
BlastRadius = Literal["agent", "workspace", "tenant", "platform"]
CLASSIFICATIONS: tuple[Classification, ...] = ("public", "internal", "confidential", "restricted")
RADII: tuple[BlastRadius, ...] = ("agent", "workspace", "tenant", "platform")
# The checks compare texts with each other: this bounds the time that judging takes.
MOST_TEXT = 20_000
MOST_PASSAGES = 500
SECTIONS = (
    "outcome",
    "scope",
    "inputs_and_evidence",
    "outputs",
    "interfaces",
    "decision_rights",
    "self_critique",
    "escalation_triggers",
    "containment",
    "auditability",
)


class Scope(Model):
    """What the agent does, and what it does not do."""

    model_config = ConfigDict(serialize_by_alias=True)

    inside: Texts = Field(default=(), alias="in")
    outside: Texts = Field(default=(), alias="out")


class DataAccess(Model):
    """One source that the agent reads or writes."""

    source: Word
    mode: Literal["read", "write"]
    classification: Classification


class ExternalSystem(Model):
    """One system that the agent acts on, and its operations."""

    name: Word
    operations: Words = ()
    reversible: StrictBool


class DecisionRights(Model):
    """What the agent decides alone, what with a human's approval, and what never."""

    alone: Texts = ()
    with_approval: Texts = ()
    never: Texts = ()


class Interfaces(Model):
    """Inputs, outputs, and the names of the agents that it depends on."""

    inputs: Texts = ()
    outputs: Texts = ()
    depends_on: Words = ()


class Containment(Model):
    """How its work is rolled back, and how far a mistake could reach."""

    rollback: Text = ""
    blast_radius: BlastRadius | None = None


class Budget(Model):
    """The most it may spend, in dollars; by default the platform's limits."""

    per_run_usd: Usd = 0.5
    per_day_usd: Usd = 5.0


class WayOfWorking(Model):
    """Ten sections. A missing one is derived from the spec where that is possible."""

    outcome: Text | None = None
    scope: Text | None = None
    inputs_and_evidence: Text | None = None
    outputs: Text | None = None
    interfaces: Text | None = None
    decision_rights: Text | None = None
    self_critique: Text | None = None
    escalation_triggers: Text | None = None
    containment: Text | None = None
    auditability: Text | None = None


class Role(StrEnum):
    """The role of a text, by its place in the spec."""

    NAME = "name"
    PURPOSE = "purpose"
    INDUSTRY = "industry"
    SKILL = "skill"
    IN_SCOPE = "in scope"
    OUT_OF_SCOPE = "out of scope"
    SOURCE = "source"
    SYSTEM = "system"
    OPERATION = "operation"
    ALONE = "alone"
    WITH_APPROVAL = "with approval"
    NEVER = "never"
    TRIGGER = "escalation trigger"
    INPUT = "input"
    OUTPUT = "output"
    DEPENDENCY = "dependency"
    ROLLBACK = "rollback"
    SECTION = "section"


class Passage(NamedTuple):
    """A text of the spec. `path` is its JSON Pointer."""

    path: str
    role: Role
    text: str


class Spec(Model):
    """A complete agent spec. The rules judge empty texts and lists; the schema allows them."""

    name: Name
    purpose: Text = ""
    industry: Word = ""
    skills: Words = ()
    scope: Scope = Scope()
    data_access: Annotated[tuple[DataAccess, ...], Field(max_length=50)] = ()
    external_systems: Annotated[tuple[ExternalSystem, ...], Field(max_length=50)] = ()
    decision_rights: DecisionRights = DecisionRights()
    escalation_triggers: Texts = ()
    interfaces: Interfaces = Interfaces()
    containment: Containment = Containment()
    budget: Budget = Budget()
    mode: Literal["production", "trial"] = "production"
    way_of_working: WayOfWorking = WayOfWorking()

    @model_validator(mode="after")
    def _can_be_judged(self) -> "Spec":
        length = sum(len(passage.text) for passage in self.passages)
        if length > MOST_TEXT or len(self.passages) > MOST_PASSAGES:
            raise ValueError(
                f"has {length} characters in {len(self.passages)} texts; at most {MOST_TEXT} in "
                f"{MOST_PASSAGES} are judged: say it in fewer words, or make two agents of it"
            )
        return self

    def document(self) -> dict[str, Any]:
        """The spec as JSON, with its author's field names; omitted fields stay omitted."""
        return self.model_dump(mode="json", exclude_none=True)

    @cached_property
    def hash(self) -> str:
        """Lower-case hex SHA-256 of the canonical document."""
        return content_hash(self.document())

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every text in it, in the order of the document."""
        return tuple(_passages(self))

    def passages_of(self, *roles: Role) -> tuple[Passage, ...]:
        """The texts with one of `roles`."""
        return tuple(passage for passage in self.passages if passage.role in roles)


def _passages(spec: Spec) -> Iterator[Passage]:
    yield Passage("/name", Role.NAME, spec.name)
    yield Passage("/purpose", Role.PURPOSE, spec.purpose)
    yield Passage("/industry", Role.INDUSTRY, spec.industry)
    yield from _listed("/skills", Role.SKILL, spec.skills)
    yield from _listed("/scope/in", Role.IN_SCOPE, spec.scope.inside)
    yield from _listed("/scope/out", Role.OUT_OF_SCOPE, spec.scope.outside)
    for index, access in enumerate(spec.data_access):
        yield Passage(f"/data_access/{index}/source", Role.SOURCE, access.source)
    for index, system in enumerate(spec.external_systems):
        path = f"/external_systems/{index}"
        yield Passage(f"{path}/name", Role.SYSTEM, system.name)
        yield from _listed(f"{path}/operations", Role.OPERATION, system.operations)
    rights = spec.decision_rights
    yield from _listed("/decision_rights/alone", Role.ALONE, rights.alone)
    yield from _listed("/decision_rights/with_approval", Role.WITH_APPROVAL, rights.with_approval)
    yield from _listed("/decision_rights/never", Role.NEVER, rights.never)
    yield from _listed("/escalation_triggers", Role.TRIGGER, spec.escalation_triggers)
    yield from _listed("/interfaces/inputs", Role.INPUT, spec.interfaces.inputs)
    yield from _listed("/interfaces/outputs", Role.OUTPUT, spec.interfaces.outputs)
    yield from _listed("/interfaces/depends_on", Role.DEPENDENCY, spec.interfaces.depends_on)
    yield Passage("/containment/rollback", Role.ROLLBACK, spec.containment.rollback)
    for section in SECTIONS:
        text = getattr(spec.way_of_working, section)
        if text is not None:
            yield Passage(f"/way_of_working/{section}", Role.SECTION, text)


def _listed(path: str, role: Role, texts: tuple[str, ...]) -> Iterator[Passage]:
    return (Passage(f"{path}/{index}", role, text) for index, text in enumerate(texts))
