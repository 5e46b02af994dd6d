"""The clients of a module that calls addresses which others named. Their library is imported with
the first call."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from shared.kit.per_loop import PerLoop

if TYPE_CHECKING:
    import httpx2


def guarded_clients(
    *, within_seconds: float, connected_within_seconds: float
) -> "Mapping[bool, PerLoop[httpx2.AsyncClient]]":
    """Two guarded clients for each event loop: one for public addresses only (False), and one for
    those of this machine too (True). A call ends where the other side takes no connection within
    `connected_within_seconds`, or then says nothing for `within_seconds`."""

    def make(*, may_be_loopback: bool) -> "httpx2.AsyncClient":
        import httpx2

        from shared.runtime.guarded import guarded_client

        soon = connected_within_seconds
        timeout = httpx2.Timeout(within_seconds, connect=soon, pool=soon)
        return guarded_client(may_be_loopback=may_be_loopback, timeout=timeout)

    return {each: PerLoop(partial(make, may_be_loopback=each)) for each in (False, True)}
