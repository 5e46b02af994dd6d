"""How a message goes out: Web Push, mail, Slack, webhooks."""
