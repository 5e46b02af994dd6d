"""HTTP in, HTTP out: approvals and vetoes, precedents."""

from fastapi import APIRouter

from functions.approvals.api import approvals, precedents

_NOUNS = (approvals, precedents)
ROUTER = APIRouter(routes=[route for noun in _NOUNS for route in noun.ROUTER.routes])
