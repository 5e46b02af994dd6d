"""Connectors: registered and changed by those who build, activated by those who govern."""

from collections.abc import Awaitable, Callable

from events.connector_definition import ConnectorDefinition
from events.connectors import Connector, connector_id
from events.credentials import Credential, credential_id
from functions.tools.aggregates import CONNECTORS, CREDENTIALS, RUN
from functions.tools.rules import connector as rules
from functions.tools.rules.definitions import checked
from functions.tools.rules.targets import wrong_with
from functions.tools.settings import settings
from functions.tools.views import ConnectorView
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.errors import Invalid
from shared.storage.idempotency import IdempotencyKey


def checked_here(definition: ConnectorDefinition) -> ConnectorDefinition:
    """The definition in order, as far as this installation can call it. Raises Invalid."""
    known = settings()
    return checked(
        definition, may_be_loopback=known.may_be_loopback, baked=known.mcp_servers.keys()
    )


async def register(
    caller: Caller, key: IdempotencyKey, definition: ConnectorDefinition
) -> ConnectorView:
    """The connector as a draft. Raises Invalid, also for a credential that is stored already and
    that its calls cannot be sent with; VersionConflict, Unavailable."""
    right = checked_here(definition)

    async def use_case(work: Command) -> ConnectorView:
        within = work.workspace_id
        known = await work.find(CONNECTORS, connector_id(right.name, within))
        await _check_credential(work, right, within)
        steps = rules.register(known, right, caller.principal, work.at, within)
        saved = await work.save(*steps)
        return ConnectorView.of((*saved, known)[0])

    return await RUN.command(caller, use_case, ConnectorView, key=key)


async def show(caller: Caller, name: str) -> ConnectorView:
    """The connector. Raises NotFound, Unavailable."""
    return ConnectorView.of(rules.found(await RUN.read(caller, CONNECTORS, id_of(caller, name))))


async def change(
    caller: Caller,
    key: IdempotencyKey,
    name: str,
    changed: Callable[[ConnectorDefinition], ConnectorDefinition],
) -> ConnectorView:
    """The connector with the definition that `changed` makes of its own. Raises NotFound, Invalid,
    Unavailable."""

    async def rule(connector: Connector, work: Command) -> rules.Steps:
        definition = changed(connector.definition)
        right = checked_here(definition)
        await _check_credential(work, right, connector.workspace_id)
        return rules.change(connector, right, caller.principal, work.at)

    return await _changed(caller, key, name, rule)


async def activate(caller: Caller, key: IdempotencyKey, name: str, pin: str) -> ConnectorView:
    """The connector, from now on called by. Raises NotFound, VersionConflict, Unavailable."""

    async def use_case(work: Command) -> ConnectorView:
        connector = rules.found(await work.get(CONNECTORS, id_of(caller, name)))
        credential = await _credential(work, connector.definition, connector.workspace_id)
        if credential is not None:
            work.rely_on(CREDENTIALS, credential.credential_id)
        steps = rules.activate(
            connector,
            pin,
            credential,
            caller.principal,
            work.at,
            may_be_loopback=settings().may_be_loopback,
        )
        return ConnectorView.of(await work.save_change(connector, *steps))

    about = (CONNECTORS, id_of(caller, name))
    return await RUN.command(caller, use_case, ConnectorView, key=key, about=about)


async def suspend(caller: Caller, key: IdempotencyKey, name: str, reason: str) -> ConnectorView:
    """The connector, called by no more. Raises NotFound, VersionConflict, Unavailable."""

    async def rule(connector: Connector, work: Command) -> rules.Steps:
        return rules.suspend(connector, caller.principal, reason)

    return await _changed(caller, key, name, rule)


async def remove(caller: Caller, key: IdempotencyKey, name: str) -> ConnectorView:
    """The connector, gone. Raises NotFound, Unavailable."""

    async def rule(connector: Connector, work: Command) -> rules.Steps:
        return rules.remove(connector, caller.principal)

    return await _changed(caller, key, name, rule)


async def _changed(
    caller: Caller,
    key: IdempotencyKey,
    name: str,
    rule: Callable[[Connector, Command], Awaitable[rules.Steps]],
) -> ConnectorView:
    async def use_case(work: Command) -> ConnectorView:
        connector = rules.found(await work.get(CONNECTORS, id_of(caller, name)))
        return ConnectorView.of(await work.save_change(connector, *await rule(connector, work)))

    about = (CONNECTORS, id_of(caller, name))
    return await RUN.command(caller, use_case, ConnectorView, key=key, about=about)


async def _credential(
    work: Command, definition: ConnectorDefinition, within: str | None
) -> Credential | None:
    named = definition.credential
    return await work.find(CREDENTIALS, credential_id(named, within)) if named else None


async def _check_credential(
    work: Command, definition: ConnectorDefinition, within: str | None
) -> None:
    """Raises Invalid where calls could not be sent with its credential."""
    credential = await _credential(work, definition, within)
    wrong = tuple(wrong_with(definition, credential, may_be_loopback=settings().may_be_loopback))
    if wrong:
        raise Invalid(*wrong[:20])


def id_of(caller: Caller, name: str) -> str:
    """The id of the connector of that name where the caller is."""
    return connector_id(name, caller.workspace_id)
