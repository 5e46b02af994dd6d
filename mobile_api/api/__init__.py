"""HTTP in, HTTP out: the governor's API, one module per noun."""

from fastapi import APIRouter

from mobile_api.api import agents, approvals, dashboard, devices, seeds, sync

_NOUNS = (dashboard, approvals, seeds, agents, devices, sync)
ROUTER = APIRouter(routes=[route for noun in _NOUNS for route in noun.ROUTER.routes])
