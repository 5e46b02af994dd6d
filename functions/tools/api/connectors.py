"""Connectors: what systems outside do for agents, and what is known about it."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from events.connector_definition import (
    MOST_OPERATIONS,
    SENDING,
    ConnectorDefinition,
    ConnectorKind,
    ConnectorOperation,
    ConnectorTrust,
    ConnectorUndo,
    Host,
)
from events.effects import Effect
from events.mail import MailSettings
from events.receipts import Sha256
from events.specs import Classification, Label, Name
from functions.tools.aggregates import CONNECTORS, RUN
from functions.tools.rules.connector import with_words
from functions.tools.service import connectors, tool_lists
from functions.tools.views import ConnectorPage, ConnectorSummary, ConnectorView
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.models import Model
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

ROUTER = Router(
    read=("runs:read", "governance:read"), write=("runs:write", "governance:write"), narrows=True
)

Url = Annotated[str, StringConstraints(strict=True, max_length=500)]
Hosts = Annotated[tuple[Host, ...], Field(max_length=20)]
Operations = Annotated[
    tuple[ConnectorOperation, ...], Field(min_length=1, max_length=MOST_OPERATIONS)
]
_NOT_DESCRIBED = {
    "mcp": "are read from the server: leave them out, and say their effects with PATCH",
    "smtp": "are known: leave them out; mail is sent by messages.send",
}
# What people say of operations.
_WORDS = ("effects", "undos", "idempotent")
GOVERNING = ("govern",)


class ConnectorBody(Model):
    """A connector: an HTTP service at `url` with its operations; of the kind `mcp`, a server of the
    Model Context Protocol, whose operations are the tools that it lists; of the kind `smtp`, the
    relay that mail is sent through as `mail` says, by its one operation `messages.send`. Calls
    reach `hosts` and no others, by default the host of `url`. `credential` is the name of one that
    is stored. `trust`: what its system answers is labelled `untrusted`, unless it is trusted, and
    `classified:<classification>`, where one is said."""

    name: Name
    kind: ConnectorKind = "http"
    url: Url
    hosts: Hosts = ()
    credential: Name | None = None
    operations: Operations | None = None
    mail: MailSettings | None = None
    trust: ConnectorTrust = "untrusted"
    classification: Classification | None = None

    @property
    def unread(self) -> ConnectorDefinition:
        """The definition, without the operations of a server that nobody has read yet. Raises
        Invalid for operations of what is no HTTP service, an HTTP service without them, and mail of
        what is no relay."""
        if self.kind != "http" and self.operations is not None:
            raise Invalid(FieldError("operations", _NOT_DESCRIBED[self.kind]))
        if self.kind != "smtp" and self.mail is not None:
            raise Invalid(FieldError("mail", f"is nothing that {self.kind} has: leave it out"))
        if self.kind == "http" and self.operations is None:
            told = "are needed: describe at least one, or say that its kind is mcp"
            raise Invalid(FieldError("operations", told))
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        known = (SENDING,) if self.kind == "smtp" else self.operations or ()
        return ConnectorDefinition.model_construct(
            **{**fields, "operations": known, "server": None}
        )


class ConnectorChange(Model):
    """What changes of a connector: its address, its hosts, its credential, its trust, its
    classification, what a relay takes, all of its operations, or, by their names, the effects of
    some of them, what undoes them, and whether calling them again does no harm. The address and the
    tools of an MCP server are what was read there."""

    url: Url | None = None
    hosts: Hosts | None = None
    credential: Name | None = None
    operations: Operations | None = None
    mail: MailSettings | None = None
    trust: ConnectorTrust | None = None
    classification: Classification | None = None
    effects: Annotated[dict[Label, Effect], Field(max_length=MOST_OPERATIONS)] | None = None
    undos: (
        Annotated[dict[Label, ConnectorUndo | None], Field(max_length=MOST_OPERATIONS)] | None
    ) = None
    idempotent: (
        Annotated[
            dict[Label, Annotated[bool, Field(strict=True)]], Field(max_length=MOST_OPERATIONS)
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"changes nothing: send one of {', '.join(type(self).model_fields)}")
        for name in self.model_fields_set - {"credential", "classification"}:
            if getattr(self, name) is None:
                raise ValueError(f"has null for {name}: leave it out, or send what it is to be")
        return self

    def applied(self, definition: ConnectorDefinition) -> ConnectorDefinition:
        """The definition, changed. Raises Invalid for an effect of an operation that is not
        there."""
        if definition.kind == "mcp":
            for name in self.model_fields_set & {"url", "operations"}:
                told = "is what was read there: register the server under another name, or refresh"
                raise Invalid(FieldError(name, told))
        if definition.kind == "smtp" and self.operations is not None:
            raise Invalid(FieldError("operations", _NOT_DESCRIBED["smtp"]))
        if definition.kind != "smtp" and self.mail is not None:
            told = f"is nothing that {definition.kind} has: leave it out"
            raise Invalid(FieldError("mail", told))
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        words = {name: sent.pop(name) for name in _WORDS if name in sent}
        return with_words(definition.but(**sent), words)


class ActivationBody(Model):
    """The definition that was looked at, by its pin."""

    pin: Sha256


class SuspensionBody(Model):
    """Why nothing is to be called by it any more."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


