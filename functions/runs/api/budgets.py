"""Budgets of the platform, of tenants, their agents and API keys, and what people set of them."""

from typing import Annotated

from pydantic import Field

from functions.runs.aggregates import RUN
from functions.runs.service import budget_limits, platform
from functions.runs.views.budgets import BudgetPage, BudgetView, LimitView
from shared.budgets.aggregates import BUDGETS
from shared.kit.callers import Caller
from shared.kit.models import Model
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router

# Tokens for no tenant have no other scopes than those of identity.
_PLATFORM = Router(
    tag="platform", read=("identity:read",), write=("identity:write",), tenantless=True
)
_TENANT = Router(read=("runs:read", "governance:read"), write=("governance:write",))


class LimitBody(Model):
    """The most that may be spent in a period, in micro-dollars."""

    limit_usd_micros: Annotated[int, Field(ge=0, le=1_000_000_000_000, strict=True)]


@_PLATFORM.get("/v1/budgets/platform")
@does(within=("manage_tenants",), deed="seeing the platform's budget")
async def show_platform_budget(caller: Caller) -> BudgetView:
    """Shows what all tenants together hold and have spent in the month, as far as they took of it;
    needs the role platform_admin."""
    return await platform.show(caller)


@_PLATFORM.put("/v1/budgets/platform")
@does(within=("manage_tenants",), deed="setting the platform's budget")
async def put_platform_budget(caller: Caller, key: Key, body: LimitBody) -> LimitView:
    """Sets what all tenants together may spend in a month; needs the role platform_admin."""
    return await platform.put_limit(caller, key, body.limit_usd_micros)


@_TENANT.get("/v1/budgets")
async def get_budgets(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> BudgetPage:
    """Lists the budgets of which something was held or spent, those of the newest periods first."""
    page = await RUN.page(caller, BUDGETS, order_by=("period",), limit=limit, cursor=cursor)
    return page.shown(BudgetPage, BudgetView.of)


@_TENANT.put("/v1/budgets/{scope}")
@does("budgets.set", within=("govern",), deed="setting a budget")
async def put_budget(caller: Caller, key: Key, scope: str, body: LimitBody) -> LimitView:
    """Sets what an agent or an API key, by its id, may spend in a day, or the `tenant` in a
    month."""
    return await budget_limits.put_limit(caller, key, scope, body.limit_usd_micros)


ROUTER = Router.joining(_PLATFORM, _TENANT)
