"""Who serves an operation: Assent itself, or a connector as it is now."""

from functools import partial
from typing import Any, NamedTuple

from pydantic import SecretStr

from events.connectors import GRAVEST, HTTP_OUTPUT, Connector, ConnectorOperation
from events.operations import OPERATIONS, SYSTEM, OperationDefinition
from functions.tools.aggregates import CREDENTIALS
from functions.tools.http.acting import Auth, call_http
from functions.tools.http.acting import Credential as Secret
from functions.tools.http.outcomes import Answered, NeverSent, Outcome, Refused
from functions.tools.own.acting import (
    Act,
    Done,
    NotReached,
    NotTaken,
    Operation,
    TargetRefused,
    Unanswered,
)
from functions.tools.own.operations import ACTS
from functions.tools.rules.credential import credential_id, secret_id, why_not_for
from functions.tools.rules.targets import auth_of, sent_as, target_of
from functions.tools.service.admitting import Refusal
from functions.tools.settings import settings
from shared.connectors import read_connectors
from shared.kit.canonical import canonical_json
from shared.storage.firestore import TenantStore
from shared.storage.secrets import read_version

LONGEST_DETAIL = 1_000
# What is known of an operation that nobody serves any more: it may have been the gravest.
UNKNOWN = OperationDefinition(
    summary="Nothing serves it any more.",
    effect=GRAVEST,
    idempotent=False,
    input_schema={},
    output_schema=HTTP_OUTPUT,
)


class Served(NamedTuple):
    """An operation, what acts, and why it may not; with the credential that it acts with."""

    definition: OperationDefinition
    act: Operation
    refusal: Refusal | None = None
    credential: str | None = None


def is_known(operation: str) -> bool:
    """Whether it is an operation of ours, or may be one of a connector."""
    system, slash, named = operation.partition("/")
    return operation in ACTS or bool(system != SYSTEM and slash and named)


async def served(tenant_id: str, within: str | None, operation: str, pin: str | None) -> Served:
    """Who serves the operation in the workspace now; the connector must be active, and the one with
    that `pin`, which a plan was compiled with: None for a call without a plan. Two reads at most,
    none for an operation of ours. Raises Unavailable."""
    if operation in ACTS:
        return Served(OPERATIONS[operation], ACTS[operation])
    name, _, named = operation.partition("/")
    store = TenantStore(tenant_id)
    connector = (await read_connectors(store, [name], within)).get(name)
    found = connector.definition.operation(named) if connector is not None else None
    if connector is None or found is None:
        return _refused(UNKNOWN, "there is no such connector, or it has no such operation")
    definition = connector.definition.defined(found)
    if pin is not None and connector.pin != pin:
        return _refused(definition, "the connector is not the one that the plan was compiled with")
    if connector.status != "active":
        return _refused(definition, f"the connector is {connector.status}", may_be_repeated=True)
    return await _with_credential(store, connector, found, definition)


async def _with_credential(
    store: TenantStore,
    connector: Connector,
    operation: ConnectorOperation,
    definition: OperationDefinition,
) -> Served:
    """The value is read before an intent is stored: whoever cannot read it leaves no doubt."""
    name = connector.definition.credential
    if name is None:
        return Served(definition, partial(_call, connector, operation, None, None))
    id = credential_id(name, connector.workspace_id)
    document = await store.get(CREDENTIALS.collection, id)
    credential = CREDENTIALS.state_in(document.data) if document is not None else None
    if credential is None or why_not_for(credential, name, connector.definition.hosts) is not None:
        said = "the credential of the connector is not there, or not for its hosts"
        return _refused(definition, said, may_be_repeated=True)
    value = await read_version(
        secret_id(store.tenant_id, id), credential.secret_version, credential.version
    )
    secret = Secret(
        tenant_id=store.tenant_id,
        name=id,
        version=str(credential.version),
        secret=SecretStr(value),
        user=credential.shown.user or "",
    )
    act = partial(_call, connector, operation, auth_of(credential), secret)
    return Served(definition, act, credential=name)


async def _call(
    connector: Connector,
    operation: ConnectorOperation,
    auth: Auth | None,
    secret: Secret | None,
    act: Act,
) -> Done:
    return _done(
        await call_http(
            target_of(connector.definition, auth),
            sent_as(operation),
            act.arguments,
            key=act.invocation.invocation_id,
            credential=secret,
            may_be_loopback=settings().may_be_loopback,
        )
    )


def _done(outcome: Outcome) -> Done:
    """What the call gave. Raises TargetRefused, NotReached, Unanswered, NotTaken."""
    if isinstance(outcome, Refused):
        raise TargetRefused(outcome.reason, outcome.detail)
    if isinstance(outcome, NeverSent):
        raise NotReached(outcome.reason)
    if not isinstance(outcome, Answered):
        raise (Unanswered if outcome.status is None else NotTaken)(outcome.reason)
    match outcome.means:
        case "done":
            return Done({"status": outcome.status, "body": outcome.value})
        case "refused":
            raise TargetRefused(f"the service refused it ({outcome.status})", _text(outcome.value))
        case "busy":
            raise NotReached(f"the service is busy ({outcome.status})")
        case "unclear":
            raise Unanswered(f"the service failed ({outcome.status})")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else canonical_json(value).decode()
    return str(text)[:LONGEST_DETAIL]


async def _nothing(act: Act) -> Done:
    raise TargetRefused("nothing serves it")


def _refused(definition: OperationDefinition, reason: str, **fields: Any) -> Served:
    return Served(definition, _nothing, Refusal(reason, **fields))
