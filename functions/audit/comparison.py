"""Compares the versions of a prompt by the receipts of a time."""

from datetime import datetime, timedelta

from events.receipts import ASKED
from functions.audit.rules.comparison import Question, compared
from functions.audit.rules.receipts import ACTION
from functions.audit.views import PromptComparison
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.instant_parameters import check_period
from shared.storage.postgres import tenant_transaction

LONGEST = timedelta(days=92)
# Whichever calls they are of: the text of each is searched.
MOST_RECEIPTS = 20_000

_OF_THE_TIME = """
FROM audit_entries
WHERE tenant_id = %(tenant)s AND action = %(action)s AND at >= %(since)s AND at < %(until)s
    AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
"""
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_OF_THE_TIME} LIMIT %(most)s + 1) AS found"  # noqa: S608
_QUESTIONS = f"""
SELECT model->>'prompt', it->>'run_id', it->>'outcome', (model->>'fits')::boolean,
    (model->>'tokens_in')::bigint, (model->>'tokens_out')::bigint,
    (it->>'cost_usd_micros')::bigint, (model->>'answered_in_ms')::bigint,
    it->>'plan_hash'
FROM (
    SELECT CASE WHEN pg_input_is_valid(body, 'jsonb') THEN body::json->'predicate' END AS it
    {_OF_THE_TIME} AND strpos(body, %(named)s) > 0
) AS receipts, LATERAL (SELECT it->'model' AS model) AS part
WHERE it->>'operation' = %(operation)s AND model->>'prompt' ~ '@[0-9]{{1,6}}$'
    AND left(model->>'prompt', length(%(prompt)s)) = %(prompt)s
"""  # noqa: S608


async def compare_versions(
    caller: Caller, name: str, since: datetime, until: datetime
) -> PromptComparison:
    """What runs asked with each version of the prompt in that time, in the place that the token
    opens. Raises Invalid for a time that is longer than 92 days, or of which the log has more than
    twenty thousand receipts; Unavailable."""
    check_period(since, until, LONGEST)
    prompt = f"{name}@"
    values = {
        "tenant": caller.tenant_id,
        "action": ACTION,
        "since": since,
        "until": until,
        "workspace": caller.workspace_id,
        "most": MOST_RECEIPTS,
        "operation": ASKED,
        "prompt": prompt,
        # As canonical JSON writes it.
        "named": f'"prompt":"{prompt}',
    }
    async with tenant_transaction(caller.tenant_id) as connection:
        (count,) = await (await connection.execute(_COUNT, values)).fetchone() or (0,)
        if count > MOST_RECEIPTS:
            told = f"must end earlier: the log has over {MOST_RECEIPTS} receipts of this time"
            raise Invalid(FieldError("to", told))
        rows = await (await connection.execute(_QUESTIONS, values)).fetchall()
    return PromptComparison(
        name=name,
        since=since,
        until=until,
        receipts=count,
        versions=compared(Question(*row) for row in rows),
    )
