"""Acts on the decisions about what runs asked for."""

from events.decisions import DECISIONS, verify_decision
from functions.runs.aggregates import APPROVALS_KEYS, RUN, RUNS
from functions.runs.rules.decisions import decide, was_refused_late
from functions.runs.service.assents import note_assent
from functions.runs.service.budget_raise import raise_limit
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.recalls import recall_refused
from functions.runs.service.subruns import cancel_with
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.aggregates import BUDGETS
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import LastEvent
from shared.storage.secrets import public_keys

TYPES = {each.event_type: each for each in DECISIONS}


async def act_on(event: Envelope) -> None:
    """Verifies a decision about a run, notes it once, and lets the run go on; or one about a
    budget, which it may raise. After redeliveries too, and in any order. Raises SignatureInvalid
    for a decision that approvals did not sign, or about other content."""
    decision = event.payload(TYPES[event.type])
    run_id = decision.subject.id
    is_about_run = decision.subject.type == RUNS.noun and RUNS.may_be_id(run_id)
    if not is_about_run and decision.subject.type != BUDGETS.noun:
        return

    noted, change = False, Change()

    async def use_case(work: UnitOfWork) -> None:
        nonlocal noted, change
        change = work.change
        run = await work.find(RUNS, run_id)
        noted = False
        if run is not None:
            steps = decide(run, decision, decision.token, work.at)
            await cancel_with(work, run, steps, decision.decided_by or "")
            noted = bool(steps)
            await note_assent(work, run, decision, steps)

    keys = await public_keys(APPROVALS_KEYS, to_verify=[decision.signature or ""])
    verify_decision(decision, event.data, event.tenantid, keys)
    if not is_about_run:
        await raise_limit(event, decision)
        return
    if was_refused_late(decision):
        await recall_refused(event, decision)
    await RUN.reaction(event, use_case, clears=event.about in decision.reader_clears)
    # A redelivery finds it noted: whoever noted it may have died while it acted.
    cause = LastEvent(id=event.id, correlation_id=event.correlationid)
    clock = Clock(event.received_at, cause)
    clock.note_committed(change)
    await go_on(event.tenantid, run_id, clock, again=not noted)
