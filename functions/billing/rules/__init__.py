"""What follows from what Stripe and people say; pure."""
