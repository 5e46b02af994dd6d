"""Waits for the reader of texts: asks at once, again after 1, 2 and 5 minutes, then goes on with
the concern that nobody has read them."""

import logging

from events.cases import Finding
from functions.agents.aggregates import CASES, RUN
from functions.agents.reviewer import configured_reviewer
from functions.agents.rules.case import CreationCase
from functions.agents.rules.creation import conclude
from functions.agents.rules.review import UNANSWERED, after_failure, with_concerns
from functions.agents.service.judgement import certified
from functions.agents.service.steps import agent_of, contents_of, save_steps
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import Unavailable
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope

_log = logging.getLogger(__name__)


async def review_now(event: Envelope) -> None:
    """The first attempt, at once. Raises Unavailable only for our own store."""

    async def use_case(work: UnitOfWork) -> None:
        await attempt(work, await work.find(CASES, event.subject_id))

    await RUN.reaction(event, use_case)


async def attempt(work: UnitOfWork, case: CreationCase | None) -> None:
    """Asks the reader about a case that still waits and concludes stage 5 with its concerns; where
    it does not answer, sets the next attempt."""
    if case is None or case.review is None:
        return
    contents = await contents_of(work, case)
    found = contents.findings.value
    reviewer = configured_reviewer()
    concerns: tuple[Finding, ...] = ()
    try:
        if reviewer is not None:
            concerns = await reviewer.review(case.case_id, contents.spec.value, found)
    except Unavailable as error:
        _log.warning("%s: %s", case.case_id, error)
        next_attempt = after_failure(case.review, work.at)
        if next_attempt is not None:
            await work.save(Transition(case.but(review=next_attempt)))
            return
        concerns = (UNANSWERED,)
    agent = await agent_of(work, case)
    judgement = with_concerns(case.stages, [*map(Finding.model_validate, found)], concerns)
    judged = await certified(work, agent.newest, contents.spec, judgement)
    await save_steps(work, conclude(agent, case, judged, work.at), agent)
