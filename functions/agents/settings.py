"""The secrets this function reads, by name."""

from typing import Final

SIGNING_KEY: Final = "agents-signing-key"
OWN_KEYS: Final = "agents-public-keys"
APPROVALS_KEYS: Final = "approvals-public-keys"
