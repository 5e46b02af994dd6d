"""What a provider is sent, what it answers, and why it does not."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple, Protocol


class ProviderRequest(NamedTuple):
    """A POST to a provider: the path below its address, the body, and the headers."""

    path: str
    body: bytes
    headers: Mapping[str, str]


class Answer(Protocol):
    """An answer of which the head was read. Whoever gets it closes it."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """The bytes of its body as they come."""

    async def aclose(self) -> None:
        """Leaves the provider alone, whether or not its answer is over."""


class NeverSent(Exception):
    """The provider was not reached, so nothing was done."""


class NotHere(NeverSent):
    """The model answers on this machine, and is absent: `args` say why. `is_refused` where its
    files are there and are not what their manifest says."""

    def __init__(self, why: str, *, is_refused: bool = False) -> None:
        super().__init__(why)
        self.is_refused = is_refused


class Busy(NeverSent):
    """The model answers on this machine, and others have its places or its turn."""


class BrokenOff(Exception):
    """The provider was asked, and its answer is missing or not whole: it may have cost."""
