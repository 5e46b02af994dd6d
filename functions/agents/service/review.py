"""Waits for the model reviewer: asks at once, again after 1, 2 and 5 minutes, then escalates to a
human."""

import logging
from collections.abc import Mapping, Sequence

from functions.agents.aggregates import CASES, RUN
from functions.agents.reviewer import configured_reviewer
from functions.agents.rules.case import CreationCase
from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.creation import conclude
from functions.agents.rules.judgement import judge
from functions.agents.rules.review import UNANSWERED, after_failure
from functions.agents.rules.spec import Spec
from functions.agents.rules.stages import ETHICS
from functions.agents.service.judgement import judge_spec
from functions.agents.service.steps import agent_of, contents_of, save_steps
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import ContentErased, Unavailable
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope

_log = logging.getLogger(__name__)


async def review_now(event: Envelope) -> None:
    """The first attempt, at once. Raises Unavailable only for our own store."""

    async def use_case(work: UnitOfWork) -> None:
        case = await work.find(CASES, event.subject_id)
        if case is not None:
            await _attempt(work, case)

    await RUN.reaction(event, use_case)


async def review_again(event: Envelope) -> None:
    """A later attempt, by its timer."""

    async def use_case(work: UnitOfWork, case: CreationCase) -> None:
        if case.review is not None and work.at >= case.review.next_at:
            await _attempt(work, case)

    await RUN.timed(event, CASES, use_case)


async def _attempt(work: UnitOfWork, case: CreationCase) -> None:
    """Asks the reviewer about a case that still waits and concludes stage 5 with its findings;
    where it does not answer, sets the next attempt or escalates to a human."""
    if case.review is None:
        return
    contents = await contents_of(work, case)
    if contents is None:
        raise ContentErased(f"the spec of {case.case_id} was erased before its review")
    spec = Spec.model_validate_json(contents.spec.text)
    reviewer = configured_reviewer()
    added: Mapping[int, Sequence[Finding]] = {}
    try:
        if reviewer is not None:
            added = await reviewer.review(case.case_id, spec, judge(spec))
    except Unavailable as error:
        _log.warning("%s: %s", case.case_id, error)
        next_attempt = after_failure(case.review, work.at)
        if next_attempt is not None:
            await work.save(Transition(case.model_copy(update={"review": next_attempt})))
            return
        added = {ETHICS: (UNANSWERED,)}
    judged = await judge_spec(
        spec,
        kind=case.kind,
        case_id=case.case_id,
        version=case.version,
        tenant_id=work.store.tenant_id,
        at=work.at,
        added=added,
    )
    agent = await agent_of(work, case)
    await save_steps(work, conclude(agent, case, judged, work.at), agent)
