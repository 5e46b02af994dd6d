"""Use cases of billing, and its calls of Stripe."""
