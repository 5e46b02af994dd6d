"""Lists, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

from .calls import Call
from .resource import AsyncClient, Client

T = TypeVar("T")


class Page(tuple[T, ...]):
    """Some items of a list, in its order, and the cursor of those after them: None at the end."""

    next_cursor: str | None

    @classmethod
    def of(cls, answer: Any) -> Page[T]:
        """The page that an answer is."""
        page = cls(answer.items)
        page.next_cursor = answer.next_cursor
        return page


def _after(call: Call[Any], cursor: str) -> Call[Any]:
    return replace(call, query={**call.query, "cursor": cursor})


class Pages(Generic[T]):
    """A list that is read as it is iterated, one page at a time; iterated again, it is read again.
    Raises what a call raises, when its page is read."""

    def __init__(self, client: Client, call: Call[Any]) -> None:
        self._client, self._call = client, call

    def page(self) -> Page[T]:
        """The first page."""
        return Page.of(self._client.send(self._call))

    def pages(self) -> Iterator[Page[T]]:
        """Each page."""
        page = self.page()
        yield page
        while page.next_cursor is not None:
            page = Page.of(self._client.send(_after(self._call, page.next_cursor)))
            yield page

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page


class AsyncPages(Generic[T]):
    """A list that is read as it is iterated, one page at a time; iterated again, it is read again.
    Raises what a call raises, when its page is read."""

    def __init__(self, client: AsyncClient, call: Call[Any]) -> None:
        self._client, self._call = client, call

    async def page(self) -> Page[T]:
        """The first page."""
        return Page.of(await self._client.send(self._call))

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Each page."""
        page = await self.page()
        yield page
        while page.next_cursor is not None:
            page = Page.of(await self._client.send(_after(self._call, page.next_cursor)))
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for each in page:
                yield each
