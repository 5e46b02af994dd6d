"""Decisions of billing: pure, over what Stripe answers and people order."""
