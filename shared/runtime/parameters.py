"""Query parameters: a call takes no others, and a cursor belongs to the list that gave it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fastapi import Query, Request
from fastapi._compat import ModelField
from pydantic import BaseModel

from shared.kit.callers import Caller
from shared.kit.parsing import refused_cursor

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=2000)]

# What may differ between two pages of one list.
_OF_A_PAGE = ("limit", "cursor")
_CURSOR = "_cursor"


def whole_numbers_of(parameters: Iterable[ModelField]) -> frozenset[str]:
    """The names of the parameters that are whole numbers. Raises TypeError for another type than
    text, choices of text and whole numbers: each of these has one spelling only."""
    kinds = {each.alias: frozenset(_kinds(each.field_info.annotation)) for each in parameters}
    for name, found in kinds.items():
        if not found <= {str, int, NoneType}:
            raise TypeError(f"the parameter {name} may be text, choices of text or a whole number")
    return frozenset(name for name, found in kinds.items() if int in found)


def _kinds(annotation: Any) -> Iterator[type]:
    if get_origin(annotation) is Literal:
        yield from map(type, get_args(annotation))
    elif get_origin(annotation) in (Union, UnionType):
        for each in get_args(annotation):
            yield from _kinds(each)
    else:
        yield annotation


class ListOf:
    """One list: the tenant's, at this path, with this query apart from its page; or, where `below`
    is given, the one of that name below this path, without a query.

    The mark has no key, because nobody gains by forging it: a place is only where in a list a page
    begins. Tenant, scopes and filters come from the token and the query of each request, and never
    from a cursor, so whoever makes one up reads what they may read anyway, from another place."""

    def __init__(self, request: Request, below: str | None = None) -> None:
        caller: Caller = request.state.caller
        path, query = request.url.path, request.query_params.multi_items()
        if below is not None:
            path, query = f"{path}/{below}", []
        query = sorted(pair for pair in query if pair[0] not in _OF_A_PAGE)
        named = json.dumps([caller.tenant_id, path, query])
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


def with_sealed_cursors(answer: BaseModel, request: Request) -> BaseModel:
    """The answer with its cursors sealed: `next_cursor` leads on in the list that was asked for,
    `<name>_cursor` into the list `<name>` below the thing that was."""
    sealed = {}
    for field in type(answer).model_fields:
        name = field.removesuffix(_CURSOR)
        place = getattr(answer, field) if name != field else None
        if place is not None:
            sealed[field] = ListOf(request, None if name == "next" else name).seal(place)
    return answer.model_copy(update=sealed) if sealed else answer
