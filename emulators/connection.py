"""A connection to a running platform, open until a block ends."""

from types import TracebackType
from typing import Self

import httpx


class Connection:
    """`http` reaches every public route."""

    http: httpx.Client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
