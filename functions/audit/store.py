"""The audit log in PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from functions.audit.rules.chain import Head
from functions.audit.rules.evidence import Filed, NewEntry
from functions.audit.rules.examination import Linked
from functions.audit.rules.receipts import ACTION
from shared.audit_log.entries import GENESIS, Entry
from shared.audit_log.tree import Node
from shared.messaging.log import tenants_of_log
from shared.storage.postgres import platform_transaction, tenant_transaction

READ_AT_ONCE = 500
HASHES_AT_ONCE = 5_000
APPEND = "SELECT append_audit_entries(%s, %s, %s, %s::timestamptz[], %s, %s, %s, %s)"

# What an event says in its attributes, a receipt says in the predicate of its statement
# (`functions.audit.rules.receipts`).
_FIRST_MISFILED = """
SELECT min(number) FROM audit_entries,
    LATERAL (SELECT CASE WHEN pg_input_is_valid(body, 'jsonb') THEN body::json END AS it) AS text,
    LATERAL (SELECT it->'predicate' AS receipt) AS part,
    LATERAL (SELECT CASE WHEN receipt IS NULL THEN it->>'time' ELSE receipt->>'at' END
        AS moment) AS said
WHERE number > %s AND number <= %s AND (actor, action, subject, workspace) IS DISTINCT FROM
    CASE WHEN receipt IS NULL
    THEN (coalesce(it->>'actorid', ''), it->>'type', it->>'subject', it->>'workspaceid')
    ELSE (coalesce(receipt->>'agent_id', receipt->>'called_by'), it->>'predicateType',
          coalesce('run/' || (receipt->>'run_id'),
                   CASE WHEN receipt->>'agent_id' IS NULL THEN 'model_call/' ELSE 'invocation/' END
                       || (receipt->>'invocation_id')),
          receipt->>'workspace_id') END
OR number > %s AND number <= %s AND at IS DISTINCT FROM
    CASE WHEN pg_input_is_valid(moment, 'timestamptz') THEN moment::timestamptz END
"""
_FIRST_AFTER_HEAD = """
SELECT min(number) FROM audit_entries
WHERE number > coalesce((SELECT number FROM audit_heads), 0)
"""

_LINK = """
SELECT tenant_id, number, event_id, body, previous_hash, hash, workspace,
    CASE number WHEN 1 THEN repeat('0', 64) ELSE
        (SELECT hash FROM audit_entries AS other WHERE other.number = it.number - 1) END,
    coalesce(
        (SELECT previous_hash FROM audit_entries AS other WHERE other.number = it.number + 1),
        (SELECT hash FROM audit_heads AS head WHERE head.number = it.number))
FROM audit_entries AS it WHERE event_id = %s
"""


async def append_together(tenant_id: str, entries: Sequence[NewEntry]) -> None:
    """Appends the entries to the tenant's chain in their order, by one call and in one commit; an
    event that is in the chain already stays in its place. Raises Unavailable."""
    columns = zip(*entries, strict=True)
    async with tenant_transaction(tenant_id) as connection:
        await connection.execute(APPEND, (tenant_id, *map(list, columns)))


async def read_entries(tenant_id: str, up_to: int) -> AsyncIterator[Entry]:
    """A tenant's entries from the first to number `up_to`, some hundred at a time. Raises
    Unavailable."""
    after = 0
    while after < up_to:
        async with tenant_transaction(tenant_id) as connection:
            rows = await connection.execute(
                "SELECT tenant_id, number, event_id, body, previous_hash, hash FROM audit_entries"
                " WHERE number > %s AND number <= %s"
                " ORDER BY number LIMIT %s",
                (after, up_to, READ_AT_ONCE),
            )
            entries = [Entry(*row) for row in await rows.fetchall()]
        for entry in entries:
            yield entry
        if len(entries) < READ_AT_ONCE:
            return
        after = entries[-1].number


class Search(NamedTuple):
    """What entries are sought: those that match everything that is given, from `since` to before
    `before`; `after` is the place of the last one of the page before. With a `workspace_id` only
    those about what belongs to it."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    after: tuple[datetime, int] | None = None
    workspace_id: str | None = None


class Found(NamedTuple):
    """An entry, and the attributes that it is searched by."""

    entry: Entry
    filed: Filed


async def find_entries(tenant_id: str, search: Search, limit: int) -> list[Found]:
    """Up to `limit` entries of the tenant that match, newest first, those of one moment by their
    number. Raises Unavailable."""
    from psycopg.sql import SQL

    terms: dict[str, Any] = {
        "actor = %s": search.actor,
        "action = %s": search.action,
        "subject = %s": search.subject,
        "workspace = %s": search.workspace_id,
        "at >= %s": search.since,
        "at < %s": search.before,
    }
    given = {term: value for term, value in terms.items() if value is not None}
    values = list(given.values())
    if search.after is not None:
        given["(at, number) < (%s, %s)"] = search.after
        values += search.after
    where = SQL(" AND ").join(map(SQL, ("tenant_id = %s", *given)))
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(
            SQL(
                "SELECT tenant_id, number, event_id, body, previous_hash, hash, at, actor, action,"
                " subject, workspace FROM audit_entries WHERE {}"
                " ORDER BY at DESC, number DESC LIMIT %s"
            ).format(where),
            (tenant_id, *values, limit),
        )
        found = await rows.fetchall()
    return [Found(Entry(*row[:6]), Filed(*row[6:])) for row in found]


