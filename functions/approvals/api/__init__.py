"""HTTP in, HTTP out: approvals and vetoes, precedents, and decisions from a phone."""

from functions.approvals.aggregates import RUN
from functions.approvals.api import approvals, phone, precedents
from shared.runtime.routes import Router

__all__ = ["ROUTER", "RUN"]

ROUTER = Router.joining(
    approvals.ROUTER, precedents.ROUTER, precedents.PATTERNS_ROUTER, phone.ROUTER
)
