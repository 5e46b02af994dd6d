"""Finds who serves an operation: Assent itself, or a connector as it is now."""

from functools import partial
from typing import Any, NamedTuple

from events.connector_definition import GRAVEST, HTTP_OUTPUT, AnyOperation
from events.connectors import Connector
from events.labels import Labels
from events.operations import OPERATIONS, SYSTEM, OperationDefinition
from functions.tools.own.act import Act, Done, Operation, TargetRefused
from functions.tools.own.operations import ACTS
from functions.tools.service.admission import Refusal
from functions.tools.service.connected_calls import NoCredential, call, made_with
from shared.connectors import read_connectors
from shared.storage.firestore import TenantStore

# Stands for an operation that nobody serves any more: it may have had the gravest effect.
UNKNOWN = OperationDefinition(
    summary="Nothing serves it any more.",
    effect=GRAVEST,
    idempotent=False,
    input_schema={},
    output_schema=HTTP_OUTPUT,
)


class ServedOperation(NamedTuple):
    """An operation with the function that does it, or with the `refusal` where nobody may do it
    now. `credential` is the one that it acts with, `labels` are those of every answer of its
    target. Where `asks`, its server may ask a person in the middle of a call."""

    definition: OperationDefinition
    act: Operation
    refusal: Refusal | None = None
    credential: str | None = None
    labels: Labels = ()
    asks: bool = False


def is_known(operation: str) -> bool:
    """Whether it is an operation of Assent's own, or may be one of a connector."""
    system, slash, named = operation.partition("/")
    return operation in ACTS or bool(system != SYSTEM and slash and named)


async def find_served(
    store: TenantStore, within: str | None, operation: str, pin: str | None
) -> ServedOperation:
    """The operation as it is served in the workspace now. A connector must be active, and must have
    the `pin` with which the plan was compiled; a call without a plan has None. At most two reads,
    and none for an operation of Assent's own. Raises Unavailable."""
    if operation in ACTS:
        return ServedOperation(OPERATIONS[operation], ACTS[operation])
    name, _, named = operation.partition("/")
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
    operation: AnyOperation,
    definition: OperationDefinition,
) -> ServedOperation:
    """The value is read before an intent is stored, so a failure to read it leaves no doubtful
    call."""
    whole = connector.definition
    try:
        shown = await made_with(store, whole, connector.workspace_id)
    except NoCredential:
        said = "the credential of the connector is not there, or not for its hosts"
        return _refused(definition, said, may_be_repeated=True)
    act = partial(call, whole, operation, shown)
    asks = whole.kind == "mcp"
    return ServedOperation(
        definition, act, credential=whole.credential, labels=whole.labels, asks=asks
    )


async def _nothing(act: Act) -> Done:
    raise TargetRefused("nothing serves it")


def _refused(definition: OperationDefinition, reason: str, **fields: Any) -> ServedOperation:
    return ServedOperation(definition, _nothing, Refusal(reason, **fields))
