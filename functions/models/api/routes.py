"""Where the calls of models go, as governors say."""

from functions.models.aggregates import ROUTES, RUN
from functions.models.service.routes import put_route
from functions.models.views import ModelRoutePage, ModelRouteView, RouteBody, RouteName
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router

ROUTER = Router(read=("models:read", "governance:read"), write=("governance:write",))


@ROUTER.get("/v1/model-routes")
async def list_routes(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> ModelRoutePage:
    """Lists where the calls of the tenant's models go, those set last first."""
    page = await RUN.page(caller, ROUTES, order_by=("set_at",), limit=limit, cursor=cursor)
    return page.shown(ModelRoutePage, ModelRouteView.of)


@ROUTER.get("/v1/model-routes/{name}")
async def get_route(caller: Caller, name: str) -> ModelRouteView:
    """Shows where the calls of a model go."""
    return ModelRouteView.of(await RUN.read(caller, ROUTES, name))


@ROUTER.put("/v1/model-routes/{name}")
@does("model-routes.set", within=("govern",), deed="setting a model's route")
async def set_route(caller: Caller, key: Key, name: RouteName, body: RouteBody) -> ModelRouteView:
    """Sets where the calls of a model go from now on, what they cost, and who may stand in."""
    return await put_route(caller, key, name, body)
