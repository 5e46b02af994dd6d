"""Mail, sent through the relay of a tenant."""
