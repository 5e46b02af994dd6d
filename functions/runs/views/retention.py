"""For how long runs are kept."""

from datetime import datetime
from typing import Self

from functions.runs.rules.retention import DEFAULT_DAYS, Retention
from shared.kit.instants import Instant
from shared.kit.models import Data


class RetentionView(Data):
    """For how many days runs are kept after they ended; where that was made shorter lately, the
    longer time that still holds, and until when."""

    days: int
    set_by: str | None = None
    longer_days: int | None = None
    longer_until: Instant | None = None

    @classmethod
    def of(cls, retention: Retention | None, at: datetime) -> Self:
        """The time as it is shown."""
        if retention is None:
            return cls(days=DEFAULT_DAYS)
        now = retention.days_at(at)
        longer = {} if now == retention.days else {"longer_days": now}
        until = retention.longer_until if longer else None
        return cls(days=retention.days, set_by=retention.set_by, longer_until=until, **longer)
