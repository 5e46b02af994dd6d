"""A creation case: one pass of the seven stages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from events.agents import Purpose, Risk
from events.cases import CreationCaseState, Withdrawal
from events.specs import Classification
from functions.agents.rules.agent import Agent, Version
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.review import Review
from functions.agents.rules.stages import with_stage
from shared.kit.contents import Content
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

WAITING = frozenset({"ethics_cleared", "escalated"})
REVISION_DUE = "assent.revision.due.v1"
# A stopped case waits this long for a revision; then it ends, and its name is free.
REVISION_PATIENCE = timedelta(days=30)


class RequestedApproval(Model):
    """The approval that a case waits for or acted on: the hash of its content, its purpose, and the
    risk and data class that its content states."""

    approval_id: str
    decision_hash: str
    purpose: Purpose
    risk: Risk
    data: Classification
    # The version and the signature of the latest decision that the case acted on; older decisions
    # are ignored.
    acted_on: int = 0
    signature: str | None = None


class CreationCase(CreationCaseState):
    """The fields that events publish, and below them private ones. `certifications` are compact JWS
    of the stages 3 to 5 that were reached; `escalation` is the approval that let an escalated case
    pass stage 5, `replaced` the ids of those of the latest earlier revisions; `base_hash` is of the
    spec that was deployed when this one was judged against it. `submitted_by` are the requester and
    everyone who revised the case, in order, each once: the case is theirs. Until `revisable_until`
    it takes a revision; None where it takes none."""

    certifications: tuple[str, ...] = ()
    asked: RequestedApproval | None = None
    escalation: RequestedApproval | None = None
    replaced: tuple[str, ...] = ()
    base_hash: str | None = None
    review: Review | None = None
    revisable_until: Instant | None = None
    submitted_by: tuple[str, ...] = ()

    @property
    def whose(self) -> dict[str, tuple[str, ...]]:
        """What the version that it judges says of its authors and of who submitted it."""
        return {"authors": self.authors, "submitted_by": self.submitted_by}

    @property
    def is_over(self) -> bool:
        """Whether only a reversal can still change the case."""
        return self.ended_at is not None

    def in_stage(self, number: int, **fields: Any) -> Self:
        """The case with some fields of one of its stages replaced."""
        return self.but(stages=with_stage(self.stages, number, **fields))

    def stopped(self, at: datetime) -> Self:
        """The case, waiting for a revision."""
        return self.but(revisable_until=at + REVISION_PATIENCE)

    @property
    def pending_withdrawal(self) -> Withdrawal | None:
        """The withdrawal that waits for what becomes of the approval."""
        pending = self.withdrawal is not None and self.withdrawal.outcome is None
        return self.withdrawal if pending else None


# Transitions of a case and its agent.
Steps = tuple[Transition[CreationCase] | Transition[Agent], ...]


class CaseContents(NamedTuple):
    """What a case names by its hashes: the spec, and the list of findings of stages 1 to 5."""

    spec: Content
    findings: Content


@dataclass(frozen=True)
class Judged:
    """One spec as the version that it would become, the judgement of stages 1 to 5, and the
    contents with both; `awaits_review` where a model must still review it before stage 5 ends.
    `first_sent_by` is who sent exactly this spec first, where that was before."""

    version: Version
    contents: CaseContents
    judgement: Judgement
    certifications: tuple[str, ...]
    certification_ids: dict[int, str]
    awaits_review: bool = False
    first_sent_by: str | None = None

    def authors(self, by: str) -> tuple[str, ...]:
        """Whose text the spec is if `by` submits it."""
        return (by, self.first_sent_by) if self.first_sent_by else (by,)
