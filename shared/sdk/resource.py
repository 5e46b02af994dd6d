"""What every group of calls is made of."""

from abc import ABC, abstractmethod
from typing import TypeVar

from .calls import Call

T = TypeVar("T")


class Client(ABC):
    """What sends calls."""

    @abstractmethod
    def send(self, call: Call[T]) -> T:
        """The answer of a call."""


class AsyncClient(ABC):
    """What sends calls, awaited."""

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """The answer of a call."""


class Resource:
    """Calls about one kind of thing."""

    def __init__(self, client: Client) -> None:
        self._client = client


class AsyncResource:
    """Calls about one kind of thing, awaited."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
