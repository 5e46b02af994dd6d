"""Use cases, and the calls of Stripe."""
