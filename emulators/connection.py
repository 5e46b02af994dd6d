"""A connection to a running platform, open until a block ends."""

import ssl
from functools import cache
from types import TracebackType
from typing import Self

import httpx


class Connection:
    """`http` reaches every public route."""

    def __init__(self, url: str, timeout: float, *, follow_redirects: bool = False) -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=url,
            timeout=timeout,
            follow_redirects=follow_redirects,
            verify=_trusted(),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted, read once: that takes longer than many calls."""
    return httpx.create_ssl_context(trust_env=False)
