"""Why nothing is bought or changed."""

from shared.kit.errors import VersionConflict


class NothingSold(VersionConflict):
    """The operator has no account at Stripe."""

    code = "nothing_sold"
    title = "Nothing is sold here"


class StripeRefused(VersionConflict):
    """Stripe did not do it, and will not if it is asked the same again."""

    code = "stripe_refused"
    title = "Stripe refused it"


class NothingUpcoming(StripeRefused):
    """Stripe will ask for nothing."""


class StripeMissing(StripeRefused):
    """Stripe has no such thing, or has it no more."""
