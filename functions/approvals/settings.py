"""The secrets this function reads, by name."""

from typing import Final

SIGNING_KEY: Final = "approvals-signing-key"
