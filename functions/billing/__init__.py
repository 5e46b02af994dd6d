"""What a tenant pays for, and what for: plans, subscriptions, invoices."""
