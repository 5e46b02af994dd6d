"""The refusals of billing, most of them Stripe's."""

from shared.kit.errors import VersionConflict


class NothingSold(VersionConflict):
    """The operator has no account at Stripe."""

    code = "nothing_sold"
    title = "Nothing is sold here"


class StripeRefused(VersionConflict):
    """Stripe refused the call, and would refuse it again."""

    code = "stripe_refused"
    title = "Stripe refused it"


class NothingUpcoming(StripeRefused):
    """Stripe has no invoice that would come next."""


class StripeMissing(StripeRefused):
    """Stripe does not have the object, or has deleted it."""
