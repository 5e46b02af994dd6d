"""Refusals and failures, one class per reason; `shared.runtime.problems` turns each into
problem+json, an acknowledgement or a retry."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from shared.kit.bookkeeping import RefusalReason

WHOLE_BODY = "body"


@dataclass(frozen=True)
class FieldError:
    """One error of one field. `field` is a dotted path from the body's root, or WHOLE_BODY."""

    field: str
    message: str


class AssentError(Exception):
    """Base of every error with a stable code. `retriable`: the same call may succeed later.
    `scim_type`: the keyword for clients that speak SCIM (RFC 7644, 3.12), where there is one."""

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"
    http_status: ClassVar[int] = 500
    retriable: ClassVar[bool] = False
    # What the answer says beside its body.
    headers: Mapping[str, str] = MappingProxyType({})
    scim_type: str | None = None

    def __init__(self, detail: str = "", *errors: FieldError) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors

    def members(self) -> dict[str, Any]:
        """What the problem says beside the members that every problem has."""
        return {}


class RecordedRefusal(AssentError):
    """A refusal that is audited where it ends a call, unless it has no `reason`: in the log of
    `tenant_id`, and of `workspace_id` where it is of one, as what `principal` did. What is None of
    these is the caller's."""

    def __init__(
        self,
        reason: RefusalReason | None,
        detail: str,
        *,
        tenant_id: str | None = None,
        principal: str | None = None,
        workspace_id: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.tenant_id = tenant_id
        self.principal = principal
        self.workspace_id = workspace_id


class MalformedRequest(AssentError):
    code = "malformed_request"
    title = "The request is not one we can read"
    http_status = 400
    scim_type = "invalidSyntax"


class Unauthenticated(AssentError):
    code = "unauthenticated"
    title = "No or bad credentials"
    http_status = 401


class ScopeMissing(AssentError):
    code = "scope_missing"
    title = "The token lacks a scope this call needs"
    http_status = 403


class Forbidden(AssentError):
    code = "forbidden"
    title = "Not allowed"
    http_status = 403


class OnlyReading(AssentError):
    code = "only_reading"
    title = "Who acts as somebody else may only read"
    http_status = 403


class TenantNotChosen(AssentError):
    code = "tenant_not_chosen"
    title = "The token is for no tenant"
    http_status = 403


class SignInTooOld(AssentError):
    code = "sign_in_too_old"
    title = "The sign-in is too long ago for this"
    http_status = 403


class CoversTheTenant(AssentError):
    code = "covers_the_tenant"
    title = "The token is for one workspace, and this call covers the whole tenant"
    http_status = 403


class TenantSuspended(AssentError):
    code = "tenant_suspended"
    title = "The tenant is suspended"
    http_status = 403


class TenantClosing(AssentError):
    code = "tenant_closing"
    title = "The tenant is being closed"
    http_status = 403


class TenantClosed(AssentError):
    code = "tenant_closed"
    title = "The tenant is closed"
    http_status = 403


class SeparationOfDuties(AssentError):
    code = "separation_of_duties"
    title = "Nobody decides on their own request"
    http_status = 403


class NotFound(AssentError):
    code = "not_found"
    title = "There is no such thing here"
    http_status = 404


class MethodNotAllowed(AssentError):
    code = "method_not_allowed"
    title = "This path does not take that method"
    http_status = 405

    def __init__(self, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(f"this path takes {', '.join(allowed)}" if allowed else "")
        self.allowed = allowed


class BodyTooSlow(AssentError):
    code = "request_timeout"
    title = "The body took too long to arrive"
    http_status = 408
    retriable = True


class UnsupportedMediaType(AssentError):
    code = "unsupported_media_type"
    title = "The body's media type is not one this call reads"
    http_status = 415


class Invalid(AssentError):
    code = "invalid"
    title = "The request is not valid"
    http_status = 422
    scim_type = "invalidValue"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors), *errors)


class PolicyInvalid(AssentError):
    """`errors` name what is wrong in a source of policies, and where."""

    code = "policy_invalid"
    title = "The policy is not one that can be enforced"
    http_status = 422


class CapsuleInvalid(AssentError):
    """`errors` name what is wrong in the source of a capsule, each with its line and column."""

    code = "capsule_invalid"
    title = "The capsule is not one that can run"
    http_status = 422


class IdempotencyKeyReused(AssentError):
    code = "idempotency_key_reused"
    title = "The key was used before with another body"
    http_status = 422


class AlreadyDecided(AssentError):
    code = "already_decided"
    title = "A different final decision was taken before"
    http_status = 409


class VersionConflict(AssentError):
    code = "version_conflict"
    title = "The state does not allow this, or no longer"
    http_status = 409


class ApprovalExpired(AssentError):
    code = "approval_expired"
    title = "The deadline has passed, and silence has decided"
    http_status = 410


class ContentErased(AssentError):
    """Erased for good; no retry can bring it back."""

    code = "content_erased"
    title = "The content was erased"
    http_status = 410


class VetoWindowClosed(AssentError):
    code = "veto_window_closed"
    title = "The veto window has closed"
    http_status = 410


class StaleDecisionHash(AssentError):
    code = "stale_decision_hash"
    title = "The content is not the one the decision was about"
    http_status = 412


class PayloadTooLarge(AssentError):
    code = "payload_too_large"
    title = "The body is larger than 1 MB"
    http_status = 413


class AddressTooLong(AssentError):
    code = "address_too_long"
    title = "The address is longer than 8 KB"
    http_status = 414


class TooManyRequests(AssentError):
    code = "too_many_requests"
    title = "Too many requests"
    http_status = 429
    retriable = True

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class TierLimitReached(TooManyRequests):
    """`upgrade_to` is the next tier that allows more, if there is one."""

    code = "tier_limit_reached"
    title = "The tenant's tier allows no more requests now"

    def __init__(self, detail: str, *, retry_after: int, upgrade_to: str | None) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.upgrade_to = upgrade_to

    def members(self) -> dict[str, Any]:
        return {"upgrade_to": self.upgrade_to}


class Unavailable(AssentError):
    code = "unavailable"
    title = "A service this call needs did not answer"
    http_status = 503
    retriable = True


class SignatureInvalid(AssentError):
    """A signed statement differs from what its signer signed. No retry can succeed."""

    code = "signature_invalid"
    title = "A signature does not verify"
    http_status = 403


class ContentInvalid(AssentError):
    """A stored content is missing or differs from its hash. No retry can succeed."""

    code = "content_invalid"
    title = "A content is not the one that its hash names"
    http_status = 409
