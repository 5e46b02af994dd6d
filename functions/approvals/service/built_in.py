"""The approval policy of a tenant that has not changed it."""

from typing import Literal

from functions.approvals.rules.policy import BUILT_IN, DEPLOYED, ApprovalPolicy
from shared.runtime.settings import Settings


class Deployment(Settings):
    """Where this runs; where nobody says it, the strictest rules hold."""

    environment: Literal["local", "dev", "staging", "prod"] = "prod"


def built_in() -> ApprovalPolicy:
    """The policy that comes with Assent: beyond a laptop, only a passkey assents to what is risky
    or irreversible, and breaks the glass."""
    return BUILT_IN if Deployment.from_environment().environment == "local" else DEPLOYED
