"""What a connector pins: where a service is, how it is shown a credential, and its operations."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import SecretStr

from shared.kit.public_addresses import NotCallable, OutsideUrl
from shared.kit.secret_headers import may_hold
from shared.kit.webhooks import ID

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WITHOUT_BODY = ("GET", "DELETE")
_TEMPLATE = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|\{[A-Za-z0-9_.-]{1,100}\})*)+")
_PLACE = re.compile(r"\{([^{}]*)\}")
_AUTHORIZATION: Final = "authorization"


@dataclass(frozen=True, kw_only=True)
class HttpOperation:
    """One operation of a service. Each `{name}` in `path` takes the argument of that name; those in
    `query` go into the query; all others are the JSON body, which GET and DELETE do not have.
    `idempotency_header`, such as `Idempotency-Key`, gets the key of the call."""

    method: str
    path: str
    query: tuple[str, ...] = ()
    idempotency_header: str | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """The arguments that the path takes."""
        return tuple(_PLACE.findall(self.path))


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """The secret is a token: `Authorization: Bearer …`."""


@dataclass(frozen=True, kw_only=True)
class InHeader:
    """The secret is the value of the header `name`."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Basic:
    """The secret is the password of the credential's `user`: `Authorization: Basic …`."""


@dataclass(frozen=True, kw_only=True)
class ClientCredentials:
    """The secret is that of the OAuth 2.0 client whose id is the credential's `user` (RFC 6749,
    4.4): it is shown to `token_url` only, and the service gets the access token. `client_in`: how
    the token endpoint takes the client's id and secret."""

    token_url: str
    scope: str | None = None
    audience: str | None = None
    client_in: Literal["header", "body"] = "header"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """The secret is shown to nobody: it signs the body, as Standard Webhooks has it. A receiver
    takes what comes twice under one `webhook-id`, which is the key of the call, once."""


Auth = Bearer | InHeader | Basic | ClientCredentials | Webhook


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A secret of a tenant, in one version. No text of it shows the secret. `user`: the name that
    goes with it, or the client's id."""

    tenant_id: str
    name: str
    version: str
    secret: SecretStr = field(repr=False)
    user: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A service: the address below which its operations are, such as https://api.example/v1, the
    names of all hosts that its calls may reach, that of the token endpoint among them, and how it
    is shown a credential."""

    base_url: str
    hosts: tuple[str, ...]
    auth: Auth | None = None


def wrong_operation(operation: HttpOperation) -> str | None:
    """What is wrong with it, and what to write instead; None where it can be called."""
    if operation.method not in METHODS:
        return f"method: must be one of {', '.join(METHODS)}"
    if _TEMPLATE.fullmatch(operation.path) is None or "//" in operation.path:
        return "path: must begin with one / and have plain characters and {names}, as in /a/{id}"
    if any(is_dots(each) for each in operation.path.split("/")):
        return "path: must not have . or .. between slashes"
    names = (*operation.places, *operation.query)
    if len(set(names)) < len(names):
        return "query: an argument has one place, in the path or in the query"
    header = operation.idempotency_header
    if header is not None and not may_hold(header):
        return f"idempotency_header: {header[:100]!r} is no header that a key may go into"
    return None


def wrong_target(target: Target, *, may_be_loopback: bool) -> str | None:
    """What is wrong with it, and what to write instead; None where it can be called, if its hosts
    turn out to be public. `may_be_loopback`: http addresses of this machine are taken too."""
    addresses = {"base_url": target.base_url}
    auth = target.auth
    if isinstance(auth, ClientCredentials):
        addresses["token_url"] = auth.token_url
    for name, address in addresses.items():
        try:
            url = OutsideUrl.read(address, may_be_loopback=may_be_loopback)
        except NotCallable as error:
            return f"{name}: {error}"
        if url.host not in target.hosts:
            return f"{name}: its host {url.host} is not among the hosts of the connector"
    if "?" in target.base_url or "%" in target.base_url:
        return "base_url: must have no query, and plain characters only"
    if any(is_dots(each) for each in target.base_url.split("/")):
        return "base_url: must not have . or .. between slashes"
    if isinstance(auth, InHeader) and not may_hold(auth.name):
        return f"header: {auth.name[:100]!r} is no header that a credential may go into"
    return None


def wrong_together(target: Target, operation: HttpOperation) -> str | None:
    """What is wrong with this operation at this target: the key and the credential in one header,
    or nothing that could be signed."""
    if isinstance(target.auth, Webhook):
        if operation.method in WITHOUT_BODY:
            return "method: must be POST, PUT or PATCH, because the credential signs the body"
        if operation.idempotency_header not in (None, ID):
            return f"idempotency_header: must be {ID}, which the credential signs"
        return None
    taken = target.auth.name.lower() if isinstance(target.auth, InHeader) else _AUTHORIZATION
    if (operation.idempotency_header or "").lower() == taken:
        return "idempotency_header: the credential is in this header"
    return None


def is_dots(segment: str) -> bool:
    """Whether some server takes this part of a path for the place itself, or the one above."""
    return segment.partition(";")[0] in (".", "..")
