"""One value for each event loop, such as a client, whose connections belong to the loop that they
were made in."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes the value of a loop when that is first asked for, and forgets it with the loop."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def here(self) -> T:
        """The value of the running loop. Raises RuntimeError where none runs."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made[loop] = self._make()
        return self._made[loop]

    def forget(self) -> T | None:
        """Forgets the value of the running loop, which it returns; the next one is made anew.
        Raises RuntimeError where none runs."""
        return self._made.pop(asyncio.get_running_loop(), None)

    @contextmanager
    def anew(self) -> Iterator[None]:
        """Within it, the running loop has another value, and after it the one from before."""
        before = self.forget()
        try:
            yield
        finally:
            self.forget()
            if before is not None:
                self._made[asyncio.get_running_loop()] = before
