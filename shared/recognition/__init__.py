"""Names and addresses in texts, recognised by a model in this process."""
