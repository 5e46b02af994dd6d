"""Faults that the next calls of a target meet, each so many times."""

from collections.abc import Iterable

from aiohttp import web


class CountedFaults:
    """How many times each fault still happens."""

    def __init__(self, names: Iterable[str]) -> None:
        self._left = dict.fromkeys(names, 0)

    def takes(self, name: str) -> bool:
        """Whether the fault happens now; it then happens one time less."""
        if not self._left[name]:
            return False
        self._left[name] -= 1
        return True

    async def arm(self, request: web.Request) -> None:
        """Takes from the body how many of the next calls fail, and how."""
        self._left |= await request.json()

    def shown(self) -> web.Response:
        """An answer that says how many of the next calls fail, and how."""
        return web.json_response(self._left)
