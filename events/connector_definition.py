"""What a connector is and can do.

A definition is pinned: its hash covers all of it, so that another address, another credential or
another operation is another definition, which no plan was compiled with."""

import json
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints

from events.effects import Effect
from events.labels import UNTRUSTED, Labels, classified_as, from_connector, merged
from events.mail import SEND, SEND_INPUT, SEND_OUTPUT, SEND_SUMMARY, MailSettings
from events.mcp import MCP_OUTPUT, McpServer, McpTool
from events.operations import OperationDefinition, Undo
from events.specs import Classification, Label, Name
from shared.kit.canonical import content_hash
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model

MOST_OPERATIONS = 100
_DIGESTS_REMEMBERED = 32
MOST_SCHEMA_BYTES, MOST_UNDO_BYTES = 64 * 1024, 16 * 1024
# Where a server of the operator's image is: its name follows.
BAKED = "stdio:"
# What an operation counts as that nobody gave an effect.
GRAVEST: Effect = "pay"

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Host = Annotated[
    str,
    StringConstraints(strict=True, max_length=253, pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
]
Header = Annotated[
    str, StringConstraints(strict=True, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")
]
Path = Annotated[str, StringConstraints(strict=True, max_length=1_000, pattern=r"^/")]
QueryName = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
ConnectorKind = Literal["http", "mcp", "smtp"]
ConnectorTrust = Literal["untrusted", "trusted"]

# What an HTTP call gives: the status, and the body as JSON or, where it is none, as text.
HTTP_OUTPUT: dict[str, Any] = {
    "type": "object",
    "required": ["status", "body"],
    "properties": {"status": {"type": "integer"}, "body": {}},
}


class ConnectorUndo(Undo):
    """What undoes a call of a connector: another of its operations."""

    operation: Label
    arguments: Annotated[dict[str, Any], AfterValidator(JsonLimit(MOST_UNDO_BYTES))]


# What people say of an operation, whatever its system says of itself.
SAID_BY_PEOPLE = ("effect", "undo", "idempotent", "summary")


class GovernedOperation(Model):
    """One operation of a connector: what it does, what undoes it, whether calling it again with the
    same arguments does no harm, and what it takes."""

    name: Label
    summary: Annotated[str, StringConstraints(strict=True, max_length=500)] = ""
    effect: Effect | None = None
    undo: ConnectorUndo | None = None
    idempotent: Annotated[bool, Field(strict=True)] = False
    input_schema: Annotated[dict[str, Any], AfterValidator(JsonLimit(MOST_SCHEMA_BYTES))]

    @property
    def counted_effect(self) -> Effect:
        """Its effect, or the gravest where nobody gave it one."""
        return self.effect or GRAVEST


class ConnectorOperation(GovernedOperation):
    """An operation of an HTTP service, and how it is called. `{name}` in the path and the names in
    `query` stand for arguments; all others are the JSON body. The key of an idempotent call is sent
    in `idempotency_header`, and its target acts once however often that comes."""

    method: Method
    path: Path
    query: Annotated[tuple[QueryName, ...], Field(max_length=50)] = ()
    idempotency_header: Header | None = None

    @property
    def is_idempotent(self) -> bool:
        """Whether calling it again does no harm: its target takes a key, or it only reads."""
        return self.idempotent or (self.effect == "read" and self.method == "GET")

    @property
    def called(self) -> str:
        """What it is, in a few words."""
        return self.summary or f"{self.method} {self.path}"

    @property
    def output_schema(self) -> dict[str, Any]:
        """What a call of it gives."""
        return HTTP_OUTPUT


class ToolOperation(GovernedOperation):
    """A tool of an MCP server, under its own name. Its effect, its undo and its idempotence are
    what people of the tenant say; what its server says is in `tool`."""

    tool: McpTool

    @property
    def is_idempotent(self) -> bool:
        """Whether calling it again does no harm, as people say: no key tells its server that two
        calls are one."""
        return self.idempotent or self.effect == "read"

    @property
    def called(self) -> str:
        """What it is, in a few words, which are not its server's."""
        return self.summary or f"tool {self.name}"

    @property
    def output_schema(self) -> dict[str, Any]:
        """What a call of it gives."""
        return MCP_OUTPUT


class MailOperation(GovernedOperation):
    """What a relay does: it sends mail, which nothing undoes. Its idempotence is what people say:
    whether the relay drops a second mail with the same `Message-ID`."""

    @property
    def is_idempotent(self) -> bool:
        """Whether calling it again does no harm, as people say."""
        return self.idempotent

    @property
    def called(self) -> str:
        """What it is, in a few words."""
        return self.summary

    @property
    def output_schema(self) -> dict[str, Any]:
        """What a call of it gives."""
        return SEND_OUTPUT


SENDING = MailOperation(name=SEND, summary=SEND_SUMMARY, effect="send", input_schema=SEND_INPUT)
AnyOperation = ConnectorOperation | ToolOperation | MailOperation


class ConnectorDefinition(Model):
    """All that a pin covers. Calls reach the hosts in `hosts` and no others, with the credential of
    that name, where one is named. `trust`: whether what its system answers may be believed, and
    `classification`: that of the gravest data in it; what it gives is labelled by both."""

    name: Name
    kind: ConnectorKind = "http"
    url: Annotated[str, StringConstraints(strict=True, max_length=500)]
    hosts: Annotated[tuple[Host, ...], Field(max_length=20)] = ()
    credential: Name | None = None
    operations: Annotated[
        tuple[AnyOperation, ...],
        Field(min_length=1, max_length=MOST_OPERATIONS),
    ]
    # Only an MCP server has it, as it was when its tools were read.
    server: McpServer | None = None
    # Only a relay has it. The pins of others stay as they were before there were relays.
    mail: MailSettings | None = Field(default=None, exclude_if=lambda mail: mail is None)
    # The pin of a connector that nobody trusts stays as it was before there was trust.
    trust: ConnectorTrust = Field(
        default="untrusted", exclude_if=lambda trust: trust == "untrusted"
    )
    classification: Classification | None = Field(
        default=None, exclude_if=lambda classification: classification is None
    )

    @property
    def labels(self) -> Labels:
        """The labels of all that its system says."""
        untrusted = () if self.trust == "trusted" else (UNTRUSTED,)
        level = () if self.classification is None else (classified_as(self.classification),)
        return merged((from_connector(self.name),), untrusted, level)

    @property
    def baked(self) -> str | None:
        """The name of the server of the operator's image that it is, or None."""
        return self.url.removeprefix(BAKED) if self.url.startswith(BAKED) else None

    @property
    def in_order(self) -> Self:
        """The same with its sets sorted: their order means nothing."""
        operations = sorted(self.operations, key=lambda each: each.name)
        return self.but(hosts=tuple(sorted(set(self.hosts))), operations=tuple(operations))

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical JSON (RFC 8785)."""
        return _digest(json.dumps(self.model_dump(mode="json")))

    def operation(self, named: str) -> AnyOperation | None:
        """The operation with that name."""
        return next((each for each in self.operations if each.name == named), None)

    def defined(self, operation: AnyOperation) -> OperationDefinition:
        """The operation as whoever compiles, rehearses or acts knows it; its pin is that of the
        whole connector."""
        return OperationDefinition(
            summary=operation.called,
            effect=operation.counted_effect,
            undo=operation.undo,
            idempotent=operation.is_idempotent,
            input_schema=operation.input_schema,
            output_schema=operation.output_schema,
            pinned=self.digest,
        )


@lru_cache(maxsize=_DIGESTS_REMEMBERED)
def _digest(definition: str) -> str:
    return content_hash(json.loads(definition))
