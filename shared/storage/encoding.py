"""Converts documents and queries to Firestore's messages, and back."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import NoneType
from typing import Any

from shared.storage.batches import Add, AtLeast, Removed, ServerTime, Write

Condition = tuple[str, str, Any]
Path = tuple[str, ...]

_OPERATORS = {
    "==": "EQUAL",
    "<": "LESS_THAN",
    "<=": "LESS_THAN_OR_EQUAL",
    ">": "GREATER_THAN",
    ">=": "GREATER_THAN_OR_EQUAL",
    "in": "IN",
    "array_contains": "ARRAY_CONTAINS",
    "array_contains_any": "ARRAY_CONTAINS_ANY",
}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNQUOTED, _ESCAPED = re.compile(r"[\\`]"), r"\\\g<0>"
_SENTINELS = (Add, AtLeast, ServerTime)


def put_value(message: Any, value: Any) -> None:
    """Writes a plain value into a `Value`. Raises TypeError for one that no document can hold."""
    for kind, put in _PUT:
        if isinstance(value, kind):
            put(message, value)
            return
    raise TypeError(f"a document cannot hold {type(value).__name__}")


def _put_map(message: Any, value: Mapping[str, Any]) -> None:
    message.map_value.SetInParent()
    for name, each in value.items():
        put_value(message.map_value.fields[name], each)


def _put_array(message: Any, value: Iterable[Any]) -> None:
    message.array_value.SetInParent()
    for each in value:
        put_value(message.array_value.values.add(), each)


# The most frequent types first; a bool is an int too.
_PUT: tuple[tuple[Any, Callable[[Any, Any], None]], ...] = (
    (str, lambda message, value: setattr(message, "string_value", value)),
    (NoneType, lambda message, value: setattr(message, "null_value", 0)),
    (bool, lambda message, value: setattr(message, "boolean_value", value)),
    (int, lambda message, value: setattr(message, "integer_value", value)),
    (datetime, lambda message, value: message.timestamp_value.FromDatetime(value)),
    (float, lambda message, value: setattr(message, "double_value", value)),
    (bytes, lambda message, value: setattr(message, "bytes_value", value)),
    (Mapping, _put_map),
    ((list, tuple), _put_array),
)


def plain_value(message: Any) -> Any:
    """The plain value in a `Value`; instants keep their nanoseconds."""
    kind = message.WhichOneof("value_type")
    if kind == "timestamp_value":
        from google.api_core.datetime_helpers import DatetimeWithNanoseconds

        return DatetimeWithNanoseconds.from_timestamp_pb(message.timestamp_value)  # type: ignore[no-untyped-call]
    if kind == "map_value":
        return plain_fields(message.map_value.fields)
    if kind == "array_value":
        return [plain_value(each) for each in message.array_value.values]
    return None if kind == "null_value" else getattr(message, kind)


def plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The plain values of a document's fields."""
    return {name: plain_value(value) for name, value in fields.items()}


def put_write(message: Any, write: Write, name: str) -> None:
    """Writes one change of the document called `name` into a `Write`."""
    if write.seen is not None:
        message.current_document.update_time.CopyFrom(write.seen.update_time)
    if write.kind == "delete":
        message.delete = name
        return
    data = write.data
    if write.kind == "create":
        message.current_document.exists = False
    elif write.kind == "check":
        assert write.seen is not None
        # Writing the stored value changes nothing, not even the update time, but fails when the
        # document has changed: the cheapest condition of a batch.
        first = min(write.seen.data)
        data = {first: write.seen.data[first]}
    message.update.name = name
    for path, value in _leaves(data) if write.kind == "merge" else _fields(data):
        _put_field(message, path, value, is_masked=write.kind in ("check", "merge"))
    if write.kind == "merge":
        message.update_mask.SetInParent()


def _put_field(message: Any, path: Path, value: Any, *, is_masked: bool) -> None:
    if isinstance(value, _SENTINELS):
        _put_transform(message.update_transforms.add(), _joined(path), value)
        return
    if is_masked:
        message.update_mask.field_paths.append(_joined(path))
    # Firestore removes what the mask names and the document leaves out.
    if isinstance(value, Removed):
        return
    parent = message.update
    for inner in path[:-1]:
        parent = parent.fields[inner].map_value
    put_value(parent.fields[path[-1]], value)


def put_query(
    message: Any,
    collection: str,
    *,
    where: Iterable[Condition],
    order_by: Iterable[str] = (),
    descending: bool = False,
    limit: int | None = None,
    select: Iterable[str] = (),
    everywhere: bool = False,
) -> None:
    """Writes a query of one collection, of every parent where it is `everywhere`, into a
    `StructuredQuery`. With a limit, it is in the order of `order_by`, then of ids. With `select`,
    documents come with these fields only."""
    source = message.from_.add()
    source.collection_id = collection
    source.all_descendants = everywhere
    conditions = list(where)
    if conditions:
        message.where.composite_filter.op = 1
        for condition in conditions:
            _put_condition(message.where.composite_filter.filters.add(), *condition)
    for name in select:
        message.select.fields.add().field_path = _joined((name,))
    for name in (*order_by, *(() if limit is None else ("__name__",))):
        order = message.order_by.add()
        order.field.field_path = name if name == "__name__" else _joined((name,))
        order.direction = 2 if descending else 1
    if limit is not None:
        message.limit.value = limit


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield from (((name,), value) for name, value in data.items())


def _leaves(data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The paths of the values that are no mappings, so that a merge replaces nothing beside
    them."""
    for name, value in data.items():
        if isinstance(value, Mapping) and value:
            yield from (((name, *path), leaf) for path, leaf in _leaves(value))
        else:
            yield (name,), value


def _joined(path: Path) -> str:
    """A field's path for Firestore; quotes keep a name with a dot one name."""
    return ".".join(
        name if _PLAIN_NAME.fullmatch(name) else f"`{_UNQUOTED.sub(_ESCAPED, name)}`"
        for name in path
    )


def _put_condition(message: Any, field: str, operator: str, value: Any) -> None:
    if value is None:
        unary = message.unary_filter
        unary.op = unary.DESCRIPTOR.fields_by_name["op"].enum_type.values_by_name["IS_NULL"].number
        unary.field.field_path = _joined((field,))
        return
    compared = message.field_filter
    operators = compared.DESCRIPTOR.fields_by_name["op"].enum_type.values_by_name
    compared.field.field_path = _joined((field,))
    compared.op = operators[_OPERATORS[operator]].number
    put_value(compared.value, value)


def _put_transform(message: Any, path: str, value: Any) -> None:
    message.field_path = path
    if isinstance(value, Add):
        put_value(message.increment, value.amount)
    elif isinstance(value, AtLeast):
        put_value(message.maximum, value.value)
    else:
        message.set_to_server_value = 1
