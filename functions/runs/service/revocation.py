"""Revokes one token of a run."""

from functions.runs.aggregates import RUN, RUNS, STOPS
from functions.runs.rules.revocation import revoke
from functions.runs.service.subruns import cancel_with, lineage
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
        runs, by = await lineage(work, run), caller.principal
        revoked = revoke(runs, stops, token_id, by, work.at)
        await work.save(*revoked.dead)
        await cancel_with(work, run, revoked.given_up, by)
        return TokenView.of(token_id, await work.find(RUNS, run_id) or run)

    return await RUN.command(caller, use_case, TokenView, key=key, about=(RUNS, run_id))
