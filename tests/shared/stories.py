"""Events and callers for tests that need some."""

from datetime import UTC, datetime
from typing import ClassVar

from shared.kit.callers import Caller
from shared.kit.models import Data

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class OrderPlaced(Data):
    event_type: ClassVar[str] = "assent.order.placed.v1"
    order_id: str = "ord_1"
    content: str = ""


def caller(tenant_id: str, *, principal: str = "ana", at: datetime = NOW) -> Caller:
    return Caller(
        principal=principal,
        tenant_id=tenant_id,
        scopes=frozenset(),
        roles=frozenset(),
        received_at=at,
        token="",
    )
