"""What a person let a client do, and the code that tells the client so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from events.sessions import ClientGrantGiven, ClientGrantState, SessionStarted
from functions.identity.rules import session as sessions
from functions.identity.rules.authorization import ConsentRequest, OfferedAgent
from functions.identity.rules.client import host_of
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.secrets import challenge, same
from functions.identity.rules.session import Session
from shared.kit.ids import derive_id
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

CODE_LIFE = timedelta(seconds=60)


class ClientGrant(ClientGrantState):
    """The fields that events publish, and private ones: what the code is bound to, where the agent
    lies, and the session that it led to."""

    redirect_uri: str
    challenge: str
    client_name: str
    expires_at: Instant
    agent_workspace_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True)
class PresentedCode:
    """What a client sends with a code."""

    client_id: str
    redirect_uri: str
    verifier: str
    resource: str


Steps = tuple[Transition[Session], Transition[ClientGrant]]


def give(
    grant_id: str,
    asked: ConsentRequest,
    principal: str,
    tenant_id: str,
    agent: OfferedAgent | None,
    at: datetime,
) -> Transition[ClientGrant]:
    """What the person let the client do in one tenant, and as which agent where it acts as one; its
    code is taken for a minute."""
    request = asked.request
    grant = ClientGrant(
        grant_id=grant_id,
        client_id=request.client_id,
        client_name=asked.document.name,
        principal_id=principal,
        given_in=tenant_id,
        scope=" ".join(sorted(asked.scopes)),
        resource=request.resource.removesuffix("/"),
        given_at=at,
        redirect_uri=request.redirect_uri,
        challenge=request.code_challenge,
        expires_at=at + CODE_LIFE,
        agent_id=agent.agent_id if agent else None,
        agent_workspace_id=agent.workspace_id if agent else None,
    )
    return Transition(grant, ClientGrantGiven)


def redeem(grant: ClientGrant | None, code: PresentedCode, at: datetime) -> Steps:
    """The session that the code is for, and the grant that names it. `grant` was not redeemed
    before: whoever has that case ends what the code gave. Raises GrantRefused for a code of another
    client, for another redirect address, verifier or resource, and after a minute."""
    if grant is None:
        raise GrantRefused("invalid_grant", "there is no such code", "unverified")
    whose = {"tenant_id": grant.given_in, "principal": grant.principal_id}
    if code.client_id != grant.client_id:
        raise GrantRefused("invalid_grant", "the code is another client's", "code_refused", **whose)
    if code.redirect_uri != grant.redirect_uri:
        detail = "redirect_uri is not the one that the code was sent to"
        raise GrantRefused("invalid_grant", detail, "code_refused", **whose)
    if not same(challenge(code.verifier), grant.challenge):
        detail = "code_verifier is not what code_challenge was made of"
        raise GrantRefused("invalid_grant", detail, "code_refused", **whose)
    if code.resource and code.resource.removesuffix("/") != grant.resource:
        detail = "resource is not the one that the person allowed"
        raise GrantRefused("invalid_target", detail, "another_audience", **whose)
    if at >= grant.expires_at:
        raise GrantRefused("invalid_grant", "the code is older than a minute: begin again")
    begun = sessions.start(
        derive_id("ses", at, grant.grant_id),
        grant.principal_id,
        at,
        client="client",
        provider="client",
        device=grant.client_name or host_of(grant.client_id),
        scope=grant.scope,
    ).state
    session = begun.but(
        client_id=grant.client_id,
        resource=grant.resource,
        tenant_id=grant.given_in,
        agent_id=grant.agent_id,
        agent_workspace_id=grant.agent_workspace_id,
    )
    redeemed = grant.but(session_id=session.session_id)
    return Transition(session, SessionStarted), Transition(redeemed)


def check_client(session: Session, client_id: str, resource: str, tenant_id: str) -> None:
    """Raises GrantRefused where somebody else than the session's client presents its token, and
    where the client asks for another tenant or resource than it was let into."""
    if session.client != "client":
        return
    whose = {"tenant_id": session.tenant_id, "principal": session.principal_id}
    if client_id != session.client_id:
        detail = "the token is another client's: send the client_id that it was given to"
        raise GrantRefused("invalid_grant", detail, "unverified", **whose)
    if resource and resource.removesuffix("/") != session.resource:
        detail = "resource is not the one that the person allowed"
        raise GrantRefused("invalid_target", detail, "another_audience", **whose)
    if tenant_id and tenant_id != session.tenant_id:
        raise GrantRefused("access_denied", "the person let the client into another tenant")
