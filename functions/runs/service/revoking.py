"""Revokes one token of a run."""

from functions.runs.aggregates import RUN, RUNS, STOPS
from functions.runs.rules.revoking import revoke
from functions.runs.rules.run import Run
from functions.runs.service.subruns import save_run
from functions.runs.views.recalls import TokenView
from shared.aggregates.command import Command
from shared.capabilities.reading import run_of
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.storage.idempotency import IdempotencyKey


async def revoke_token(caller: Caller, key: IdempotencyKey, token_id: str) -> TokenView:
    """The dead token. Raises NotFound, VersionConflict."""
    run_id = run_of(token_id)
    if run_id is None or not RUNS.may_be_id(run_id):
        raise NotFound(f"there is no token {token_id[:80]!r}: its id begins with that of its run")

    async def use_case(work: Command) -> TokenView:
        run = await work.get(RUNS, run_id)
        stops = await work.find(STOPS, run.agent_id)
        steps = revoke(run, stops, token_id, caller.principal, work.at)
        saved = await save_run(work, steps)
        now = next((each for each in reversed(saved) if isinstance(each, Run)), run)
        return TokenView.of(token_id, now)

    return await RUN.command(caller, use_case, TokenView, key=key, about=(RUNS, run_id))
