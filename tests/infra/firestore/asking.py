"""Every query that is asked of Firestore while somebody watches, and the places in the code that
could ask one."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from google.cloud.firestore_v1.types import StructuredQuery

from infra.preview.graph import ROOT
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.platform_store import PlatformStore
from shared.storage.rpc import Service
from tests.infra.firestore.serving import Query

ASKING = ("functions", "mobile_api", "shared")
_ITSELF = Path("shared/storage/firestore.py")
_METHODS = ("find", "find_page", "count")
# What tells a question to a store from a question to a string.
_KEYWORDS = {"where", "order_by", "limit", "cursor"}

Operator = StructuredQuery.FieldFilter.Operator
_RANGES = {
    *(Operator.LESS_THAN, Operator.LESS_THAN_OR_EQUAL),
    *(Operator.GREATER_THAN, Operator.GREATER_THAN_OR_EQUAL),
}
_EQUALITIES = {Operator.EQUAL, Operator.IN}
_CONTAINMENTS = {Operator.ARRAY_CONTAINS, Operator.ARRAY_CONTAINS_ANY}


@dataclass(frozen=True, order=True)
class Site:
    """A call in the code: the file, its first and its last line."""

    file: str
    first: int
    last: int

    def holds(self, file: str, line: int) -> bool:
        return self.file == file and self.first <= line <= self.last


@dataclass
class Asked:
    """What was asked, as it went over the wire, and from where; and which collections were
    written."""

    queries: set[Query] = field(default_factory=set)
    lines: set[tuple[str, int]] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


def sites() -> Iterator[Site]:
    """Every place that asks a store, but for the store itself."""
    for folder in ASKING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            file = path.relative_to(ROOT)
            if file == _ITSELF:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _asks(node):
                    yield Site(str(file), node.lineno, node.end_lineno or node.lineno)


def _asks(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS
    return named and bool(_KEYWORDS & {keyword.arg for keyword in call.keywords})


@contextmanager
def watching() -> Iterator[Asked]:
    """Watches our own handles for where a question comes from, and the calls that they make for
    what it is."""
    asked = Asked()
    with pytest.MonkeyPatch.context() as patch:
        for handle, name in (
            (TenantStore, "find"),
            (TenantStore, "find_page"),
            (TenantStore, "count"),
            (PlatformStore, "find"),
        ):
            patch.setattr(handle, name, _noting_the_caller(getattr(handle, name), asked))
        patch.setattr(TenantStore, "commit", _noting_collections(TenantStore.commit, asked))
        patch.setattr(Service, "stream", _noting_the_query(Service.stream, asked))
        yield asked


def _noting_the_caller(original: Callable[..., Any], asked: Asked) -> Callable[..., Any]:
    def ask(*arguments: Any, **named: Any) -> Any:
        frame = sys._getframe(1)
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT):
            asked.lines.add((str(path.relative_to(ROOT)), frame.f_lineno))
        return original(*arguments, **named)

    return ask


def _noting_collections(original: Callable[..., Any], asked: Asked) -> Callable[..., Any]:
    def commit(self: Any, batch: Batch) -> Any:
        asked.written |= {write.collection for write in batch.writes}
        return original(self, batch)

    return commit


def _noting_the_query(original: Callable[..., Any], asked: Asked) -> Callable[..., Any]:
    def stream(self: Any, method: str, request: Any, *rest: Any, **routed: Any) -> Any:
        if method == "RunQuery":
            asked.queries.add(_query(request.structured_query))
        elif method == "RunAggregationQuery":
            asked.queries.add(_query(request.structured_aggregation_query.structured_query))
        return original(self, method, request, *rest, **routed)

    return stream


def _query(asked: Any) -> Query:
    (source,) = asked.from_
    equal, contained, ranged = set(), set(), set()
    for one in _filters(asked.where):
        name = one.field.field_path
        if one.op in _EQUALITIES:
            equal.add(name)
        elif one.op in _CONTAINMENTS:
            contained.add(name)
        elif one.op in _RANGES:
            ranged.add(name)
        else:
            raise AssertionError(f"no rule is known for {Operator(one.op).name}")
    orders = [(one.field.field_path, one.direction) for one in asked.order_by]
    return Query(
        collection=source.collection_id,
        of_all_tenants=source.all_descendants,
        equal=frozenset(equal),
        contained=frozenset(contained),
        ranged=frozenset(ranged),
        orders=tuple((name, StructuredQuery.Direction(way).name) for name, way in orders),
    )


def _filters(where: Any) -> Iterator[Any]:
    kind = where.WhichOneof("filter_type")
    if kind == "field_filter":
        yield where.field_filter
    elif kind == "composite_filter":
        for each in where.composite_filter.filters:
            yield from _filters(each)
    elif kind is not None:
        raise AssertionError(f"no rule is known for {kind}")
