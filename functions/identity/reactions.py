"""Timers in: the end of a tenant that closes. No event of others concerns identity."""

from functions.identity.aggregates import RUN, TENANTS
from functions.identity.rules.suspension import CLOSING_DUE
from functions.identity.service.suspension import end_tenant
from shared.aggregates.runner import Handler

__all__ = ["HANDLERS", "RUN"]

HANDLERS: dict[str, Handler] = {CLOSING_DUE: RUN.timed(TENANTS, end_tenant)}
