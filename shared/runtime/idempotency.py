"""The `Idempotency-Key` header of a request."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request

from shared.kit.callers import Caller
from shared.storage.idempotency import IdempotencyKey


async def idempotency_key(
    request: Request,
    key: Annotated[
        str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)
    ] = None,
) -> IdempotencyKey:
    """The key of this request, scoped to caller, method and path."""
    caller: Caller = request.state.caller
    if key is None:
        return IdempotencyKey(caller)
    scope = f"{caller.principal}\n{request.method}\n{request.url.path}\n{key}"
    return IdempotencyKey(
        caller,
        hashlib.sha256(scope.encode()).hexdigest(),
        hashlib.sha256(await request.body()).hexdigest(),
    )


Key = Annotated[IdempotencyKey, Depends(idempotency_key)]
