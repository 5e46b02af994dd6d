"""An operator's own issuer of tokens, until there is a sign-in: docs/guides/deploy.md."""
