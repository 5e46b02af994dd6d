"""Sets and shows where the calls of models go."""

from typing import Any

from functions.models.aggregates import ROUTES, RUN
from functions.models.rules.local_model import LOCAL, MOST_TOKENS_OUT, NOTHING, check_route
from functions.models.rules.route import ModelRoute, host_of, require_credential, set_route
from functions.models.service.language_models import MODELS, check_here
from functions.models.service.process_memory import MEMORIES
from functions.models.settings import settings
from functions.models.views import ModelRouteView, RouteBody
from shared.aggregates.command import Command
from shared.connectors import read_credentials
from shared.inference.loading import ModelAbsentError
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.public_addresses import NotCallable, OutsideUrl
from shared.storage.idempotency import IdempotencyKey


async def put_route(
    caller: Caller, key: IdempotencyKey, name: str, body: RouteBody
) -> ModelRouteView:
    """The route of the model from now on. Raises Invalid for an address that may not be called, and
    as `set_route`."""
    if body.provider == LOCAL:
        fields = await _local(body)
        host = ""
    else:
        base_url = _checked(body.base_url)
        host = _host_for(body.credential, base_url)
        fields = {"base_url": base_url}

    async def use_case(work: Command) -> ModelRouteView:
        await work.find_all(ROUTES, dict.fromkeys((name, *body.fallbacks)))
        before = await work.find(ROUTES, name)
        said = body.model_dump(exclude_none=True) | fields
        by = {"set_by": caller.principal, "set_at": work.at}
        route = ModelRoute.model_validate({**said, **by, "name": name})
        if body.credential is not None:
            known = await read_credentials(work.store, (body.credential,))
            require_credential(known.get(body.credential), body.credential, host)
        others = await work.find_all(ROUTES, body.fallbacks)
        for each in body.fallbacks:
            work.rely_on(ROUTES, each)
        steps = set_route(route, before, others, work.at)
        return ModelRouteView.of(await work.save_change(before or route, *steps))

    shown = await RUN.command(caller, use_case, ModelRouteView, key=key)
    MEMORIES.of(caller.tenant_id).forget()
    return shown


async def _local(body: RouteBody) -> dict[str, Any]:
    """What a route to a model on this machine says besides. Raises Invalid where it says what
    only providers elsewhere have, or the model is absent."""
    given = body.model_dump(exclude_unset=True)
    check_route(given, tuple(MODELS))
    try:
        await check_here(body.model)
    except ModelAbsentError as error:
        raise Invalid(FieldError("provider", f"cannot be local: {error}")) from error
    most = given.get("most_tokens_out", MOST_TOKENS_OUT)
    return {"prices": NOTHING, "privacy": "own", "most_tokens_out": most}


def _host_for(credential: str | None, base_url: str | None) -> str:
    """The host that the credential would go to."""
    if base_url is not None:
        return host_of(base_url)
    if credential is not None:
        said = "goes to no model of the stack's own: give the base_url of the account that it is of"
        raise Invalid(FieldError("credential", said))
    return ""


def _checked(base_url: str | None) -> str | None:
    if base_url is None:
        if not settings().model_url:
            said = "is needed: this stack has no model of its own"
            raise Invalid(FieldError("base_url", said))
        return None
    plain = base_url.rstrip("/")
    if "?" in plain:
        raise Invalid(FieldError("base_url", "may have no query"))
    try:
        OutsideUrl.read(plain, may_be_loopback=settings().may_be_loopback)
    except NotCallable as error:
        raise Invalid(FieldError("base_url", str(error))) from error
    return plain