@ROUTER.post("/v1/connectors", status_code=201)
@does("connectors.create", within=GOVERNING, deed="registering a connector")
async def post_connector(caller: Caller, key: Key, body: ConnectorBody) -> ConnectorView:
    """Registers a connector as a draft, by which nothing is called yet. The tools of an MCP server
    are read once, and are what it can do from then on."""
    register = tool_lists.register_server if body.kind == "mcp" else connectors.register
    return await register(caller, key, body.unread)


@ROUTER.get("/v1/connectors")
@beyond_quota
async def get_connectors(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> ConnectorPage:
    """Lists the connectors without their operations, those that were written last first."""
    page = await RUN.page(caller, CONNECTORS, order_by=("listed_at",), limit=limit, cursor=cursor)
    return page.shown(ConnectorPage, ConnectorSummary.of)


@ROUTER.get("/v1/connectors/{name}")
@beyond_quota
async def get_connector(caller: Caller, name: str) -> ConnectorView:
    """Shows a connector with its operations and its pin."""
    return await connectors.show(caller, name)


@ROUTER.patch("/v1/connectors/{name}")
@does("connectors.update", within=GOVERNING, deed="changing a connector")
async def patch_connector(
    caller: Caller, key: Key, name: str, body: ConnectorChange
) -> ConnectorView:
    """Changes a connector's definition, which is another one from then on, with another pin: plans
    with the one before are refused, and an active connector is suspended."""
    return await connectors.change(caller, key, name, body.applied)


@ROUTER.post("/v1/connectors/{name}/refresh")
@does("connectors.refresh", within=GOVERNING, deed="reading a server's tools again")
async def refresh_connector(caller: Caller, key: Key, name: str) -> ConnectorView:
    """Reads the tools of an MCP server again. Where anything differs from what was read before, the
    connector has another pin, and an active one is suspended; `differences` says what."""
    return await tool_lists.refresh(caller, key, name)


@ROUTER.post("/v1/connectors/{name}/activate")
@does("connectors.activate", within=GOVERNING, deed="activating a connector")
async def activate_connector(
    caller: Caller, key: Key, name: str, body: ActivationBody
) -> ConnectorView:
    """Lets runs act by exactly the definition with that pin."""
    return await connectors.activate(caller, key, name, body.pin)


@ROUTER.post("/v1/connectors/{name}/suspend")
@does("connectors.suspend", within=GOVERNING, deed="suspending a connector")
@beyond_quota
async def suspend_connector(
    caller: Caller, key: Key, name: str, body: SuspensionBody
) -> ConnectorView:
    """Ends at once that anything is called by a connector."""
    return await connectors.suspend(caller, key, name, body.reason)


@ROUTER.delete("/v1/connectors/{name}")
@does("connectors.delete", within=GOVERNING, deed="removing a connector")
@beyond_quota
async def delete_connector(caller: Caller, key: Key, name: str) -> ConnectorView:
    """Removes a connector: plans that name it are refused."""
    return await connectors.remove(caller, key, name)
