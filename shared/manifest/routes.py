"""Which paths a route covers, and which of several routes answers a path."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Protocol

_ONE, _AND_BELOW = "*", "**"


class Routed(Protocol):
    """The owner of some routes."""

    @property
    def name(self) -> str: ...

    @property
    def routes(self) -> tuple[str, ...]: ...


class RouteTable:
    """The routes of several owners, each before every route that covers it: the first route that
    covers a path is the most specific."""

    def __init__(self, owners: Iterable[Routed]) -> None:
        claims = ((route, owner.name) for owner in owners for route in owner.routes)
        self.entries = tuple(sorted(claims, key=_unspecific))

    def find(self, path: str) -> str | None:
        """The name of the owner that answers `path`, or None."""
        return next((name for route, name in self.entries if covers(route, path)), None)

    def contested(self) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
        """Pairs of routes of two owners that both cover a path, where neither is more specific."""
        for place, entry in enumerate(self.entries):
            for other in self.entries[:place]:
                (route, owner), (earlier, another) = entry, other
                ranked = route != earlier and covers(route, earlier)
                if owner != another and _share_a_path(route, earlier) and not ranked:
                    yield entry, other


def covers(route: str, path: str) -> bool:
    """Whether the route covers a path, or every path of another route: `*` is any one segment, and
    `/a/**` is `/a` and all paths below it."""
    for wanted, found in zip_longest(route.split("/"), path.split("/")):
        if wanted == _AND_BELOW:
            return True
        if found == _AND_BELOW or (wanted != found and (wanted != _ONE or not found)):
            return False
    return True


def _share_a_path(one: str, other: str) -> bool:
    for here, there in zip_longest(one.split("/"), other.split("/")):
        if _AND_BELOW in (here, there):
            return True
        if here is None or there is None or (here != there and _ONE not in (here, there)):
            return False
    return True


def _unspecific(claim: tuple[str, str]) -> tuple[list[int], str]:
    ranks = {_ONE: 1, _AND_BELOW: 2}
    return [ranks.get(segment, 0) for segment in claim[0].split("/")], claim[0]
