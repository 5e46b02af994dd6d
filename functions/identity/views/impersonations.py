"""What callers see of support that acts as a member."""

from typing import Literal, Self

from events.impersonations import ImpersonationState
from functions.identity.rules.impersonation import Impersonation, SupportAccess
from shared.kit.instants import Instant
from shared.kit.models import Model, Page, part_of


class ImpersonationView(ImpersonationState):
    """Support that acts, or acted, as a member."""

    @classmethod
    def of(cls, impersonation: Impersonation) -> Self:
        """What the tenant's admins and the member see of it."""
        return part_of(cls, impersonation)


class NewImpersonation(ImpersonationView):
    """An impersonation with its tokens, which are shown this once."""

    tenant_id: str
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a type
    expires_in: int
    refresh_token: str
    scope: str


class ImpersonationPage(Page[ImpersonationView]):
    """A page of impersonations."""


class SupportAccessView(Model):
    """Whether support may act as members of the tenant, and who said so; nobody did at first."""

    allowed: bool
    changed_by: str | None
    changed_at: Instant | None

    @classmethod
    def of(cls, access: SupportAccess | None) -> Self:
        """What members see of it."""
        if access is None:
            return cls(allowed=True, changed_by=None, changed_at=None)
        return part_of(cls, access)
