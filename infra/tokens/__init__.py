"""An operator's own issuer of tokens, for as long as there is no sign-in: docs/guides/deploy.md."""
