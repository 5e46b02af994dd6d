"""The roles that the rules know; a token names those of its principal."""

from collections.abc import Collection

from shared.kit.callers import Actor
from shared.kit.errors import Forbidden
from shared.kit.wording import one_of

GOVERNOR = "governor"
DEPUTY = "deputy"
GENESIS = "genesis"
TENANT_ADMIN = "tenant_admin"
OPERATOR = "operator"
SERVICE_RUNTIME = "service_runtime"

ROLES = frozenset({GOVERNOR, DEPUTY, GENESIS, TENANT_ADMIN, OPERATOR, SERVICE_RUNTIME})


def refuse_without(actor: Actor, roles: Collection[str], deed: str) -> None:
    """Raises Forbidden, with the roles that may do the deed, for an actor who has none of them."""
    if actor.roles.isdisjoint(roles):
        raise Forbidden(f"{deed} needs the role {one_of(roles)}")
