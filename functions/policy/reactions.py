"""Events in: decisions about publications."""

from functions.policy.service.decisions import TYPES, act_on

HANDLERS = dict.fromkeys(TYPES, act_on)
