"""Connectors: registered and changed by those who build, activated by those who govern."""

from collections.abc import Callable

from events.connectors import Connector, ConnectorDefinition, connector_id
from functions.tools.aggregates import CONNECTORS, CREDENTIALS, RUN
from functions.tools.rules import connector as rules
from functions.tools.rules.credential import credential_id
from functions.tools.rules.definitions import checked
from functions.tools.settings import settings
from functions.tools.views import ConnectorView
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.storage.idempotency import IdempotencyKey


async def register(
    caller: Caller, key: IdempotencyKey, definition: ConnectorDefinition
) -> ConnectorView:
    """The connector as a draft. Raises Invalid, VersionConflict, Unavailable."""
    right = checked(definition, may_be_loopback=settings().may_be_loopback)

    async def use_case(work: Command) -> ConnectorView:
        within = work.workspace_id
        known = await work.find(CONNECTORS, connector_id(right.name, within))
        steps = rules.register(known, right, caller.principal, work.at, within)
        saved = await work.save(*steps)
        return ConnectorView.of((*saved, known)[0])

    return await RUN.command(caller, use_case, ConnectorView, key=key)


async def show(caller: Caller, name: str) -> ConnectorView:
    """The connector. Raises NotFound, Unavailable."""
    return ConnectorView.of(rules.found(await RUN.read(caller, CONNECTORS, _id(caller, name))))


async def change(
    caller: Caller,
    key: IdempotencyKey,
    name: str,
    changed: Callable[[ConnectorDefinition], ConnectorDefinition],
) -> ConnectorView:
    """The connector with the definition that `changed` makes of its own. Raises NotFound, Invalid,
    Unavailable."""

    def rule(connector: Connector, work: Command) -> rules.Steps:
        definition = changed(connector.definition)
        right = checked(definition, may_be_loopback=settings().may_be_loopback)
        return rules.change(connector, right, caller.principal, work.at)

    return await _changed(caller, key, name, rule)


async def activate(caller: Caller, key: IdempotencyKey, name: str, pin: str) -> ConnectorView:
    """The connector, from now on called by. Raises NotFound, VersionConflict, Unavailable."""

    async def use_case(work: Command) -> ConnectorView:
        connector = rules.found(await work.get(CONNECTORS, _id(caller, name)))
        named = connector.definition.credential
        credential = None
        if named is not None:
            id = credential_id(named, connector.workspace_id)
            credential = await work.find(CREDENTIALS, id)
            if credential is not None:
                work.rely_on(CREDENTIALS, id)
        steps = rules.activate(connector, pin, credential, caller.principal, work.at)
        return ConnectorView.of(await work.save_change(connector, *steps))

    about = (CONNECTORS, _id(caller, name))
    return await RUN.command(caller, use_case, ConnectorView, key=key, about=about)


async def suspend(caller: Caller, key: IdempotencyKey, name: str, reason: str) -> ConnectorView:
    """The connector, called by no more. Raises NotFound, VersionConflict, Unavailable."""

    def rule(connector: Connector, work: Command) -> rules.Steps:
        return rules.suspend(connector, caller.principal, reason)

    return await _changed(caller, key, name, rule)


async def remove(caller: Caller, key: IdempotencyKey, name: str) -> ConnectorView:
    """The connector, gone. Raises NotFound, Unavailable."""

    def rule(connector: Connector, work: Command) -> rules.Steps:
        return rules.remove(connector, caller.principal)

    return await _changed(caller, key, name, rule)


async def _changed(
    caller: Caller,
    key: IdempotencyKey,
    name: str,
    rule: Callable[[Connector, Command], rules.Steps],
) -> ConnectorView:
    async def use_case(work: Command) -> ConnectorView:
        connector = rules.found(await work.get(CONNECTORS, _id(caller, name)))
        return ConnectorView.of(await work.save_change(connector, *rule(connector, work)))

    about = (CONNECTORS, _id(caller, name))
    return await RUN.command(caller, use_case, ConnectorView, key=key, about=about)


def _id(caller: Caller, name: str) -> str:
    return connector_id(name, caller.workspace_id)
