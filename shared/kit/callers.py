"""Who is asking."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Caller:
    """A verified principal of one tenant. `received_at` is the clock at the request's entry, the
    only time by which anything in the request is judged."""

    principal: str
    tenant_id: str
    scopes: frozenset[str]
    roles: frozenset[str]
    received_at: datetime
    token: str = field(repr=False)
