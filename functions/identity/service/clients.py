"""Clients that ask to act for a person, and what the person answers."""

from dataclasses import replace
from datetime import datetime

from functions.identity.aggregates import PRINCIPALS, RUN
from functions.identity.client_documents import client_document
from functions.identity.rules import client_grant
from functions.identity.rules.authorization import AuthorizationRequest, ConsentRequest
from functions.identity.rules.client import ClientDocument
from functions.identity.rules.client_grant import ClientGrant
from functions.identity.rules.refusals import AuthorizationRefused, ClientRefused
from functions.identity.rules.roles import lets_act, scopes_of
from functions.identity.rules.secrets import authorization_code
from functions.identity.rules.session import Session
from functions.identity.rules.tenant import Member
from functions.identity.service.acting_agents import chosen_agent
from functions.identity.service.platform import digest_keys, on_platform
from functions.identity.service.tenants import place_of
from functions.identity.settings import settings
from shared.aggregates import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.control import OPEN
from shared.kit.ids import new_id


async def known_client(session: Session, request: AuthorizationRequest) -> ClientDocument:
    """The client that asks the session's person, at an address of its own. Raises ClientRefused for
    a client without a document that names it, and for a redirect address that the document does not
    have."""
    document = await client_document(request.client_id)
    if not document.takes(request.redirect_uri):
        detail = "redirect_uri is not one of the addresses in the client's document"
        raise ClientRefused(detail, "open_redirect", session.principal_id)
    return document


async def asked_of(
    session: Session, request: AuthorizationRequest, document: ClientDocument, at: datetime
) -> ConsentRequest:
    """What a known client asks of the session's person. A client that is to act as an agent may be
    let into no tenant: the page says what is missing. Raises AuthorizationRefused for what no
    client may have, and for scopes that the person may give in none of its tenants."""
    resource = request.checked(settings().resources)
    asked = ConsentRequest(request, resource, document, ())
    principal = await RUN.reading(PLATFORM_TENANT, at).find(PRINCIPALS, session.principal_id)
    tenants = []
    for id in principal.tenants if principal is not None else ():
        tenant, member = await place_of(session.principal_id, id, at)
        if tenant is None or tenant.status not in OPEN or member is None:
            continue
        if _may_give(asked, member, at):
            tenants.append(tenant)
    if not tenants and not resource.acts_as_agent:
        detail = "the person belongs to no open tenant in which they may give these scopes"
        raise AuthorizationRefused("invalid_scope", detail)
    return replace(asked, tenants=tuple(tenants))


async def grant_consent(
    session: Session, asked: ConsentRequest, tenant_id: str, agent_id: str, at: datetime
) -> str:
    """The code of a client that the person lets into a tenant, to act there as the agent where it
    asked for that. One commit. Raises AuthorizationRefused for a tenant in which the person may
    not, and for an agent that they may let nobody act as; Unavailable."""
    if tenant_id not in {each.tenant_id for each in asked.tenants}:
        detail = "the person may not give these scopes in that tenant"
        raise AuthorizationRefused("access_denied", detail)
    agent = None
    if asked.resource.acts_as_agent:
        agent = await chosen_agent(session.principal_id, tenant_id, agent_id, at)
    caller = on_platform(session.principal_id, at)

    async def use_case(work: Command) -> ClientGrant:
        id = new_id("cgr", work.at)
        step = client_grant.give(id, asked, session.principal_id, tenant_id, agent, work.at)
        await work.save(step)
        return step.state

    grant = await RUN.command(caller, use_case, ClientGrant)
    return authorization_code(grant.grant_id, await digest_keys())


def _may_give(asked: ConsentRequest, member: Member, at: datetime) -> bool:
    if not asked.resource.acts_as_agent:
        return asked.scopes <= scopes_of(member.roles)
    places = (None, *(each.workspace_id for each in member.workspaces))
    return any(lets_act(member.roles_at(at, each)) for each in places)
