"""A connector from its registration to its end: what it may be, and who made it that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.connector_definition import ConnectorDefinition
from events.connectors import (
    Connector,
    ConnectorActivated,
    ConnectorChanged,
    ConnectorRegistered,
    ConnectorRemoved,
    ConnectorSuspended,
    connector_id,
)
from events.credentials import Credential, why_not_for
from functions.tools.rules.differences import differences
from functions.tools.rules.targets import wrong_with
from shared.kit.contents import Content
from shared.kit.errors import FieldError, Invalid, NotFound, VersionConflict
from shared.kit.transitions import Transition

# What is said of operations, and the field of an operation that it is.
_FIELDS = {"effects": "effect", "undos": "undo", "idempotent": "idempotent"}

Steps = tuple[Transition[Any], ...]


def definition_content(definition: ConnectorDefinition) -> Content:
    """The content that holds a definition; its hash is the connector's pin."""
    return Content.of(definition.model_dump(mode="json"))


def is_there(connector: Connector | None) -> bool:
    """Whether a connector of that name is there for anybody."""
    return connector is not None and connector.status != "removed"


def register(
    known: Connector | None,
    definition: ConnectorDefinition,
    by: str,
    at: datetime,
    workspace_id: str | None,
) -> Steps:
    """A new connector as a draft; nothing where it is there with the same definition. Raises
    VersionConflict for another definition of a name that is taken."""
    content = definition_content(definition)
    if known is not None and is_there(known):
        if known.pin == content.hash:
            return ()
        raise VersionConflict(
            f"there is a connector {definition.name} with another definition: change it with PATCH,"
            " or register this one under another name"
        )
    connector = Connector(
        connector_id=connector_id(definition.name, workspace_id),
        name=definition.name,
        status="draft",
        pin=content.hash,
        revision=1 if known is None else known.revision + 1,
        written_by=by,
        written_at=at,
        definition=definition,
    )
    return (Transition(connector, ConnectorRegistered, contents=(content,)),)


def with_words(
    definition: ConnectorDefinition, words: Mapping[str, Mapping[str, Any]]
) -> ConnectorDefinition:
    """The definition with what people say of operations, by the field and the operation's name.
    Raises Invalid for an operation that it does not have."""
    known = {each.name for each in definition.operations}
    for field, given in words.items():
        unknown = sorted(given.keys() - known)
        if unknown:
            there = ", ".join(each.name for each in definition.operations[:20])
            raise Invalid(
                FieldError(f"{field}.{unknown[0]}", f"is no operation of it: write {there}")
            )
    changed = (
        each.but(
            **{
                _FIELDS[field]: given[each.name]
                for field, given in words.items()
                if each.name in given
            }
        )
        for each in definition.operations
    )
    return definition.but(operations=tuple(changed))


def change(connector: Connector, definition: ConnectorDefinition, by: str, at: datetime) -> Steps:
    """The connector with another definition, suspended where it was active; nothing where the
    definition is the same."""
    content = definition_content(definition)
    if content.hash == connector.pin:
        return ()
    before = connector.definition
    known = before if connector.active_pin == connector.pin else connector.activated
    changed = connector.but(
        status="suspended" if connector.status == "active" else connector.status,
        pin=content.hash,
        revision=connector.revision + 1,
        written_by=by,
        written_at=at,
        definition=definition,
        activated=known if connector.active_pin != content.hash else None,
    )
    differing = tuple(each.difference for each in differences(before, definition))
    said = {"changed_by": by, "pin_before": connector.pin, "differences": differing}
    return (Transition(changed, ConnectorChanged, said, contents=(content,)),)


def activate(
    connector: Connector,
    pin: str,
    credential: Credential | None,
    by: str,
    at: datetime,
    *,
    may_be_loopback: bool,
) -> Steps:
    """The connector, from now on called by; nothing where it is already. Raises VersionConflict
    where its definition is another one than was looked at, and where its credential is not there,
    not for its hosts, or none that its calls can be sent with."""
    if pin != connector.pin:
        raise VersionConflict(
            f"its definition is {connector.pin} now: look at it again, and send that as pin"
        )
    if connector.status == "active":
        return ()
    named = connector.definition.credential
    if named is not None:
        told = why_not_for(credential, named, connector.definition.hosts, "connectors")
        if told is not None:
            raise VersionConflict(told)
    for wrong in wrong_with(connector.definition, credential, may_be_loopback=may_be_loopback):
        raise VersionConflict(f"{wrong.field}: {wrong.message}")
    active = connector.but(
        status="active", active_pin=pin, activated=None, activated_by=by, activated_at=at
    )
    return (Transition(active, ConnectorActivated),)


def suspend(connector: Connector, by: str, reason: str) -> Steps:
    """The connector, called by no more; nothing where it is suspended. Raises VersionConflict for a
    draft, by which nothing is called."""
    if connector.status == "suspended":
        return ()
    if connector.status == "draft":
        raise VersionConflict("it is a draft: nothing is called by it before it is activated")
    said = {"suspended_by": by, "reason": reason}
    return (Transition(connector.but(status="suspended"), ConnectorSuspended, said),)


def remove(connector: Connector, by: str) -> Steps:
    """The connector, gone."""
    return (Transition(connector.but(status="removed"), ConnectorRemoved, {"removed_by": by}),)


def found(connector: Connector) -> Connector:
    """The connector. Raises NotFound for one that was removed."""
    if not is_there(connector):
        raise NotFound(f"there is no connector {connector.name!r}")
    return connector
