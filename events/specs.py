"""The agent spec, version 2: what its author declares, with bounds for every part. Cases and agents
name its normal form by `spec_hash`, and it is part of what approvals decide about."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator

from events.agents import Mode
from events.effects import Effect, Risk
from events.rights import MOST_OPERATIONS, Rights
from shared.kit.json_parts import nearest
from shared.kit.models import Model

Name = Annotated[
    str,
    StringConstraints(
        strict=True, min_length=3, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"
    ),
]
# The name of a system or of one of its operations.
Label = Annotated[
    str, StringConstraints(strict=True, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")
]
Text = Annotated[str, StringConstraints(strict=True, max_length=2_000)]
Word = Annotated[str, StringConstraints(strict=True, max_length=200)]
Texts = Annotated[tuple[Text, ...], Field(max_length=50)]
Words = Annotated[tuple[Word, ...], Field(max_length=50)]
# People do not see spaces around a name.
Source = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, max_length=200, pattern=r"\S")
]
Sources = Annotated[tuple[Source, ...], Field(min_length=1, max_length=20)]
Usd = Annotated[float, Field(ge=0, le=1_000_000, strict=True)]
Classification = Literal["public", "internal", "confidential", "restricted"]
BlastRadius = Literal["agent", "workspace", "tenant", "platform"]
CLASSIFICATIONS: tuple[Classification, ...] = ("public", "internal", "confidential", "restricted")
DATA_RISK: Mapping[Classification, Risk] = dict(
    zip(CLASSIFICATIONS, ("low", "medium", "high", "high"), strict=True)
)
RADII: tuple[BlastRadius, ...] = ("agent", "workspace", "tenant", "platform")
MOST_BYTES = 128 * 1024
MOST_PARTS = 4_000


class Scope(Model):
    """What the agent does, and what it does not do."""

    model_config = ConfigDict(serialize_by_alias=True)

    inside: Texts = Field(default=(), alias="in")
    outside: Texts = Field(default=(), alias="out")


class DataAccess(Model):
    """One source that the agent reads or writes."""

    source: Source
    mode: Literal["read", "write"]
    classification: Classification


class Operation(Model):
    """One operation of a system: its effect, the operation of the same system that undoes it, and
    the sources that it touches, by default those of its system."""

    name: Label
    effect: Effect
    undo: Label | None = None
    sources: Sources | None = None


class System(Model):
    """One system that the agent acts on. `connector` is its manifest in the catalogue; `sources`
    are the data that it touches, by default a source with its own name."""

    name: Label
    connector: Name | None = None
    sources: Sources | None = None
    operations: Annotated[tuple[Operation, ...], Field(max_length=MOST_OPERATIONS)] = ()


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


SECTIONS = tuple(WayOfWorking.model_fields)


class Spec(Model):
    """A complete agent spec. Structure decides; sentences inform people. The rules judge empty
    texts and lists; the schema allows them. `instructions` are what the agent is told: they are
    shown and hashed, and grant nothing."""

    name: Name
    purpose: Text = ""
    instructions: Annotated[str, StringConstraints(strict=True, max_length=32_000)] | None = None
    industry: Word = ""
    skills: Words = ()
    scope: Scope = Scope()
    data_access: Annotated[tuple[DataAccess, ...], Field(max_length=50)] = ()
    systems: Annotated[tuple[System, ...], Field(max_length=50)] = ()
    rights: Rights = Rights()
    escalation_triggers: Texts = ()
    interfaces: Interfaces = Interfaces()
    containment: Containment = Containment()
    budget: Budget = Budget()
    mode: Mode = "production"
    way_of_working: WayOfWorking = WayOfWorking()

    @field_validator("systems")
    @classmethod
    def _can_be_judged(cls, systems: tuple[System, ...]) -> tuple[System, ...]:
        count = sum(len(system.operations) for system in systems)
        if count > MOST_OPERATIONS:
            raise ValueError(
                f"has {count} operations; at most {MOST_OPERATIONS} are judged: name those that "
                "the agent needs, or make two agents of it"
            )
        return systems

    @property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """Its lists of texts and names, by their JSON Pointer."""
        return {
            "/skills": self.skills,
            "/scope/in": self.scope.inside,
            "/scope/out": self.scope.outside,
            "/escalation_triggers": self.escalation_triggers,
            "/interfaces/inputs": self.interfaces.inputs,
            "/interfaces/outputs": self.interfaces.outputs,
            "/interfaces/depends_on": self.interfaces.depends_on,
            "/rights/never": self.rights.never,
        }

    @cached_property
    def operations(self) -> list[tuple[System, str, Operation]]:
        """The declared operations, each with its system and its path."""
        return [
            (system, f"/systems/{index}/operations/{number}", each)
            for index, system in enumerate(self.systems)
            for number, each in enumerate(system.operations)
        ]

    @cached_property
    def declared(self) -> dict[str, Classification]:
        """The gravest classification that `data_access` has for each source, in lower case."""
        found: dict[str, Classification] = {}
        for access in self.data_access:
            name = access.source.casefold()
            known = (found.get(name, "public"), access.classification)
            found[name] = max(known, key=CLASSIFICATIONS.index)
        return found

    def classification(self, source: str) -> Classification:
        """That of a source; restricted where `data_access` does not declare it."""
        return self.declared.get(source.casefold(), "restricted")

    @property
    def sources(self) -> list[str]:
        """The sources that `data_access` declares."""
        return [access.source for access in self.data_access]

    def gravity(self, source: str) -> int:
        """The place of a source's classification in the order from open to grave."""
        return CLASSIFICATIONS.index(self.classification(source))

    @cached_property
    def submitted(self) -> dict[str, Any]:
        """What its author sent, without what was left out."""
        return self.model_dump(mode="json", exclude_unset=True)

    def nearest(self, path: str) -> tuple[str, Any]:
        """The longest part of a JSON Pointer that exists in what its author sent, and what is
        there."""
        return nearest(self.submitted, path)
