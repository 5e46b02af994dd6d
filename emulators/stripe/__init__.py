"""A stand-in for Stripe: one account in test mode, for the unmodified client of Stripe."""
