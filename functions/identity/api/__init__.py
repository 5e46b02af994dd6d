"""HTTP in, HTTP out: signing in, tokens, tenants with their members, invitations and keys."""

from functions.identity.aggregates import RUN
from functions.identity.api import (
    clients,
    devices,
    discovery,
    figures,
    impersonations,
    keys,
    own,
    passkey_sign_in,
    passkeys,
    scim,
    sign_in,
    sso,
    tenants,
    tokens,
    workspaces,
)
from shared.runtime.routes import Router

__all__ = ["ROUTER", "RUN"]

ROUTER = Router.joining(
    *(
        sign_in.ROUTER,
        passkey_sign_in.ROUTER,
        tokens.ROUTER,
        devices.ROUTER,
        clients.ROUTER,
        discovery.ROUTER,
    ),
    *(own.ROUTER, tenants.ROUTER, workspaces.ROUTER, keys.ROUTER),
    *(passkeys.ROUTER, passkeys.PAGES),
    *(scim.ROUTER, sso.ROUTER, impersonations.ROUTER, figures.ROUTER),
)
