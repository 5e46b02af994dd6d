"""What a client asks of a person (RFC 6749, 4.1.1; RFC 7636; RFC 8707)."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from functions.identity.rules.client import ClientDocument
from functions.identity.rules.refusals import AuthorizationRefused, ClientRefused, OAuthCode
from functions.identity.rules.roles import OF_AGENTS_ELSEWHERE, OF_PROGRAMS
from functions.identity.rules.tenant import Tenant
from shared.kit.wording import one_of

LONGEST_QUERY = 1500
_LONGEST_STATE = 500
_KNOWN = (
    *("response_type", "client_id", "redirect_uri", "scope", "state", "resource"),
    *("code_challenge", "code_challenge_method"),
)
# Without these nobody knows who asks, or where an answer may go.
_PLACES = ("client_id", "redirect_uri")
# SHA-256 in base64url.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class Resource(NamedTuple):
    """A server that a client's tokens may be for: the audience of such a token, where that is not
    Assent's own functions. Then its bearer acts as an agent that the person chooses."""

    audience: str | None

    @property
    def acts_as_agent(self) -> bool:
        return self.audience is not None

    @property
    def scopes(self) -> frozenset[str]:
        """All that a client may ask for there."""
        return OF_AGENTS_ELSEWHERE if self.acts_as_agent else OF_PROGRAMS


@dataclass(frozen=True)
class AuthorizationRequest:
    """The parameters as they were sent; those that we do not know are left out, as RFC 6749, 3.1,
    demands. `twice` are the names of parameters that were sent more than once."""

    client_id: str
    redirect_uri: str
    response_type: str = ""
    scope: str = ""
    state: str = ""
    resource: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    twice: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: str) -> Self:
        """The request in a query. Raises ClientRefused where it is too long, or does not say once
        who asks and where the answer goes."""
        if len(query) > LONGEST_QUERY:
            raise ClientRefused(f"the request is longer than {LONGEST_QUERY} characters")
        pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] in _KNOWN]
        times = Counter(name for name, _ in pairs)
        if unclear := [each for each in _PLACES if times[each] != 1]:
            raise ClientRefused(f"the request must say {unclear[0]} once")
        twice = tuple(sorted(name for name, number in times.items() if number > 1))
        return cls(**dict(pairs), twice=twice)

    def written(self) -> str:
        """The request as a query, always the same for the same request."""
        named = ((each, getattr(self, each)) for each in _KNOWN)
        return urlencode([(name, value) for name, value in named if value])

    def checked(self, resources: Mapping[str, Resource]) -> Resource:
        """What the request is for, where all of it may be granted: it uses the code flow with a
        SHA-256 challenge, is for one of `resources`, and asks for scopes that clients have there.
        Raises AuthorizationRefused for any other, which the client is told."""
        if self.twice:
            raise _refused("invalid_request", f"{self.twice[0]} is sent twice; send it once")
        if len(self.state) > _LONGEST_STATE:
            detail = f"state has at most {_LONGEST_STATE} characters"
            raise AuthorizationRefused("invalid_request", detail)
        if self.response_type != "code":
            raise _refused("unsupported_response_type", "response_type must be code")
        if self.code_challenge_method != "S256" or not _CHALLENGE.fullmatch(self.code_challenge):
            detail = "send code_challenge_method=S256 and a code_challenge of SHA-256"
            raise _refused("invalid_request", detail)
        resource = resources.get(self.resource.removesuffix("/"))
        if resource is None:
            raise _refused("invalid_target", f"resource must be {one_of(resources)}")
        if unknown := sorted(frozenset(self.scope.split()) - resource.scopes):
            known = one_of(resource.scopes)
            detail = f"{unknown[0][:50]!a} is no scope of a client there; ask for {known}"
            raise _refused("invalid_scope", detail)
        return resource


class OfferedAgent(NamedTuple):
    """An agent that the person may let a client act as; `workspace` is the name of where it
    lies."""

    agent_id: str
    name: str
    workspace_id: str | None = None
    workspace: str = ""


@dataclass(frozen=True)
class ConsentRequest:
    """A request that may be shown to the person: of which client, and in which of the person's
    tenants it may be allowed. `agents` are those of the one tenant that is chosen, where the client
    is to act as one."""

    request: AuthorizationRequest
    resource: Resource
    document: ClientDocument
    tenants: tuple[Tenant, ...]
    agents: tuple[OfferedAgent, ...] = ()

    @property
    def only_tenant(self) -> str:
        """The tenant in which it may be allowed, where that is one; empty otherwise."""
        return self.tenants[0].tenant_id if len(self.tenants) == 1 else ""

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that were asked for, or all that a client may have."""
        return frozenset(self.request.scope.split()) or self.resource.scopes


def answer_address(request: AuthorizationRequest, issuer: str, **answer: str) -> str:
    """Where the browser brings the answer: the request's redirect address, with its state and with
    who answers (RFC 9207)."""
    said = {**answer, "state": request.state, "iss": issuer}
    added = urlencode([(name, value) for name, value in said.items() if value])
    joint = "&" if urlsplit(request.redirect_uri).query else "?"
    return f"{request.redirect_uri.removesuffix('?')}{joint}{added}"


def _refused(error: OAuthCode, detail: str) -> AuthorizationRefused:
    return AuthorizationRefused(error, detail)
