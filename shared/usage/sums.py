"""What was used, added up from the hours."""

from typing import NamedTuple

from shared.storage.postgres import tenant_transaction
from shared.usage.meters import GroupBy

# By hours since 1970: a day has 24 of them, and a month begins with a day. Texts are sorted by
# their bytes, whatever the collation of the database, as whoever adds another meter sorts.
_PART = {
    "total": "NULL::bigint, NULL::text",
    "subject": 'NULL::bigint, subject COLLATE "C"',
    "hour": "hour, NULL::text",
    "day": "hour / 24 * 24, NULL::text",
    "month": (
        "(extract(epoch FROM date_trunc('month', to_timestamp(hour * 3600) AT TIME ZONE 'UTC'))"
        " / 3600)::bigint, NULL::text"
    ),
}


class Sum(NamedTuple):
    """What was used of a meter, since that hour or by that subject."""

    meter: str
    hour: int | None
    subject: str | None
    quantity: int
    events: int


async def sums_of(
    tenant_id: str, meter: str | None, first: int, end: int, by: GroupBy, most: int
) -> list[Sum]:
    """The sums of the hours from `first` to before `end`, by meter, then by time or subject: up to
    `most`. Raises Unavailable."""
    from psycopg.sql import SQL

    only = SQL(" AND meter = %s" if meter is not None else "")
    asked = SQL(
        'SELECT meter COLLATE "C", {}, sum(quantity), sum(events) FROM usage_hours'
        " WHERE tenant_id = %s AND hour >= %s AND hour < %s{}"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT %s"
    ).format(SQL(_PART[by]), only)
    values = (tenant_id, first, end, *([meter] if meter is not None else []), most)
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(asked, values)
        return [
            Sum(name, hour, subject, int(quantity), int(events))
            for name, hour, subject, quantity, events in await rows.fetchall()
        ]
