"""What identity refuses, with the reason that is recorded."""

from typing import Literal

from shared.kit.bookkeeping import PLATFORM_TENANT, RefusalReason
from shared.kit.errors import AssentError, NotFound, RecordedRefusal

# RFC 6749, 4.1.2.1 and 5.2, RFC 8628, 3.5, and RFC 8707, 2.
OAuthCode = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "invalid_target",
    "unsupported_grant_type",
    "unsupported_response_type",
    "access_denied",
    "authorization_pending",
    "slow_down",
    "expired_token",
]


class SignInRefused(RecordedRefusal):
    """A sign-in that did not end as it began, or was not begun here. `principal`: who proved who
    they are, and is not let in."""

    code = "sign_in_refused"
    title = "The sign-in is not accepted"
    http_status = 400


class GrantRefused(RecordedRefusal):
    """A refusal of the token endpoint. `principal`: whose token proves who that is."""

    code = "grant_refused"
    title = "No token is given"
    http_status = 400

    def __init__(
        self,
        error: OAuthCode,
        detail: str,
        reason: RefusalReason | None = None,
        *,
        tenant_id: str | None = None,
        principal: str | None = None,
        workspace_id: str | None = None,
    ) -> None:
        super().__init__(
            reason, detail, tenant_id=tenant_id, principal=principal, workspace_id=workspace_id
        )
        self.error = error


class ClientRefused(RecordedRefusal):
    """A client that nobody can be sent back to: it is unknown, or asks for an address that its own
    document does not have, which `reason` says where it may be an attack on `principal`."""

    code = "client_refused"
    title = "The program that asks cannot be let in"
    http_status = 400

    def __init__(
        self, detail: str, reason: RefusalReason | None = None, principal: str | None = None
    ) -> None:
        super().__init__(reason, detail, principal=principal)


class AuthorizationRefused(AssentError):
    """A refusal that the client is told at its redirect address."""

    code = "authorization_refused"
    title = "The program asks for something that it cannot have"
    http_status = 400

    def __init__(self, error: OAuthCode, detail: str) -> None:
        super().__init__(detail)
        self.error = error


class CrossSite(RecordedRefusal):
    """A call with a browser's cookie that a page of another site may have made. `principal`: whose
    cookie it is, where that is known."""

    code = "cross_site"
    title = "Web pages of other sites may not call this"
    http_status = 403

    def __init__(self, detail: str, principal: str | None = None) -> None:
        super().__init__("cross_site", detail, principal=principal)


class SsoRefused(RecordedRefusal):
    """What a tenant may not have as its issuer or its domain."""

    code = "sso_refused"
    title = "That cannot be the tenant's issuer"
    http_status = 409

    def __init__(self, reason: RefusalReason, status: Literal[409, 422], detail: str) -> None:
        super().__init__(reason, detail)
        self.http_status = status  # type: ignore[misc]


class ImpersonationRefused(RecordedRefusal):
    """Support may not act as somebody."""

    code = "forbidden"
    title = "Not allowed"
    http_status = 403


class InvitationRefused(RecordedRefusal):
    """An invitation's token that is not taken. It is recorded with the platform where no tenant
    gave such an invitation."""

    def __init__(
        self, reason: RefusalReason, detail: str, tenant_id: str = PLATFORM_TENANT
    ) -> None:
        super().__init__(reason, detail, tenant_id=tenant_id)


class NoInvitation(InvitationRefused, NotFound):
    """A token that nobody was given, or that opens nothing now. Whoever guesses hears the same."""

    def __init__(self, reason: RefusalReason, tenant_id: str = PLATFORM_TENANT) -> None:
        super().__init__(reason, "there is no such invitation", tenant_id)


class InvitationOver(AssentError):
    """An invitation that was accepted or revoked, or whose time is over."""

    code = "invitation_over"
    title = "The invitation is of no more use"
    http_status = 410


class InvitationUsedUp(InvitationRefused, InvitationOver):
    """A token that was given, and is of no more use."""


class NameTaken(AssentError):
    """A name in a tenant's directory that another entry of it has."""

    code = "name_taken"
    title = "The name belongs to another entry of the directory"
    http_status = 409
    scim_type = "uniqueness"


class DirectoryRefused(AssentError):
    """A request of a directory that does not follow SCIM; `scim_type` is RFC 7644's keyword."""

    code = "directory_refused"
    title = "The directory's request is not accepted"
    http_status = 400

    def __init__(self, scim_type: str | None, detail: str) -> None:
        super().__init__(detail)
        self.scim_type = scim_type
