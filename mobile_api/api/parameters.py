"""What several calls take: a caller with a scope, and where a list goes on."""

from typing import Annotated

from fastapi import Depends, Header, Query

from shared.kit.callers import Caller
from shared.runtime.auth import requires

Reader = Annotated[Caller, Depends(requires("governance:read"))]
Writer = Annotated[Caller, Depends(requires("governance:write"))]
Vetoer = Annotated[Caller, Depends(requires("veto:execute"))]
Decider = Annotated[Caller, Depends(requires("governance:write", "veto:execute"))]

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=1000)]
# Passed on: the function that owns the write remembers it.
PassedKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]
