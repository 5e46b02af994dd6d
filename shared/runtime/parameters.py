"""Query parameters: a call takes no others, and a cursor belongs to the list that gave it."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from typing import Annotated

from fastapi import Query, Request

from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.parsing import refused_cursor

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=2000)]

# What may differ between two pages of one list.
_OF_A_PAGE = ("limit", "cursor")
_SHOWN = 100


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """Raises Invalid for a query parameter that is not one of `known`, and for one that is sent
    twice, because the call would ignore it."""
    takes = " and ".join(sorted(known)) or "none"
    sent = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        FieldError(name[:_SHOWN] or "query", f"is not a parameter of this call; it takes {takes}")
        if name not in known
        else FieldError(name, "is sent twice; send it once")
        for name, times in sent.items()
        if name not in known or times > 1
    ]
    if errors:
        raise Invalid(*errors[:_SHOWN])


class ListOf:
    """One list: the tenant's, at this path, with this query apart from its page."""

    def __init__(self, request: Request) -> None:
        caller: Caller = request.state.caller
        query = sorted(
            pair for pair in request.query_params.multi_items() if pair[0] not in _OF_A_PAGE
        )
        named = json.dumps([caller.tenant_id, request.url.path, query])
        self._mark = hashlib.sha256(named.encode()).hexdigest()[:16]

    def open(self, cursor: str) -> str:
        """The place in a cursor that `seal` gave. Raises Invalid for a cursor of another list."""
        mark, _, place = cursor.partition(".")
        if mark != self._mark:
            raise refused_cursor()
        return place

    def seal(self, place: str) -> str:
        """The cursor of a place in this list."""
        return f"{self._mark}.{place}"
