"""What a tenant pays for: plans, subscriptions, invoices."""
