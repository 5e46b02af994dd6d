"""Finds a tenant's entries by who acted, what was done, what it was about, and when."""

from collections.abc import Iterator
from datetime import datetime

from functions.audit.store import Found, Search, find_entries
from functions.audit.views import AuditEntry, AuditEntryPage
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.instant_parameters import instant_named
from shared.kit.instants import format_instant, parse_instant
from shared.kit.parsing import refused_cursor, whole_number_in

# A page is at most 1 MB, with room for the names of its fields.
PAGE_BYTES = 900_000


async def search(
    caller: Caller,
    *,
    actor: str | None,
    action: str | None,
    subject: str | None,
    since: str | None,
    before: str | None,
    limit: int,
    cursor: str | None,
) -> AuditEntryPage:
    """The entries that the caller's token opens and that match everything given, newest first.
    Raises Invalid for a time or a cursor that is none, and for a span of time that ends before it
    begins; Unavailable."""
    wanted = Search(
        actor=actor,
        action=action,
        subject=subject,
        since=instant_named("from", since),
        before=instant_named("to", before),
        after=place_in(cursor) if cursor is not None else None,
        workspace_id=caller.workspace_id,
    )
    if wanted.since is not None and wanted.before is not None and wanted.before < wanted.since:
        raise Invalid(FieldError("to", "must not be before `from`"))
    found = await find_entries(caller.tenant_id, wanted, limit + 1)
    shown = list(_fitting(found[:limit]))
    is_last = len(shown) == len(found)
    return AuditEntryPage(
        items=tuple(AuditEntry.of(*each) for each in shown),
        next_cursor=None if is_last else cursor_of(shown[-1]),
    )


def _fitting(found: list[Found]) -> Iterator[Found]:
    """Those that fit into a page, at least one."""
    taken = 0
    for each in found:
        taken += 2 * len(each.entry.body)
        if taken > PAGE_BYTES and each is not found[0]:
            return
        yield each


def cursor_of(last: Found) -> str:
    """The cursor of a page that ends with this entry."""
    return f"{format_instant(last.filed.at)}_{last.entry.number}"


def place_in(cursor: str) -> tuple[datetime, int]:
    """Where the page before a cursor ended. Raises Invalid for a cursor that is none."""
    moment, _, digits = cursor.partition("_")
    number = whole_number_in(digits)
    try:
        if number is None or number >= 1 << 63:
            raise ValueError("no number")
        return parse_instant(moment), number
    except ValueError as error:
        raise refused_cursor() from error
