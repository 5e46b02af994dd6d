"""A client: a program of somebody else's, named by the address of the document that describes it.

The address is `client_id`, and what it answers is the client's metadata (Client ID Metadata
Documents, an IETF draft). Whoever controls the address is the client, and nobody else."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from functions.identity.rules.refusals import ClientRefused
from shared.kit.models import Data
from shared.kit.public_addresses import is_plain_address

_NO_SECRET = "none"  # noqa: S105 - a method
LONGEST_ADDRESS = 300
_LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
_AUTHORITY = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
_DOTS = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)

Address = Annotated[str, StringConstraints(max_length=2000)]


class ClientDocument(Data):
    """The parts of a client's metadata that we read (RFC 7591, 2)."""

    model_config = ConfigDict(strict=True)

    client_id: Address
    redirect_uris: Annotated[tuple[Address, ...], Field(min_length=1, max_length=50, strict=False)]
    client_name: Annotated[str, StringConstraints(max_length=1000)] = ""
    token_endpoint_auth_method: Annotated[str, StringConstraints(max_length=100)] = _NO_SECRET
    client_secret: Any = None

    @classmethod
    def read(cls, client_id: str, content: Mapping[str, Any]) -> Self:
        """The client's metadata, found at its address. Raises ClientRefused for a document of
        another client, for one with a secret, which everybody could read, and for redirect
        addresses that a browser may not be sent to."""
        try:
            document = cls.model_validate(content)
        except ValidationError as error:
            field = ".".join(map(str, error.errors()[0]["loc"])) or "it"
            raise ClientRefused(f"the client's document is not valid: see {field[:60]}") from error
        if document.client_id != client_id:
            raise ClientRefused("the client's document names another client_id than its address")
        if document.client_secret is not None or document.token_endpoint_auth_method != _NO_SECRET:
            detail = "the client must have no secret: token_endpoint_auth_method is none"
            raise ClientRefused(detail)
        for each in document.redirect_uris:
            if not _is_redirect(each):
                detail = "is neither https nor http on the person's own device (127.0.0.1)"
                raise ClientRefused(f"the redirect address {each[:60]!a} {detail}")
        return document

    @property
    def name(self) -> str:
        """What the client calls itself, in plain ASCII: it is shown beside its host."""
        return "".join(each for each in self.client_name if " " <= each <= "~").strip()[:60]

    def takes(self, redirect_uri: str) -> bool:
        """Whether browsers may be sent there: to exactly an address of the document, or, on the
        person's own device, to the same one with another port (RFC 8252, 7.3)."""
        wanted = _without_port(redirect_uri)
        return any(
            each == redirect_uri or (wanted is not None and wanted == _without_port(each))
            for each in self.redirect_uris
        )


def check_client_id(client_id: str, *, may_be_loopback: bool) -> None:
    """Raises ClientRefused for what is no client's address: one is `https`, has a path, and neither
    query, fragment, user, port nor dots as a folder. `may_be_loopback`: on a local platform a
    client may be on this machine."""
    parts = _split(client_id)
    if parts is None or len(client_id) > LONGEST_ADDRESS:
        raise _no_address()
    is_local = may_be_loopback and parts.scheme == "http" and _is_on_device(parts)
    is_public = parts.scheme == "https" and ":" not in parts.netloc
    has_file = parts.path not in ("", "/") and not _DOTS.search(parts.path)
    if not (is_local or is_public) or not has_file or "?" in client_id:
        raise _no_address()


def host_of(address: str) -> str:
    """The host of an address, with its port: what a person can compare."""
    return urlsplit(address).netloc


def _no_address() -> ClientRefused:
    detail = "client_id must be the address of a document, like https://app.example/client.json"
    return ClientRefused(f"{detail}, of at most {LONGEST_ADDRESS} characters")


def _split(address: str) -> SplitResult | None:
    """The parts of an address that every program reads alike, or None."""
    if not is_plain_address(address) or "#" in address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts if _AUTHORITY.fullmatch(parts.netloc) else None


def _is_redirect(address: str) -> bool:
    parts = _split(address)
    if parts is None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_on_device(parts))


def _is_on_device(parts: SplitResult) -> bool:
    return _host(parts) in _LOOPBACK


def _host(parts: SplitResult) -> str:
    found = _AUTHORITY.fullmatch(parts.netloc)
    return found[1] if found else ""


def _without_port(address: str) -> SplitResult | None:
    """The address on the person's own device without its port, or None for any other."""
    parts = _split(address)
    if parts is None or parts.scheme != "http" or not _is_on_device(parts):
        return None
    return parts._replace(netloc=_host(parts))
