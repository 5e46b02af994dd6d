"""A person says what became of a doubtful call."""

from events.invocations import InvocationView
from functions.tools.aggregates import DIRECT_CALLS, INVOCATIONS, RUN
from functions.tools.rules.direct_call import ended, report
from functions.tools.rules.invocation import SettlementBody, settled, view_of
from functions.tools.rules.shapes import wrong_settlement
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.storage.idempotency import IdempotencyKey


async def settle(
    caller: Caller, key: IdempotencyKey, invocation_id: str, body: SettlementBody
) -> InvocationView:
    """The call as it is now. Raises NotFound, Forbidden, Invalid for an output that its operation
    does not give, VersionConflict where it is not in doubt."""

    async def use_case(work: Command) -> InvocationView:
        call = await work.get(INVOCATIONS, invocation_id)
        wrong = wrong_settlement(call.operation, body.output) if body.happened else None
        if wrong is not None:
            raise Invalid(FieldError("output", wrong))
        steps = settled(call, body, caller.principal, work.at)
        if steps and call.direct_call_id:
            # Without a run, nobody else reports it.
            after = steps[-1].state
            known = await work.find(DIRECT_CALLS, call.direct_call_id)
            await work.save(*ended(known, after))
            steps = (report(after, body.note),)
        return view_of(await work.save_change(call, *steps))

    about = (INVOCATIONS, invocation_id)
    return await RUN.command(caller, use_case, InvocationView, key=key, about=about)
