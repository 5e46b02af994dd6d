"""An account at Stripe, and a platform, whose one time the tests here move."""

from tests.functions.billing.timed import stripe_url, time

__all__ = ["stripe_url", "time"]
