"""Events in: decisions about publications."""

from functions.policy.aggregates import RUN
from functions.policy.service.publishing import TYPES, act_on

__all__ = ["HANDLERS", "RUN"]

HANDLERS = dict.fromkeys(TYPES, act_on)
