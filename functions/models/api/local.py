"""Models that run in this process: what they find in texts, and what they expect of series."""

import asyncio

from functions.models.service.local import forecast_series, local_models, redact, summarise
from functions.models.views_local import (
    ForecastBody,
    ForecastView,
    LocalModels,
    RedactionBody,
    RedactionView,
    SummaryBody,
    SummaryView,
)
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.routes import Router

ROUTER = Router(read=("models:read",), write=("models:write",), within=("own_affairs",))


@ROUTER.get("/v1/local-models")
@does("local-models.list", within=("own_affairs",))
async def get_local_models(caller: Caller) -> LocalModels:
    """Lists the models that run in Assent's own process, and what works without them."""
    return LocalModels(items=await asyncio.to_thread(local_models))


@ROUTER.post("/v1/local-models/redactions")
@does("local-models.redact", within=("own_affairs",))
async def post_redaction(caller: Caller, body: RedactionBody) -> RedactionView:
    """Finds personal data in a text and puts placeholders there. Nothing leaves Assent, and nothing
    is kept."""
    return await asyncio.to_thread(redact, body)


@ROUTER.post("/v1/local-models/summaries")
@does("local-models.summarise", within=("own_affairs",))
async def post_summary(caller: Caller, body: SummaryBody) -> SummaryView:
    """Chooses the sentences of a text that say most of it. Nothing leaves Assent, and nothing is
    kept."""
    return await asyncio.to_thread(summarise, body)


@ROUTER.post("/v1/local-models/forecasts")
@does("local-models.forecast", within=("own_affairs",))
async def post_forecast(caller: Caller, body: ForecastBody) -> ForecastView:
    """Forecasts a series, such as spending a day, with how far two methods were off before."""
    return await asyncio.to_thread(forecast_series, body)
