"""The route table in the form of Firebase Hosting."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.manifest import Deployable, RouteTable

_AND_BELOW = "/**"


@dataclass(frozen=True)
class EdgeRoute:
    """Requests whose path matches `glob` go to `deployable`."""

    glob: str
    deployable: str


def edge_routes(deployables: Iterable[Deployable]) -> tuple[EdgeRoute, ...]:
    """Every public route once, in an order in which the first match is the most specific one.
    Private sides have no routes and never appear.

    A manifest's `/v1/agents/**` means `/v1/agents` and all below it; Hosting's `/**` means only
    what is below, so it is written `/v1/agents{,/**}`
    (https://firebase.google.com/docs/hosting/full-config#redirects). `*` is one segment in both."""
    return tuple(EdgeRoute(_glob(route), name) for route, name in RouteTable(deployables).entries)


def _glob(route: str) -> str:
    if not route.endswith(_AND_BELOW):
        return route
    return f"{route.removesuffix(_AND_BELOW)}{{,{_AND_BELOW}}}"
