"""Which function answers a path of the one port."""

from collections.abc import Iterable

from shared.manifest import Deployable


class RouteTable:
    """The public routes of all manifests; the most specific pattern wins."""

    def __init__(self, deployables: Iterable[Deployable]) -> None:
        self._exact: dict[str, str] = {}
        self._below: list[tuple[str, str]] = []
        for deployable in deployables:
            for route in deployable.routes:
                if route.endswith("/**"):
                    self._below.append((route.removesuffix("/**"), deployable.name))
                else:
                    self._exact[route] = deployable.name
        self._below.sort(key=lambda pair: len(pair[0]), reverse=True)

    def find(self, path: str) -> str | None:
        """The deployable that answers `path`, or None. `/a/**` matches `/a` and all below it."""
        if path in self._exact:
            return self._exact[path]
        for prefix, name in self._below:
            if path == prefix or path.startswith(f"{prefix}/"):
                return name
        return None