class EntriesAbout(NamedTuple):
    """How many entries of events there are about something, and the number of the last entry about
    it, which may be that of a receipt."""

    events: int
    last: int


async def entries_about(tenant_id: str, subjects: Sequence[str]) -> dict[str, EntriesAbout]:
    """The entries about each of these subjects that has some. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(
            "SELECT subject, count(*) FILTER (WHERE action <> %s), max(number) FROM audit_entries"
            " WHERE tenant_id = %s AND subject = ANY(%s) GROUP BY subject",
            (ACTION, tenant_id, list(subjects)),
        )
        return {subject: EntriesAbout(*found) for subject, *found in await rows.fetchall()}


async def is_of_workspace(tenant_id: str, number: int, workspace_id: str) -> bool:
    """Whether the tenant has an entry of that number which belongs to the workspace. Raises
    Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(
            "SELECT 1 FROM audit_entries WHERE number = %s AND workspace = %s",
            (number, workspace_id),
        )
        return await rows.fetchone() is not None


async def first_misfiled(tenant_id: str, after: int, up_to: int) -> int | None:
    """The number of the first of these entries that searches find by other attributes than those in
    its body, or None. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(_FIRST_MISFILED, (after, up_to) * 2)
        found = await rows.fetchone()
    return found[0] if found else None


async def first_after_head(tenant_id: str) -> int | None:
    """The number of the first entry after the last one that the head knows, as of one moment, or
    None: whoever appends stores both at once. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        found = await (await connection.execute(_FIRST_AFTER_HEAD)).fetchone()
    return found[0] if found else None


async def read_hashes(tenant_id: str, after: int, up_to: int) -> AsyncIterator[list[str]]:
    """The hashes of the entries after number `after` up to number `up_to`, some thousand at a time;
    ends before an entry that is missing. Raises Unavailable."""
    while after < up_to:
        async with tenant_transaction(tenant_id) as connection:
            rows = await connection.execute(
                "SELECT number, hash FROM audit_entries WHERE number > %s AND number <= %s"
                " ORDER BY number LIMIT %s",
                (after, up_to, HASHES_AT_ONCE),
            )
            numbered = await rows.fetchall()
        hashes = [
            hash for place, (number, hash) in enumerate(numbered, 1) if number == after + place
        ]
        yield hashes
        if len(hashes) < min(HASHES_AT_ONCE, up_to - after):
            return
        after += len(hashes)


async def store_nodes(tenant_id: str, nodes: Sequence[tuple[Node, bytes]]) -> None:
    """Stores nodes of the tenant's tree; those that are stored already stay. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        await connection.execute(
            "SELECT keep_audit_nodes(%s, %s::smallint[], %s::bigint[], %s::bytea[])",
            (
                tenant_id,
                [node.level for node, _ in nodes],
                [node.place for node, _ in nodes],
                [hash for _, hash in nodes],
            ),
        )


async def entries_of(tenant_id: str, event_ids: Sequence[str]) -> dict[str, Entry]:
    """The entries of some events, by the event's id. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(
            "SELECT tenant_id, number, event_id, body, previous_hash, hash FROM audit_entries"
            " WHERE event_id = ANY(%s)",
            (list(event_ids),),
        )
        return {entry.event_id: entry for entry in (Entry(*row) for row in await rows.fetchall())}


async def read_link(tenant_id: str, event_id: str) -> Linked | None:
    """The entry of that event or receipt between its neighbours, as of one moment; None where there
    is none. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(_LINK, (event_id,))
        found = await rows.fetchone()
    return Linked(Entry(*found[:6]), *found[6:]) if found else None


async def read_head(tenant_id: str) -> Head:
    """A tenant's last entry, which the appending function stores beside the entries. Raises
    Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute("SELECT number, hash, covered FROM audit_heads")
        head = await rows.fetchone()
    return Head(*head) if head else Head(0, GENESIS)


async def uncovered_tenants(limit: int) -> list[str]:
    """Up to `limit` tenants with entries that no checkpoint covers, the longest uncovered first.
    Raises Unavailable."""
    async with platform_transaction() as connection:
        rows = await connection.execute(
            "SELECT tenant_id FROM audit_heads WHERE number > covered"
            " ORDER BY covered_at NULLS FIRST, tenant_id LIMIT %s",
            (limit,),
        )
        return [tenant_id for (tenant_id,) in await rows.fetchall()]


async def note_covered(tenant_id: str, number: int) -> None:
    """Notes beside the chain that a checkpoint covers the entries up to `number`. Raises
    Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        await connection.execute("SELECT cover_audit_entries(%s, %s)", (tenant_id, number))


async def audited_tenants() -> list[str]:
    """Every tenant with an event in the log or an entry of it: also one whose rows are all gone.
    Raises Unavailable."""
    async with platform_transaction() as connection:
        rows = await connection.execute("SELECT tenant_id FROM audit_heads")
        chained = [tenant_id for (tenant_id,) in await rows.fetchall()]
    return sorted({*chained, *await tenants_of_log()})
