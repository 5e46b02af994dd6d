"""HTTP in, HTTP out: approvals and vetoes, precedents, and what a phone decides."""

from functions.approvals.api import approvals, phone, precedents
from shared.runtime.routes import Router

ROUTER = Router.joining(approvals.ROUTER, precedents.ROUTER, phone.ROUTER)
