"""Whether a connector's definition can be one: its address, its operations and their schemas."""

from collections.abc import Collection, Iterator

from events.catalogue import CONNECTORS
from events.connector_definition import (
    SENDING,
    AnyOperation,
    ConnectorDefinition,
    ConnectorOperation,
    GovernedOperation,
    MailOperation,
)
from events.effects import gravity
from functions.tools.http.targets import wrong_operation, wrong_target
from functions.tools.rules.mail import wrong_mail
from functions.tools.rules.schemas import schema_fault
from functions.tools.rules.targets import sent_as, target_of
from shared.kit.errors import FieldError, Invalid
from shared.kit.expressions import ExpressionInvalid
from shared.kit.json_limits import JsonLimit
from shared.kit.public_addresses import NotCallable, OutsideUrl
from shared.kit.templates import expressions_in
from shared.mail.relays import Relay

MOST_BYTES = 128 * 1024
_KEYED = frozenset({"GET", "PUT", "DELETE"})


def checked(
    definition: ConnectorDefinition,
    *,
    may_be_loopback: bool,
    baked: Collection[str] = (),
) -> ConnectorDefinition:
    """The definition in order, with the host of its address where it names none. `baked`: the names
    of servers in the operator's image. Raises Invalid with every mistake that is found."""
    errors = list(_of_address(definition, may_be_loopback, baked))
    whole = definition.in_order
    if not errors and definition.baked is None:
        host = _host_of(definition, may_be_loopback)
        whole = definition.but(hosts=definition.hosts or (host,)).in_order
        if host not in whole.hosts:
            errors.append(FieldError("hosts", f"lack {host}, which the url names: add it"))
    if definition.name in CONNECTORS and not _is_the_catalogues(definition):
        told = "is a connector of the catalogue: choose another name, for example with your own"
        errors.append(FieldError("name", told))
    names = [each.name.casefold() for each in definition.operations]
    for number, each in enumerate(definition.operations):
        path = f"operations.{number}"
        if names.count(each.name.casefold()) > 1:
            errors.append(FieldError(f"{path}.name", "is there twice: name each operation once"))
        errors += _of_operation(path, each, definition)
    problem = JsonLimit(MOST_BYTES).problem(whole.model_dump(mode="json"))
    if problem:
        errors.append(FieldError("operations", problem))
    if errors:
        raise Invalid(*errors[:20])
    return whole


def _of_address(
    definition: ConnectorDefinition, may_be_loopback: bool, baked: Collection[str]
) -> Iterator[FieldError]:
    if definition.kind == "mcp" and definition.baked is not None:
        yield from _of_baked(definition, baked)
        return
    try:
        host = _host_of(definition, may_be_loopback)
    except NotCallable as error:
        yield FieldError("url", str(error))
        return
    if definition.kind == "smtp":
        yield from wrong_mail(definition)
        return
    target = target_of(definition.but(hosts=(host,)), None)
    told = wrong_target(target, may_be_loopback=may_be_loopback)
    if told is not None:
        yield FieldError("url", told.partition(": ")[2])


def _host_of(definition: ConnectorDefinition, may_be_loopback: bool) -> str:
    """The host that its address names. Raises NotCallable."""
    read = Relay.read if definition.kind == "smtp" else OutsideUrl.read
    return read(definition.url, may_be_loopback=may_be_loopback).host


def _is_the_catalogues(definition: ConnectorDefinition) -> bool:
    """Whether it does what the catalogue says that a connector of its name does."""
    said = CONNECTORS[definition.name]
    return definition.kind == "smtp" and all(each.name in said for each in definition.operations)


def _of_baked(definition: ConnectorDefinition, baked: Collection[str]) -> Iterator[FieldError]:
    if definition.baked not in baked:
        there = f"write one of {', '.join(sorted(baked))}" if baked else "write an https address"
        yield FieldError("url", f"is no server of this installation: {there}")
    for name in ("hosts", "credential"):
        if getattr(definition, name):
            yield FieldError(
                name, "is nothing that a server of this installation has: leave it out"
            )


def _of_operation(
    path: str, operation: AnyOperation, definition: ConnectorDefinition
) -> Iterator[FieldError]:
    if isinstance(operation, MailOperation):
        yield from _of_sending(path, operation)
        return
    told = schema_fault(operation.input_schema)
    if told is not None:
        yield FieldError(f"{path}.input_schema", told)
        return
    if isinstance(operation, ConnectorOperation):
        yield from _of_places(path, operation)
        is_keyed = operation.idempotency_header is not None or operation.method in _KEYED
        if operation.idempotent and not is_keyed:
            told = "is needed: without a key, a repeated call acts twice; or leave out idempotent"
            yield FieldError(f"{path}.idempotency_header", told)
    if operation.undo is not None:
        yield from _of_undo(path, operation, definition)


def _of_sending(path: str, operation: MailOperation) -> Iterator[FieldError]:
    if operation.effect != SENDING.effect:
        yield FieldError(
            f"{path}.effect", f"is {SENDING.effect}: mail that is sent is nothing else"
        )
    if operation.undo is not None:
        yield FieldError(f"{path}.undo", "is nothing that mail has: leave it out")


def _of_places(path: str, operation: ConnectorOperation) -> Iterator[FieldError]:
    properties = operation.input_schema.get("properties", {})
    required = operation.input_schema.get("required", [])
    called = sent_as(operation)
    told = wrong_operation(called)
    if told is not None:
        field, _, told = told.partition(": ")
        yield FieldError(f"{path}.{field}", told)
        return
    named = called.places
    for each in named:
        if each not in properties or each not in required:
            told = f"reads {each}, which must be among the properties and required of the schema"
            yield FieldError(f"{path}.path", told)
    for number, each in enumerate(operation.query):
        if each not in properties or each in named:
            told = f"{each} must be a property of the schema that the path does not read"
            yield FieldError(f"{path}.query.{number}", told)


def _of_undo(
    path: str, operation: GovernedOperation, definition: ConnectorDefinition
) -> Iterator[FieldError]:
    assert operation.undo is not None
    undoing = definition.operation(operation.undo.operation)
    if undoing is None:
        there = ", ".join(each.name for each in definition.operations[:20])
        yield FieldError(f"{path}.undo.operation", f"is no operation of it: write one of {there}")
        return
    done, undone = undoing.counted_effect, operation.counted_effect
    if "read" in (done, undone) or gravity(done) > gravity(undone):
        told = f"{undoing.name} ({done}) is no undo of {operation.name} ({undone})"
        yield FieldError(f"{path}.undo.operation", told)
    try:
        reads = [each for _, one in expressions_in(operation.undo.arguments) for each in one.reads]
    except ExpressionInvalid as error:
        yield FieldError(f"{path}.undo.arguments", str(error))
        return
    if any(each[0] not in ("arguments", "output") for each in reads):
        told = "reads more than the arguments and the output of its call"
        yield FieldError(f"{path}.undo.arguments", told)
