"""What differs between two definitions of a connector, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from events.connector_definition import SAID_BY_PEOPLE, ConnectorDefinition
from events.connectors import Difference

Fields = Mapping[str, Any]


class Changed(NamedTuple):
    """A difference, and what the fields that it names were and are."""

    difference: Difference
    before: Fields
    after: Fields


def differences(before: ConnectorDefinition, after: ConnectorDefinition) -> tuple[Changed, ...]:
    """What differs: of the connector first, then of its operations by their names. An operation
    that is there under another name, and is the same in all else, was renamed."""
    return (*_of_connector(before, after), *_of_operations(_named(before), _named(after)))


def _of_connector(before: ConnectorDefinition, after: ConnectorDefinition) -> Iterator[Changed]:
    old, new = (
        _flat(each.model_dump(mode="json", exclude={"operations"}) | _left_out(each))
        for each in (before, after)
    )
    if old != new:
        yield _changed("", old, new)


def _left_out(definition: ConnectorDefinition) -> dict[str, Any]:
    """What a pin does not have where nobody says it."""
    return {"trust": definition.trust, "classification": definition.classification}


def _of_operations(before: Mapping[str, Fields], after: Mapping[str, Fields]) -> Iterator[Changed]:
    gone = {name: fields for name, fields in before.items() if name not in after}
    for name, fields in sorted(after.items()):
        if name in before:
            if before[name] != fields:
                yield _changed(name, before[name], fields)
            continue
        old = next((each for each, was in gone.items() if _same_tool(was, fields)), None)
        if old is None:
            yield Changed(Difference(operation=name, change="added"), {}, fields)
            continue
        del gone[old]
        renamed = Difference(operation=name, change="renamed", name_before=old)
        yield Changed(renamed, {"name": old}, {"name": name})
    for name, fields in sorted(gone.items()):
        yield Changed(Difference(operation=name, change="removed"), fields, {})


def _same_tool(before: Fields, after: Fields) -> bool:
    """Whether both do the same as far as anybody says: what people gave it is not its own."""
    own = {name for name in before.keys() | after.keys() if name not in SAID_BY_PEOPLE}
    return all(before.get(each) == after.get(each) for each in own)


def _changed(name: str, old: Fields, new: Fields) -> Changed:
    fields = tuple(
        sorted(each for each in old.keys() | new.keys() if old.get(each) != new.get(each))
    )
    difference = Difference(operation=name, change="changed", fields=fields)
    return Changed(
        difference,
        {each: old.get(each) for each in fields},
        {each: new.get(each) for each in fields},
    )


def _named(definition: ConnectorDefinition) -> dict[str, Fields]:
    """The fields of each operation, apart from its name."""
    return {
        each.name: _flat(each.model_dump(mode="json", exclude={"name"}))
        for each in definition.operations
    }


def _flat(fields: Mapping[str, Any]) -> Fields:
    """What a server says of itself or of a tool is named field by field too."""
    nested = {name: fields[name] for name in ("tool", "server") if fields.get(name) is not None}
    parts = {
        f"{name}.{field}": value for name, each in nested.items() for field, value in each.items()
    }
    return {name: value for name, value in fields.items() if name not in ("tool", "server")} | parts
