"""The caller of a request."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, Self

from pydantic import StringConstraints

from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.control import Control
from shared.kit.errors import Forbidden
from shared.kit.roles import PLATFORM_ADMIN
from shared.kit.workspaces import includes

# A principal, a tenant or a role: nobody can mistake one for another.
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@:+-]{0,127}$")]
# How long after a sign-in its owner may change the keys with which they sign.
RECENT = timedelta(minutes=5)
# RFC 6749, 3.3: a Unicode space separates nothing, and no scope has another's look.
Scopes = Annotated[str, StringConstraints(pattern=r"^[!#-\[\]-~ ]*$")]


def check_platform_admin(caller: "Caller") -> None:
    """Raises Forbidden for everybody but platform admins, whose token is for no tenant."""
    if caller.tenant_id != PLATFORM_TENANT or PLATFORM_ADMIN not in caller.roles:
        raise Forbidden(
            "this needs the role platform_admin: get a token with tenant=_platform, as somebody"
            " whom the platform's configuration names"
        )


class Actor(NamedTuple):
    """The acting principal with its current roles: what rules need of a caller."""

    principal: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Caller:
    """A verified principal of one tenant. `received_at` is the time at the request's entry; every
    decision in the request uses this time only. `workspace_id`: the token opens nothing of the
    tenant outside of that workspace. `session_id` is the sign-in or the key that the token follows
    from, `requests_per_minute` what that key allows where it has a limit of its own, `agent_id` the
    agent with whose rights to tools the key acts, `on_behalf_of` the person who signed in whoever
    acts as that agent. `signed_in_at` is when they signed in with a browser, by passkey where
    `signed_in_by_passkey` says so; None for any other session and for keys. `control` is what is
    known of the tenant, at most twenty seconds old."""

    principal: str
    tenant_id: str
    scopes: frozenset[str]
    roles: frozenset[str]
    received_at: datetime
    token: str = field(repr=False)
    # Who acts in the principal's name (RFC 8693, `act`): support, which may read only.
    impersonator: str | None = None
    workspace_id: str | None = None
    session_id: str | None = None
    requests_per_minute: int | None = None
    agent_id: str | None = None
    on_behalf_of: str | None = None
    signed_in_at: datetime | None = None
    signed_in_by_passkey: bool = False
    control: Control = field(default=Control(), repr=False, compare=False)

    @classmethod
    def acting(cls, principal: str, tenant_id: str, at: datetime) -> Self:
        """The principal without a token, as an actor whose rights the use case checks."""
        return cls(principal, tenant_id, frozenset(), frozenset(), at, "")

    @property
    def actor(self) -> Actor:
        """The caller for the rules."""
        return Actor(self.principal, self.roles)

    def has_just_signed_in(self, *, by_passkey: bool = False) -> bool:
        """Whether they signed in with a browser under five minutes ago."""
        if self.signed_in_at is None or (by_passkey and not self.signed_in_by_passkey):
            return False
        return self.received_at - self.signed_in_at < RECENT

    def sees(self, workspace_id: str | None) -> bool:
        """Whether the token opens what belongs to that workspace or, for None, to none."""
        return includes(self.workspace_id, workspace_id)

    def has_flag(self, name: str) -> bool:
        """Whether the flag of that name is on for this principal of this tenant."""
        return self.control.has_flag(name, self.principal)
