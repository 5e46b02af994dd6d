"""Waiting for the model reviewer: asked at once, again after 1, 2 and 5 minutes, then a human."""

import json
import logging
from collections.abc import Mapping, Sequence

from functions.agents.reviewer import configured_reviewer
from functions.agents.rules.case import CreationCase, conclude
from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.judgement import judge
from functions.agents.rules.reviewing import STAGE_DUE, UNANSWERED, Review, after_failure
from functions.agents.rules.spec import parse_spec
from functions.agents.rules.stages import ETHICS
from functions.agents.service.judging import judge_spec
from functions.agents.service.loading import agent_of
from functions.agents.service.turns import save_turn
from functions.agents.service.wiring import FUNCTION
from functions.agents.store import CASES, Kept, Writer, read_case
from shared.kit.errors import Unavailable
from shared.messaging.changes import Change, Timer
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

_log = logging.getLogger(__name__)


class Reviewing:
    """Attempts at a review, by event or by timer; only a case that still waits is touched."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def attempt(self, event: Envelope) -> None:
        """Asks the reviewer about the case and concludes stage 5 with its findings; where it does
        not answer, sets the next attempt or hands over to a human. Raises Unavailable only for our
        own store."""
        await decide_again(lambda: self._attempt_once(event))

    async def fire(self, event: Envelope) -> None:
        """The timer of an attempt; one that comes before its time is set again."""
        store = TenantStore(event.tenantid)
        case = read_case(await store.get(CASES, event.subject_id))
        if case is None or case.value.review is None:
            return
        if event.received_at < case.value.review.next_at:
            return
        await self.attempt(event)

    async def _attempt_once(self, event: Envelope) -> None:
        store = TenantStore(event.tenantid)
        case = read_case(await store.get(CASES, event.subject_id))
        if case is None or case.value.review is None:
            return
        agent = await agent_of(store, case.value)
        spec = parse_spec(json.loads(case.value.spec))
        reviewer = configured_reviewer()
        added: Mapping[int, Sequence[Finding]] = {}
        try:
            if reviewer is not None:
                added = await reviewer.review(case.value.case_id, spec, judge(spec))
        except Unavailable as error:
            next_attempt = after_failure(case.value.review, event.received_at)
            _log.warning("%s: %s", case.value.case_id, error)
            if next_attempt is not None:
                await self._wait(event, store, case, next_attempt)
                return
            added = {ETHICS: (UNANSWERED,)}
        judged = await judge_spec(
            spec,
            kind=case.value.kind,
            case_id=case.value.case_id,
            version=case.value.version,
            tenant_id=store.tenant_id,
            at=event.received_at,
            added=added,
        )
        turn = conclude(agent.value, case.value, judged, event.received_at)
        change = Change()
        recorder = Recorder.for_timer(function=FUNCTION, event=event, latest=case.latest)
        save_turn(Writer(change, recorder), turn, agent, case, event.received_at)
        await self._outbox.commit(store, change, now=event.received_at)

    async def _wait(
        self, event: Envelope, store: TenantStore, case: Kept[CreationCase], review: Review
    ) -> None:
        waiting = case.value.model_copy(update={"review": review})
        change = Change()
        recorder = Recorder.for_timer(function=FUNCTION, event=event, latest=case.latest)
        Writer(change, recorder).case(waiting, (), case)
        subject = f"creation_case/{waiting.case_id}"
        change.schedule(Timer(type=STAGE_DUE, subject=subject, at=review.next_at))
        await self._outbox.commit(store, change, now=event.received_at)
