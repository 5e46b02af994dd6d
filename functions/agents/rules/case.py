"""A creation case: one pass of the seven stages."""

from dataclasses import dataclass

from events.agents import CreationCaseState, Purpose, Risk
from functions.agents.rules.agent import Agent, Version
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.review import Review
from functions.agents.rules.spec import Classification
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

WAITING = frozenset({"ethics_cleared", "escalated"})


class Asked(Model):
    """The approval that a case waits for or acted on: its purpose, and the assessment that is part
    of its content. The content's hash is computed from the case whenever it is needed."""

    approval_id: str
    purpose: Purpose
    risk: Risk
    data: Classification
    # The version and the signature of the latest decision that the case acted on; older decisions
    # are ignored.
    acted_on: int = 0
    signature: str | None = None


class CreationCase(CreationCaseState):
    """The fields that events publish, and below them private ones. `spec` is canonical JSON text;
    `certifications` are compact JWS of the stages 3 to 5 that were reached; `escalation` is the
    approval that let an escalated case pass stage 5; `base_hash` is of the spec that was deployed
    when this one was judged against it."""

    spec: str
    certifications: tuple[str, ...] = ()
    asked: Asked | None = None
    escalation: Asked | None = None
    base_hash: str | None = None
    review: Review | None = None
    ended_at: Instant | None = None

    @property
    def is_over(self) -> bool:
        """Whether only a reversal can still change the case."""
        return self.ended_at is not None


# Transitions of a case and its agent.
Steps = tuple[Transition[CreationCase] | Transition[Agent], ...]


@dataclass(frozen=True)
class Judged:
    """One spec as the version that it would become, and the judgement of stages 1 to 5;
    `awaits_review` where a model must still review it before stage 5 ends."""

    spec: Version
    judgement: Judgement
    certifications: tuple[str, ...]
    certification_ids: dict[int, str]
    awaits_review: bool = False
