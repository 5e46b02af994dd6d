"""The entry points of a function, from the names of its modules."""

# Before all other imports: see `cold_start`.
from shared.runtime.cold_start import begin_cold_start

begin_cold_start()

from collections.abc import Callable  # noqa: E402
from functools import cache  # noqa: E402
from importlib import import_module  # noqa: E402
from importlib.util import find_spec  # noqa: E402
from typing import Any  # noqa: E402

import functions_framework.aio  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.types import ASGIApp  # noqa: E402

from shared.runtime.every_request import route_every_request  # noqa: E402

route_every_request()


def entry_points(function: str) -> tuple[Any, Any]:
    """The targets `api` and `react` of a function. Its main.py must use these names.

    `api` serves the `ROUTER` of the package's `api` and, where that names a `RUN`, records the
    tokens that it refused. Where nothing reacts, its sweep fires the `TIMERS` of `api`. `react`
    serves the `HANDLERS` of its `reactions` and, where that names a `RUN`, the sweep over its
    aggregates and the records of its dead letters. Neither side loads the other's modules, and both
    load theirs at the first request."""
    return (
        _target("api", lambda: public_app(function)),
        _target("react", lambda: private_app(function)),
    )


@cache
def public_app(function: str) -> ASGIApp:
    """The app of the target `api`, made once."""
    from shared.runtime.app import create_api

    api = import_module(f"{_package(function)}.api")
    run = getattr(api, "RUN", None)
    sweeps = find_spec(f"{_package(function)}.reactions") is None
    timers = getattr(api, "TIMERS", {})
    return create_api(function=function, router=api.ROUTER, run=run, sweeps=sweeps, timers=timers)


@cache
def private_app(function: str) -> ASGIApp:
    """The app of the target `react`, made once."""
    from shared.runtime.reactions import create_reactions

    reactions = import_module(f"{_package(function)}.reactions")
    run = getattr(reactions, "RUN", None)
    return create_reactions(function=function, handlers=reactions.HANDLERS, run=run)


def _target(name: str, app: Callable[[], ASGIApp]) -> Any:
    async def target(request: Request) -> Any:
        return app()

    target.__name__ = name
    return functions_framework.aio.http(target)


def _package(function: str) -> str:
    name = function.replace("-", "_")
    return f"functions.{name}" if find_spec(f"functions.{name}") else name
