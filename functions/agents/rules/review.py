"""Concerns: what a reader of a spec's texts doubts, and how long stage 5 waits for that reader
(docs/domain.md, The seven stages)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from events.cases import Finding
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.stages import ETHICS, Stages, with_stage
from shared.kit.instants import Instant
from shared.kit.models import Model

STAGE_DUE = "assent.stage.due.v1"
RETRIED_AFTER = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5))
PATIENCE = timedelta(minutes=120)
LARGEST_ANSWER_BYTES = 64_000


def concern(evidence: str, path: str) -> Finding:
    """A doubt, as a finding. It fails no stage: it raises the risk by one step, keeps precedents
    away, and stands on the card."""
    remedy = "the governor looks at it; a plainer text may settle it"
    return Finding(check="concern", verdict="concern", evidence=evidence, path=path, remedy=remedy)


UNANSWERED = concern("the configured reader did not answer in time", "")


def with_concerns(
    stages: Stages, findings: Sequence[Finding], concerns: Sequence[Finding]
) -> Judgement:
    """The judgement of a cleared case, from what is stored of it, with the concerns added to stage
    5."""
    found = stages[ETHICS - 1].found + len(concerns)
    judged = with_stage(stages[:ETHICS], ETHICS, status="passed", found=found)
    return Judgement(stages=judged, findings=(*findings, *concerns))


class Review(Model):
    """A requested review: its start, the number of failed attempts, and the time of the next."""

    since: Instant
    failed: int = 0
    next_at: Instant


def begin_review(at: datetime) -> Review:
    """The review that is requested at `at`. The first attempt follows at once; the timer is set in
    case that attempt is lost."""
    return Review(since=at, next_at=at + RETRIED_AFTER[0])


def after_failure(review: Review, at: datetime) -> Review | None:
    """The review after one more failed attempt, or None after three retries or 120 minutes."""
    if review.failed >= len(RETRIED_AFTER) or at >= review.since + PATIENCE:
        return None
    pause = RETRIED_AFTER[review.failed]
    return review.but(failed=review.failed + 1, next_at=at + pause)
