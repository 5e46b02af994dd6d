"""A creation case: one pass of the seven stages."""

from dataclasses import dataclass

from events.agents import CreationCaseState, Purpose
from functions.agents.rules.agent import Agent, Version
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.review import Review
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

WAITING = frozenset({"ethics_cleared", "escalated"})


class Asked(Model):
    """The assent a case waits for or acted on: of which content, and for what."""

    approval_id: str
    decision_hash: str
    purpose: Purpose
    # The version of the approval's latest decision that was acted on, and its signature; older
    # decisions are ignored.
    acted_on: int = 0
    signature: str | None = None


class CreationCase(CreationCaseState):
    """What events tell of a case, and below it what only its owner needs. `spec` is canonical JSON
    text; `certifications` are compact JWS of stages 3 to 5, as far as they were reached;
    `escalation` is the assent that let an escalated case pass stage 5; `base_hash` is of the spec
    that was deployed when this one was judged against it."""

    spec: str
    certifications: tuple[str, ...] = ()
    asked: Asked | None = None
    escalation: Asked | None = None
    base_hash: str | None = None
    review: Review | None = None
    ended_at: Instant | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing but a reversal can still happen to it."""
        return self.ended_at is not None


# Of a case and its agent.
Steps = tuple[Transition[CreationCase] | Transition[Agent], ...]


@dataclass(frozen=True)
class Judged:
    """One spec as the version it would become, and what stages 1 to 5 said of it; `awaits_review`
    where a model still has to review it before stage 5 is over."""

    spec: Version
    judgement: Judgement
    certifications: tuple[str, ...]
    certification_ids: dict[int, str]
    awaits_review: bool = False
