"""Each refusal by its code. `python -m docs.sdk` generates it from the OpenAPI document."""

from ..errors import Refused


class AddressTooLong(Refused):
    """The address is longer than 8 KB."""

    code = "address_too_long"


class AlreadyDecided(Refused):
    """A different final decision was taken before."""

    code = "already_decided"


class ApprovalExpired(Refused):
    """The deadline has passed, and silence has decided."""

    code = "approval_expired"


class AuditChainBroken(Refused):
    """An audit chain is not what was covered."""

    code = "audit_chain_broken"


class AuthorizationRefused(Refused):
    """The program asks for something that it cannot have."""

    code = "authorization_refused"


class BudgetExhausted(Refused):
    """The budget allows no more now."""

    code = "budget_exhausted"


class CapabilityRefused(Refused):
    """The capability token does not allow this call."""

    code = "capability_refused"


class CapsuleInvalid(Refused):
    """The capsule is not one that can run."""

    code = "capsule_invalid"


class ClientRefused(Refused):
    """The program that asks cannot be let in."""

    code = "client_refused"


class ContentErased(Refused):
    """The content was erased."""

    code = "content_erased"


class ContentInvalid(Refused):
    """A content is not the one that its hash names."""

    code = "content_invalid"


class CoversTheTenant(Refused):
    """The token is for one workspace, and this call covers the whole tenant."""

    code = "covers_the_tenant"


class CrossSite(Refused):
    """Web pages of other sites may not call this."""

    code = "cross_site"


class DirectoryRefused(Refused):
    """The directory's request is not accepted."""

    code = "directory_refused"


class FeatureNotInPlan(Refused):
    """The tenant's plan does not have this."""

    code = "feature_not_in_plan"


class Forbidden(Refused):
    """Not allowed."""

    code = "forbidden"


class GrantRefused(Refused):
    """No token is given."""

    code = "grant_refused"


class IdempotencyKeyReused(Refused):
    """The key was used before with another body."""

    code = "idempotency_key_reused"


class Invalid(Refused):
    """The request is not valid."""

    code = "invalid"


class InvitationOver(Refused):
    """The invitation is of no more use."""

    code = "invitation_over"


class MalformedRequest(Refused):
    """The request is not one we can read."""

    code = "malformed_request"


class MethodNotAllowed(Refused):
    """This path does not take that method."""

    code = "method_not_allowed"


class ModelAbsent(Refused):
    """The local model is absent."""

    code = "model_absent"


class ModelMisconfigured(Refused):
    """The model's provider refuses the route's credential or address."""

    code = "model_misconfigured"


class ModelNotFound(Refused):
    """The tenant has no route for this model."""

    code = "model_not_found"


class ModelUnreachable(Refused):
    """The model did not answer."""

    code = "model_unreachable"


class NameTaken(Refused):
    """The name belongs to another entry of the directory."""

    code = "name_taken"


class NotFound(Refused):
    """There is no such thing here."""

    code = "not_found"


class NothingSold(Refused):
    """Nothing is sold here."""

    code = "nothing_sold"


class NoticeRefused(Refused):
    """The notice is not accepted."""

    code = "notice_refused"


class OnlyReading(Refused):
    """Who acts as somebody else may only read."""

    code = "only_reading"


class PasskeyRequired(Refused):
    """Only a passkey's signature decides this."""

    code = "passkey_required"


class PayloadTooLarge(Refused):
    """The body is larger than 1 MB."""

    code = "payload_too_large"


class PolicyInvalid(Refused):
    """The policy is not one that can be enforced."""

    code = "policy_invalid"


class QuotaExhausted(Refused):
    """What the tenant's plan allows is used up."""

    code = "quota_exhausted"


class RequestTimeout(Refused):
    """The body took too long to arrive."""

    code = "request_timeout"


class ScopeMissing(Refused):
    """The token lacks a scope this call needs."""

    code = "scope_missing"


class SealBroken(Refused):
    """A sealed text is not as it was sealed."""

    code = "seal_broken"


class SeparationOfDuties(Refused):
    """Nobody decides on their own request."""

    code = "separation_of_duties"


class SignInRefused(Refused):
    """The sign-in is not accepted."""

    code = "sign_in_refused"


class SignInTooOld(Refused):
    """The sign-in is too long ago for this."""

    code = "sign_in_too_old"


class SignatureInvalid(Refused):
    """A signature does not verify."""

    code = "signature_invalid"


class SsoRefused(Refused):
    """That cannot be the tenant's issuer."""

    code = "sso_refused"


class StaleDecisionHash(Refused):
    """The content is not the one the decision was about."""

    code = "stale_decision_hash"


class StorageLimitReached(Refused):
    """The tenant's tier keeps no more."""

    code = "storage_limit_reached"


class StripeRefused(Refused):
    """Stripe refused it."""

    code = "stripe_refused"


class TenantClosed(Refused):
    """The tenant is closed."""

    code = "tenant_closed"


class TenantClosing(Refused):
    """The tenant is being closed."""

    code = "tenant_closing"


class TenantNotChosen(Refused):
    """The token is for no tenant."""

    code = "tenant_not_chosen"


class TenantSuspended(Refused):
    """The tenant is suspended."""

    code = "tenant_suspended"


class TierLimitReached(Refused):
    """The tenant's tier allows no more requests now."""

    code = "tier_limit_reached"


class TooManyRequests(Refused):
    """Too many requests."""

    code = "too_many_requests"


class Unauthenticated(Refused):
    """No or bad credentials."""

    code = "unauthenticated"


class Unavailable(Refused):
    """A service this call needs did not answer."""

    code = "unavailable"


class UnsupportedMediaType(Refused):
    """The body's media type is not one this call reads."""

    code = "unsupported_media_type"


class VersionConflict(Refused):
    """Another change was committed first."""

    code = "version_conflict"


class VetoWindowClosed(Refused):
    """The veto window has closed."""

    code = "veto_window_closed"


class WireNotSupported(Refused):
    """The provider of this model speaks another wire."""

    code = "wire_not_supported"


BY_CODE: dict[str, type[Refused]] = {
    each.code: each
    for each in (
        AddressTooLong,
        AlreadyDecided,
        ApprovalExpired,
        AuditChainBroken,
        AuthorizationRefused,
        BudgetExhausted,
        CapabilityRefused,
        CapsuleInvalid,
        ClientRefused,
        ContentErased,
        ContentInvalid,
        CoversTheTenant,
        CrossSite,
        DirectoryRefused,
        FeatureNotInPlan,
        Forbidden,
        GrantRefused,
        IdempotencyKeyReused,
        Invalid,
        InvitationOver,
        MalformedRequest,
        MethodNotAllowed,
        ModelAbsent,
        ModelMisconfigured,
        ModelNotFound,
        ModelUnreachable,
        NameTaken,
        NotFound,
        NothingSold,
        NoticeRefused,
        OnlyReading,
        PasskeyRequired,
        PayloadTooLarge,
        PolicyInvalid,
        QuotaExhausted,
        RequestTimeout,
        ScopeMissing,
        SealBroken,
        SeparationOfDuties,
        SignInRefused,
        SignInTooOld,
        SignatureInvalid,
        SsoRefused,
        StaleDecisionHash,
        StorageLimitReached,
        StripeRefused,
        TenantClosed,
        TenantClosing,
        TenantNotChosen,
        TenantSuspended,
        TierLimitReached,
        TooManyRequests,
        Unauthenticated,
        Unavailable,
        UnsupportedMediaType,
        VersionConflict,
        VetoWindowClosed,
        WireNotSupported,
    )
}
