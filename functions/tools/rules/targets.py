"""A connector as what calls are sent to, with the credential that it is shown."""

from collections.abc import Iterator

from events.connector_definition import ConnectorDefinition, ConnectorOperation
from events.credentials import Credential, is_there
from functions.tools.http.targets import (
    Auth,
    Basic,
    Bearer,
    ClientCredentials,
    HttpOperation,
    InHeader,
    Target,
    Webhook,
    wrong_target,
    wrong_together,
)
from shared.kit.errors import FieldError


def auth_of(credential: Credential) -> Auth:
    """How a service is shown the credential."""
    shown = credential.shown
    match credential.kind:
        case "bearer":
            return Bearer()
        case "basic":
            return Basic()
        case "header":
            return InHeader(name=shown.header or "")
        case "webhook":
            return Webhook()
        case "oauth2":
            return ClientCredentials(
                token_url=shown.token_url or "", scope=shown.scope, audience=shown.audience
            )


def target_of(definition: ConnectorDefinition, auth: Auth | None) -> Target:
    """What its calls are sent to."""
    return Target(base_url=definition.url, hosts=definition.hosts, auth=auth)


def sent_as(operation: ConnectorOperation) -> HttpOperation:
    """How a call of the operation is sent."""
    return HttpOperation(
        method=operation.method,
        path=operation.path,
        query=operation.query,
        idempotency_header=operation.idempotency_header,
    )


def wrong_with(
    definition: ConnectorDefinition, credential: Credential | None, *, may_be_loopback: bool
) -> Iterator[FieldError]:
    """Why calls of a checked definition could not be sent with the credential; nothing where they
    can, and where it names one that is not stored yet."""
    is_named = definition.credential is not None
    if definition.baked is not None or (is_named and not is_there(credential)):
        return
    auth = auth_of(credential) if is_named and credential is not None else None
    told = _wrong_kind(definition, auth)
    if told is not None:
        yield FieldError("credential", f"does not fit: {told}")
    if definition.kind == "smtp":
        return
    target = target_of(definition, auth)
    told = wrong_target(target, may_be_loopback=may_be_loopback)
    if told is not None:
        yield FieldError("credential", f"does not fit: {told}")
    for number, operation in enumerate(definition.operations):
        if not isinstance(operation, ConnectorOperation):
            continue
        told = wrong_together(target, sent_as(operation))
        if told is not None:
            field, _, told = told.partition(": ")
            told = f"{told}: name the header that the service reads the key from"
            yield FieldError(f"operations.{number}.{field}", told)


def _wrong_kind(definition: ConnectorDefinition, auth: Auth | None) -> str | None:
    """Why nothing of the connector's kind takes such a credential, or None."""
    if definition.kind == "smtp" and not isinstance(auth, Basic | None):
        return "a relay takes a user and a password, a credential of kind basic"
    if definition.kind == "mcp" and isinstance(auth, Webhook):
        return "it signs webhooks, which no MCP server takes"
    return None
