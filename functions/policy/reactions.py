"""Events in: decisions about publications."""

from functions.policy.aggregates import POLICIES, RUN
from functions.policy.service.publication import TYPES, act_on

__all__ = ["ABOUT", "HANDLERS", "RUN"]

# Decisions about others are not for this function.
ABOUT = {"approvals": POLICIES.noun}
HANDLERS = dict.fromkeys(TYPES, act_on)
